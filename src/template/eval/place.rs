//! From parts of a template's text to places in the file that it was written in.

use crate::source::{Sources, Span};
use crate::template::syntax::tree::Part;
use std::sync::Arc;

/// A template's text, and where it was written.
#[derive(Clone, Debug)]
pub struct Place {
    pub text: Arc<str>,
    pub span: Span,
}

impl Place {
    /// The place of a part of the text. Where the text was folded or escaped so that the part
    /// cannot be found, the whole of it is the place.
    pub fn locate(&self, part: Part, sources: &Sources) -> Span {
        let span = self.span;
        let Some(source) = sources.source(span.file) else { return span };
        let Some(written) = source.text.get(span.start as usize..span.end as usize) else { return span };
        let (start, end) = (part.start as usize, part.end as usize);
        match (offset(written, &self.text, start), offset(written, &self.text, end.saturating_sub(1))) {
            (Some(first), Some(last)) if last >= first => span.part(first, last + 1),
            _ => span,
        }
    }

    /// The text of a part, for messages.
    pub fn slice(&self, part: Part) -> &str {
        self.text.get(part.start as usize..part.end as usize).unwrap_or("").trim()
    }
}

/// Where in the written scalar the byte `wanted` of its value stands.
fn offset(written: &str, value: &str, wanted: usize) -> Option<usize> {
    if written.len() == value.len() && written == value {
        return Some(wanted);
    }
    let (mut at, mut index) = (scalar_start(written), 0);
    let (written, value) = (written.as_bytes(), value.as_bytes());
    while index < wanted.min(value.len()) {
        (at, index) = step(written, value, at, index)?;
    }
    // White space and escapes before the byte belong to what came before.
    while *written.get(at)? != *value.get(wanted).or(written.get(at))? {
        at += 1;
    }
    Some(at)
}

/// One step through both texts: equal bytes, or what only the written form has.
fn step(written: &[u8], value: &[u8], at: usize, index: usize) -> Option<(usize, usize)> {
    let (byte, wanted) = (*written.get(at)?, *value.get(index)?);
    if byte == b'\\' && written.get(at + 1) == Some(&b'n') && wanted == b'\n' {
        return Some((at + 2, index + 1));
    }
    if byte == b'\\' && written.get(at + 1) == Some(&wanted) {
        return Some((at + 2, index + 1));
    }
    if byte == b'\'' && wanted == b'\'' && written.get(at + 1) == Some(&b'\'') {
        let doubled = value.get(index + 1) != Some(&b'\'');
        return Some((at + 1 + usize::from(doubled), index + 1));
    }
    if byte == wanted {
        return Some((at + 1, index + 1));
    }
    match (byte.is_ascii_whitespace(), wanted.is_ascii_whitespace()) {
        // A folded line break: the blanks behind it are skipped by the next steps.
        (true, true) => Some((at + 1, index + 1)),
        (true, false) => Some((at + 1, index)),
        _ if byte == b'\\' => Some((at + 1, index)),
        _ => None,
    }
}

/// Where the content of a scalar starts: behind its quote or the header of its block.
fn scalar_start(written: &str) -> usize {
    match written.as_bytes().first() {
        Some(b'"' | b'\'') => 1,
        Some(b'|' | b'>') => {
            let line = written.find('\n').map_or(0, |at| at + 1);
            let rest = &written[line..];
            line + rest.len() - rest.trim_start_matches(' ').len()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn located(written: &str, value: &str, wanted: &str) -> String {
        let sources = Sources::default();
        let span = Span::new(sources.add(Path::new("f"), written), 0, written.len());
        let start = value.find(wanted).unwrap();
        let part = Part { start: start as u32, end: (start + wanted.len()) as u32 };
        let found = Place { text: value.into(), span }.locate(part, &sources);
        written[found.start as usize..found.end as usize].to_owned()
    }

    #[test]
    fn parts_are_found_in_every_kind_of_scalar() {
        assert_eq!(located("a {{ x }}", "a {{ x }}", "x"), "x");
        assert_eq!(located("'it''s {{ x }}'", "it's {{ x }}", "x"), "x");
        assert_eq!(located(r#""a\"b {{ x }}""#, "a\"b {{ x }}", "x"), "x");
        assert_eq!(located("|\n  a\n  {{ xy }}\n", "a\n{{ xy }}\n", "xy"), "xy");
        assert_eq!(located(">-\n  a\n  {{ xy }}", "a {{ xy }}", "xy"), "xy");
    }
}
