//! Lines of styled text: one content for terminals with colours and for places without.

use std::fmt::Write;

/// What a piece of text is to the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Plain,
    Strong,
    /// Beside the point.
    Faint,
    Heading,
    Good,
    Changed,
    Bad,
    Unsure,
    Added,
    Removed,
    Hunk,
    Hint,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Strong | Style::Heading => "1",
            Style::Faint => "2",
            Style::Good | Style::Added => "32",
            Style::Changed => "33",
            Style::Bad => "1;31",
            Style::Unsure => "35",
            Style::Removed => "31",
            Style::Hunk => "36",
            Style::Hint => "1;36",
        }
    }
}

/// One line, in pieces. Control characters of what comes from hosts are made visible when it is added.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line(Vec<(Style, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// A line of one piece.
    pub fn of(style: Style, text: impl AsRef<str>) -> Line {
        Line::new().add(style, text)
    }

    /// The line with one more piece.
    #[must_use]
    pub fn add(mut self, style: Style, text: impl AsRef<str>) -> Line {
        let text = visible(text.as_ref());
        if !text.is_empty() {
            self.0.push((style, text));
        }
        self
    }

    /// The line with plain text added.
    #[must_use]
    pub fn text(self, text: impl AsRef<str>) -> Line {
        self.add(Style::Plain, text)
    }

    /// The line with the pieces of another one at its end.
    #[must_use]
    pub fn join(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

    /// The line with a piece that is filled with spaces up to a width.
    #[must_use]
    pub fn column(self, style: Style, text: &str, width: usize) -> Line {
        let fill = width.saturating_sub(columns(&visible(text)));
        self.add(style, text).text(" ".repeat(fill))
    }

    /// How many columns of a terminal it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| columns(text)).sum()
    }

    /// The line, cut to a width, with a mark where it was cut.
    #[must_use]
    pub fn fit(mut self, width: usize) -> Line {
        if self.width() <= width {
            return self;
        }
        let mut room = width.saturating_sub(1);
        let mut kept = 0;
        for (_, text) in &mut self.0 {
            kept += 1;
            let here = columns(text);
            if here > room {
                *text = format!("{}…", console::truncate_str(text, room, ""));
                break;
            }
            room -= here;
        }
        self.0.truncate(kept);
        self
    }

    /// The text, with escape sequences where colours are wanted; no spaces and no line break at its end.
    pub fn print(&self, colour: bool) -> String {
        let mut out = String::new();
        for (style, text) in &self.0 {
            match style.code() {
                code if colour && !code.is_empty() => {
                    let _ = write!(out, "\x1b[{code}m{text}\x1b[0m");
                }
                _ => out.push_str(text),
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out
    }
}

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

/// The text with control characters written out, so that no host can speak to the terminal.
pub fn visible(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut out, character| {
        match character {
            '\t' => out.push_str("    "),
            '\n' => out.push('⏎'),
            '\r' => out.push_str("\\r"),
            _ if character.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            _ => out.push(character),
        }
        out
    })
}

/// The words of a text in lines of a width; a word that is longer stays whole.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A number of things, in words: `1 host`, `3 hosts`.
pub fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_the_terminal_ends() {
        let line = Line::of(Style::Bad, "failed ").text("a long name");
        assert_eq!(line.clone().fit(12).print(false), "failed a lo…");
        assert_eq!(line.clone().fit(4).print(false), "fai…");
        assert_eq!(line.clone().fit(7).print(false), "failed…");
        assert_eq!(line.fit(40).print(true), "\x1b[1;31mfailed \x1b[0ma long name");
    }

    #[test]
    fn a_host_cannot_speak_to_the_terminal() {
        let line = Line::new().text("a\x1b]0;title\x07\tb\rc\nd");
        assert_eq!(line.print(true), "a\\x1b]0;title\\x07    b\\rc⏎d");
    }
}
