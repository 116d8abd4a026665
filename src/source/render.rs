//! Diagnostics as text: the message, the line with a caret, other places, hints.

use super::{Diagnostic, Label, Severity, Source, Sources};
use std::fmt::Write;

/// Escape sequences to colour with; all empty for plain text.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    pub error: &'static str,
    pub warning: &'static str,
    pub hint: &'static str,
    pub frame: &'static str,
    pub strong: &'static str,
    pub reset: &'static str,
}

impl Palette {
    pub const PLAIN: Palette = Palette { error: "", warning: "", hint: "", frame: "", strong: "", reset: "" };
    pub const COLOUR: Palette = Palette {
        error: "\x1b[1;31m",
        warning: "\x1b[1;33m",
        hint: "\x1b[1;36m",
        frame: "\x1b[34m",
        strong: "\x1b[1m",
        reset: "\x1b[0m",
    };
}

/// Renders one diagnostic, with a line break at its end.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, palette: Palette) -> String {
    let mut out = String::new();
    heading(&mut out, diagnostic, palette);
    let located: Vec<_> = diagnostic.labels.iter().filter_map(|label| locate(label, sources)).collect();
    let width = located.iter().map(|place| place.line.to_string().len()).max().unwrap_or(1);
    for (index, place) in located.iter().enumerate() {
        let follows = index.checked_sub(1).map(|before| &located[before]);
        show(&mut out, place, follows, index == 0, width, palette);
    }
    for hint in &diagnostic.hints {
        let Palette { hint: colour, reset, frame, .. } = palette;
        let indented = hint.replace('\n', &format!("\n{:width$}         ", ""));
        let _ = writeln!(out, "{:width$} {frame}={reset} {colour}hint{reset}: {indented}", "");
    }
    out
}

fn heading(out: &mut String, diagnostic: &Diagnostic, palette: Palette) {
    let (colour, word) = match diagnostic.severity {
        Severity::Error => (palette.error, "error"),
        Severity::Warning => (palette.warning, "warning"),
    };
    let Palette { strong, reset, .. } = palette;
    let _ = writeln!(out, "{colour}{word}{reset}{strong}: {}{reset}", diagnostic.message);
}

struct Place<'a> {
    source: std::sync::Arc<Source>,
    line: usize,
    column: usize,
    /// How many characters the carets cover; at least one.
    length: usize,
    text: &'a str,
}

fn locate<'a>(label: &'a Label, sources: &Sources) -> Option<Place<'a>> {
    let source = sources.source(label.span.file)?;
    let (line, column) = source.position(label.span.start);
    let room = source.line(line).chars().count().saturating_sub(column - 1);
    let covered = source.text.get(label.span.start as usize..label.span.end as usize).unwrap_or("");
    let first = covered.split('\n').next().unwrap_or("").trim_end();
    let length = first.chars().count().min(room).max(1);
    Some(Place { source, line, column, length, text: &label.text })
}

fn show(
    out: &mut String,
    place: &Place,
    before: Option<&Place>,
    first: bool,
    width: usize,
    palette: Palette,
) {
    let Palette { frame, reset, .. } = palette;
    let Place { source, line, column, length, text } = place;
    let arrow = if first { "-->" } else { ":::" };
    let _ = writeln!(out, "{:width$}{frame}{arrow}{reset} {}:{line}:{column}", "", source.name);
    if source.secret {
        let _ = writeln!(out, "{:width$} {frame}={reset} the text is encrypted and is not shown {text}", "");
        return;
    }
    if before.is_none() {
        let _ = writeln!(out, "{:width$} {frame}|{reset}", "");
    }
    let content = source.line(*line).replace('\t', " ");
    let _ = writeln!(out, "{frame}{line:>width$} |{reset} {content}");
    let (mark, colour) = if first { ("^", palette.error) } else { ("-", frame) };
    let (space, carets) = (" ".repeat(column - 1), mark.repeat(*length));
    let line = format!("{:width$} {frame}|{reset} {space}{colour}{carets} {text}", "");
    let _ = writeln!(out, "{}{reset}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use std::path::Path;

    #[test]
    fn a_diagnostic_shows_the_definition_and_the_use() {
        let sources = Sources::default();
        let vars = sources.add(Path::new("group_vars/all"), "a: 1\nurl: \"https://{{ domian }}/\"\n");
        let task = sources.add(Path::new("tasks/main.yml"), "- copy:\n    dest: \"{{ url }}\"\n");
        let diagnostic = Diagnostic::error("`domian` is not defined")
            .at(Span::new(vars, 22, 28))
            .label(Span::new(task, 19, 28), "needed here")
            .hint("did you mean `domain`?");
        let expected = "\
error: `domian` is not defined
 --> group_vars/all:2:18
  |
2 | url: \"https://{{ domian }}/\"
  |                  ^^^^^^
 ::: tasks/main.yml:2:12
2 |     dest: \"{{ url }}\"
  |            --------- needed here
  = hint: did you mean `domain`?
";
        assert_eq!(render(&diagnostic, &sources, Palette::PLAIN), expected);
    }
}
