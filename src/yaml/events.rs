//! The event stream of libyaml over one text, with byte offsets.

use super::align::is_break;
use super::mistake;
use crate::source::{Diagnostic, FileId, Span};
use libyaml_safer::{Encoding, EventData, Parser, ScalarStyle};
use std::io::{Chain, Read};

/// One event and where it was written.
pub(super) struct Event {
    pub(super) data: EventData,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A text and the line break that may be missing at its end.
type Input<'a> = Chain<&'a [u8], &'static [u8]>;

/// Events, one after the other.
pub(super) struct Events<'a> {
    parser: Parser<Input<'a>>,
    pub(super) text: &'a str,
    pub(super) file: FileId,
}

impl<'a> Events<'a> {
    pub(super) fn new(text: &'a str, file: FileId) -> Events<'a> {
        let mut parser = Parser::new();
        // The parser wants a line break behind the last line of a block scalar.
        let added: &[u8] = if text.ends_with(is_break) { b"" } else { b"\n" };
        parser.set_input(text.as_bytes().chain(added));
        parser.set_encoding(Encoding::Utf8);
        Events { parser, text, file }
    }

    /// The next event; at the end of the stream its end, again and again.
    pub(super) fn next(&mut self) -> Result<Event, Diagnostic> {
        let mut event =
            self.parser.parse().map_err(|error| mistake::explain(&error, self.text, self.file))?;
        if event.end_mark.index > self.text.len() as u64 {
            self.without_added_break(&mut event.data);
        }
        let (start, end) = (self.offset(event.start_mark.index), self.offset(event.end_mark.index));
        Ok(Event { data: event.data, start, end: end.max(start) })
    }

    /// Takes the line break that was added out of a block scalar that goes to the end of the text.
    fn without_added_break(&self, data: &mut EventData) {
        let EventData::Scalar { value, style: ScalarStyle::Literal | ScalarStyle::Folded, .. } = data else {
            return;
        };
        let last = self.text.rsplit(is_break).next().unwrap_or("");
        let bare = value.strip_suffix('\n').unwrap_or(value);
        if !last.trim().is_empty() || bare.ends_with([' ', '\n']) {
            value.truncate(bare.len());
        }
    }

    fn offset(&self, index: u64) -> usize {
        usize::try_from(index).unwrap_or(usize::MAX).min(self.text.len())
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// Where a value starts behind its tag and its anchor.
    pub(super) fn after_properties(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            let rest = &self.text[at..];
            let blank = rest.len() - rest.trim_start().len();
            let rest = &rest[blank..];
            let length = match rest.as_bytes().first() {
                Some(b'!' | b'&') => rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len()),
                Some(b'#') => rest.find('\n').unwrap_or(rest.len()),
                _ => return at + blank,
            };
            at += blank + length;
        }
    }
}
