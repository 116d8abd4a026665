//! Scalars with certain tags as they stand in a text, for those who edit it in place.

use super::Style;
use super::compose::of_style;
use super::decode;
use super::events::Events;
use super::mistake;
use crate::source::{Diagnostic, FileId, Span};
use libyaml_safer::{EventData, MappingStyle, SequenceStyle};

/// A tagged scalar.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// With the `!`.
    pub tag: String,
    /// From the tag to the end of the value.
    pub span: Span,
    /// The value alone.
    pub value: Span,
    pub text: String,
    pub style: Style,
    /// Whether it stands inside of `[]` or `{}`.
    pub in_flow: bool,
}

/// All scalars with one of these tags, in order; also those of keys that are given twice.
///
/// # Errors
///
/// Where the text is no YAML.
pub fn tagged(text: &str, file: FileId, tags: &[&str]) -> Result<Vec<Tagged>, Diagnostic> {
    if let Some((at, message)) = decode::unreadable(text) {
        return Err(Diagnostic::error(message).at(mistake::one(text, at, file)));
    }
    let mut events = Events::new(text, file);
    let mut found = Vec::new();
    let mut open: Vec<bool> = Vec::new();
    loop {
        let event = events.next()?;
        match event.data {
            EventData::StreamEnd => return Ok(found),
            EventData::SequenceStart { style, .. } => open.push(style == SequenceStyle::Flow),
            EventData::MappingStart { style, .. } => open.push(style == MappingStyle::Flow),
            EventData::SequenceEnd | EventData::MappingEnd => drop(open.pop()),
            EventData::Scalar { tag: Some(tag), value, style, .. } if tags.contains(&tag.as_str()) => {
                let start = events.after_properties(event.start).min(event.end);
                let mark = text[event.start..start].find('!').unwrap_or(0);
                found.push(Tagged {
                    tag,
                    span: events.span(event.start + mark, event.end),
                    value: events.span(start, event.end),
                    text: value,
                    style: of_style(style),
                    in_flow: open.last().copied().unwrap_or(false),
                });
            }
            _ => {}
        }
    }
}
