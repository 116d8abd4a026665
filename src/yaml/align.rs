//! Finds the pieces of a scalar's text in the file, each way of writing in its own way.

use super::{Origin, Piece, Style};
use crate::source::{FileId, Span};

/// A scalar as it stands in a file.
pub(super) struct Written<'a> {
    pub(super) file: FileId,
    /// The whole file.
    pub(super) source: &'a str,
    /// First byte of the scalar, quotes and block indicators included.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    pub(super) style: Style,
}

impl Written<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.file, self.start, self.end)
    }

    /// Where `text`, which was read from this, is written.
    pub(super) fn origin(&self, text: &str) -> Origin {
        let span = self.span();
        let Some(raw) = self.source.get(self.start..self.end) else { return Origin::Whole(span) };
        let (raw, skipped) = self.inner(raw);
        if raw == text {
            let start = self.start + skipped;
            return Origin::Exact(Span::new(self.file, start, start + text.len()));
        }
        match self.pieces(raw, text) {
            Some(pieces) => Origin::Pieces(span, place(&pieces, self.start + skipped)),
            None => Origin::Whole(span),
        }
    }

    /// The scalar without its quotes, and how many bytes were left out before it.
    fn inner<'a>(&self, raw: &'a str) -> (&'a str, usize) {
        match self.style {
            Style::Single | Style::Double => (raw.get(1..raw.len().saturating_sub(1)).unwrap_or(""), 1),
            _ => (raw, 0),
        }
    }

    fn pieces(&self, raw: &str, text: &str) -> Option<Vec<Found>> {
        match self.style {
            Style::Plain => lines(raw, 0, text, |line| line.trim_matches([' ', '\t'])),
            Style::Single => escaped(raw, text, '\''),
            Style::Double => escaped(raw, text, '\\'),
            Style::Literal | Style::Folded => {
                lines(raw, raw.find('\n')? + 1, text, |line| line.trim_start_matches(' '))
            }
        }
    }
}

/// A piece by its places in the raw scalar and in the text.
struct Found {
    raw: usize,
    text: usize,
    length: usize,
}

fn place(found: &[Found], start: usize) -> std::sync::Arc<[Piece]> {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let piece = |found: &Found| Piece {
        text: clamp(found.text),
        file: clamp(start + found.raw),
        length: clamp(found.length),
    };
    found.iter().map(piece).collect()
}

/// Every line of the scalar is found again in its text, with nothing but white space between.
fn lines(raw: &str, from: usize, text: &str, content: fn(&str) -> &str) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let (mut at, mut read) = (from, 0);
    for line in raw.get(from..)?.split_inclusive(['\n', '\r']) {
        let bare = content(line.trim_end_matches(['\n', '\r']));
        if !bare.trim_matches([' ', '\t']).is_empty() {
            let offset =
                text.get(read..)?.find(|c| c != ' ' && c != '\t' && !is_break(c)).unwrap_or(0) + read;
            let trimmed = bare.trim_start_matches([' ', '\t']);
            text.get(offset..)?.starts_with(trimmed).then_some(())?;
            let raw = at + (trimmed.as_ptr() as usize - line.as_ptr() as usize);
            found.push(Found { raw, text: offset, length: trimmed.len() });
            read = offset + trimmed.len();
        }
        at += line.len();
    }
    Some(found)
}

/// Character by character through a quoted scalar, with escapes and line breaks between the pieces.
fn escaped(raw: &str, text: &str, escape: char) -> Option<Vec<Found>> {
    let mut walk = Walk { raw, text, at: 0, read: 0, found: Vec::new() };
    while let Some(character) = walk.raw.get(walk.at..)?.chars().next() {
        if character == escape {
            walk.escape(escape)?;
        } else if is_break(character) || walk.blank_before_break() {
            walk.fold()?;
        } else {
            walk.copy(character)?;
        }
    }
    (walk.read == text.len()).then_some(walk.found)
}

struct Walk<'a> {
    raw: &'a str,
    text: &'a str,
    at: usize,
    read: usize,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or("")
    }

    fn copy(&mut self, character: char) -> Option<()> {
        let length = character.len_utf8();
        self.text.get(self.read..)?.starts_with(character).then_some(())?;
        match self.found.last_mut() {
            Some(last) if last.raw + last.length == self.at && last.text + last.length == self.read => {
                last.length += length;
            }
            _ => self.found.push(Found { raw: self.at, text: self.read, length }),
        }
        self.at += length;
        self.read += length;
        Some(())
    }

    /// An escape gives one character, or none where it takes a line break away.
    fn escape(&mut self, escape: char) -> Option<()> {
        let second = self.rest().chars().nth(1)?;
        if escape == '\\' && is_break(second) {
            let after = self.rest()[1..].trim_start_matches(['\n', '\r', ' ', '\t']);
            self.at = self.raw.len() - after.len();
            return Some(());
        }
        let digits = match second {
            'x' if escape == '\\' => 2,
            'u' if escape == '\\' => 4,
            'U' if escape == '\\' => 8,
            _ => 0,
        };
        let given = self.text.get(self.read..)?.chars().next()?;
        self.found.push(Found { raw: self.at, text: self.read, length: given.len_utf8().min(1) });
        self.at += 1 + second.len_utf8() + digits;
        self.read += given.len_utf8();
        Some(())
    }

    fn blank_before_break(&self) -> bool {
        let rest = self.rest();
        let after = rest.trim_start_matches([' ', '\t']);
        after.len() < rest.len() && after.starts_with(is_break)
    }

    /// White space around line breaks becomes one blank, or fewer line breaks.
    fn fold(&mut self) -> Option<()> {
        let after = self.rest().trim_start_matches(|c| is_break(c) || c == ' ' || c == '\t');
        self.at = self.raw.len() - after.len();
        let text = self.text.get(self.read..)?;
        let given = text.trim_start_matches(|c| is_break(c) || c == ' ').len();
        self.read += text.len() - given;
        Some(())
    }
}

/// The line breaks of YAML 1.1.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
