//! From events to nodes: tags are honoured, aliases replaced, scalars resolved.

use super::align::Written;
use super::events::{Event, Events};
use super::mapping::Mapping;
use super::resolve::{self, Meaning};
use super::{Node, NodeData, Origin, Resolved, Scalar, Style, Tag, TagKind, mistake, shapes};
use crate::source::{Diagnostic, Span};
use libyaml_safer::{EventData, MappingStyle, ScalarStyle, SequenceStyle};
use std::collections::HashMap;

/// How deep values may be nested.
const DEEPEST: usize = 100;
/// How many values all aliases of a document may stand for.
const MOST_COPIES: usize = 1_000_000;

/// Reads the documents of one text.
pub(super) struct Composer<'a> {
    events: Events<'a>,
    anchors: HashMap<String, Anchor>,
    /// How many nodes the document has, those that aliases stand for included.
    nodes: usize,
    copies: usize,
    depth: usize,
    pub(super) warnings: Vec<Diagnostic>,
}

/// A value that has a name.
struct Anchor {
    span: Span,
    /// Not there while the value itself is read.
    value: Option<Node>,
    nodes: usize,
}

/// What stands before a value.
struct Properties {
    anchor: Option<String>,
    tag: Option<String>,
    /// Where they start.
    start: usize,
    /// Where the value behind them starts.
    value: usize,
}

/// A node, and what it means in a mapping if it is a key.
pub(super) struct Composed {
    pub(super) node: Node,
    pub(super) meaning: Option<Meaning>,
}

impl Composed {
    fn of(node: Node) -> Composed {
        Composed { node, meaning: None }
    }
}

impl<'a> Composer<'a> {
    pub(super) fn new(events: Events<'a>) -> Composer<'a> {
        let (anchors, warnings) = (HashMap::new(), Vec::new());
        Composer { events, anchors, nodes: 0, copies: 0, depth: 0, warnings }
    }

    /// The next document, if there is one more.
    pub(super) fn document(&mut self) -> Result<Option<Node>, Diagnostic> {
        loop {
            let event = self.events.next()?;
            match event.data {
                EventData::StreamEnd => return Ok(None),
                EventData::DocumentStart { .. } => break,
                _ => {}
            }
        }
        self.anchors.clear();
        let event = self.events.next()?;
        let node = self.value(event)?;
        Ok(Some(node))
    }

    /// Where one more document starts, if there is one.
    pub(super) fn another(&mut self) -> Result<Option<Span>, Diagnostic> {
        loop {
            let event = self.events.next()?;
            match event.data {
                EventData::StreamEnd => return Ok(None),
                EventData::DocumentStart { .. } => return Ok(Some(self.events.span(event.start, event.end))),
                _ => {}
            }
        }
    }

    /// A value that is no key: `<<` and `=` mean nothing there.
    pub(super) fn value(&mut self, event: Event) -> Result<Node, Diagnostic> {
        let Composed { node, meaning } = self.node(event)?;
        match meaning {
            Some(Meaning::Merge | Meaning::Equals) => {
                let text = node.text().unwrap_or("");
                let message = format!("`{text}` alone has a meaning of its own in YAML, not as a value");
                Err(Diagnostic::error(message).at(node.span).hint(format!("quote it: \"{text}\"")))
            }
            _ => Ok(node),
        }
    }

    pub(super) fn node(&mut self, event: Event) -> Result<Composed, Diagnostic> {
        self.nodes += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("values are nested deeper than {DEEPEST} levels");
            return Err(Diagnostic::error(message).at(self.events.span(event.start, event.start + 1)));
        }
        let composed = self.any(event);
        self.depth -= 1;
        composed
    }

    fn any(&mut self, event: Event) -> Result<Composed, Diagnostic> {
        let Event { data, start, end } = event;
        match data {
            EventData::Alias { anchor } => self.alias(&anchor, self.events.span(start, end)),
            EventData::Scalar { anchor, tag, value, plain_implicit, style, .. } => {
                let properties = self.properties(anchor, tag, start, end);
                self.anchored(properties, |this, properties| {
                    this.scalar(properties, end, value, of_style(style), plain_implicit)
                })
            }
            EventData::SequenceStart { anchor, tag, style, .. } => {
                let properties = self.properties(anchor, tag, start, usize::MAX);
                let flow = style == SequenceStyle::Flow;
                self.anchored(properties, |this, properties| this.sequence(properties, flow))
            }
            EventData::MappingStart { anchor, tag, style, .. } => {
                let properties = self.properties(anchor, tag, start, usize::MAX);
                let flow = style == MappingStyle::Flow;
                self.anchored(properties, |this, properties| this.mapping(properties, flow))
            }
            _ => Err(Diagnostic::error("a value was expected").at(self.events.span(start, end))),
        }
    }

    fn alias(&mut self, name: &str, span: Span) -> Result<Composed, Diagnostic> {
        let Some(anchor) = self.anchors.get(name) else {
            return Err(Diagnostic::error(format!("there is no anchor `&{name}` before this"))
                .at(span)
                .hint(format!("text that starts with `*` must be quoted: \"*{name}\"")));
        };
        let Some(node) = anchor.value.clone() else {
            return Err(Diagnostic::error(format!("`*{name}` stands inside the value that it names"))
                .at(span)
                .label(anchor.span, "the value starts here"));
        };
        self.nodes += anchor.nodes;
        self.copies += anchor.nodes;
        if self.copies > MOST_COPIES {
            let message = format!("the aliases stand for more than {MOST_COPIES} values");
            return Err(Diagnostic::error(message).at(span));
        }
        Ok(Composed::of(node))
    }

    fn properties(
        &self,
        anchor: Option<String>,
        tag: Option<String>,
        start: usize,
        end: usize,
    ) -> Properties {
        let none = anchor.is_none() && tag.is_none();
        let value = if none { start } else { self.events.after_properties(start).min(end) };
        Properties { anchor, tag, start, value }
    }

    /// Reads a value that may have an anchor, and remembers it under that.
    fn anchored(
        &mut self,
        properties: Properties,
        read: impl FnOnce(&mut Self, &Properties) -> Result<Composed, Diagnostic>,
    ) -> Result<Composed, Diagnostic> {
        let Some(name) = &properties.anchor else { return read(self, &properties) };
        let span = self.events.span(properties.start, properties.value);
        let before = self.nodes;
        if let Some(first) = self.anchors.get(name) {
            return Err(Diagnostic::error(format!("the anchor `&{name}` is given twice"))
                .at(span)
                .label(first.span, "the first one is here"));
        }
        self.anchors.insert(name.clone(), Anchor { span, value: None, nodes: 0 });
        let composed = read(self, &properties)?;
        let value = Some(composed.node.clone());
        self.anchors.insert(name.clone(), Anchor { span, value, nodes: self.nodes - before + 1 });
        Ok(composed)
    }

    fn scalar(
        &mut self,
        properties: &Properties,
        end: usize,
        mut text: String,
        style: Style,
        implicit: bool,
    ) -> Result<Composed, Diagnostic> {
        let start = properties.value;
        let written = Written { file: self.events.file, source: self.events.text, start, end, style };
        let span = written.span();
        let tag = self.own_tag(properties)?;
        let meaning = meaning(properties.tag.as_deref(), &text, implicit)
            .map_err(|message| Diagnostic::error(message).at(span).hint(quoted(&text)))?;
        let resolved = match &meaning {
            Meaning::Value(resolved) => resolved.clone(),
            Meaning::Merge | Meaning::Equals => Resolved::Text,
        };
        let mut origin = written.origin(&text);
        if properties.tag.as_deref().and_then(shapes::own_name) == Some("binary") {
            text = shapes::unpacked(&text, span)?;
            origin = Origin::Whole(span);
        }
        let scalar = Scalar { text: text.into(), style, resolved, origin };
        Ok(Composed { node: Node { span, tag, data: NodeData::Scalar(scalar) }, meaning: Some(meaning) })
    }

    /// The tag that stays with the value; YAML's own are no such tags.
    fn own_tag(&self, properties: &Properties) -> Result<Option<Tag>, Diagnostic> {
        let Some(tag) = properties.tag.as_deref() else { return Ok(None) };
        let before = &self.events.text[properties.start..properties.value];
        let from = before.find('!').unwrap_or(0);
        let length = before[from..].find(char::is_whitespace).unwrap_or(before.len() - from);
        let span = self.events.span(properties.start + from, properties.start + from + length);
        match tag {
            "!unsafe" => Ok(Some(Tag { kind: TagKind::Unsafe, span })),
            "!vault" | "!vault-encrypted" => Ok(Some(Tag { kind: TagKind::Vault, span })),
            "!" => Ok(None),
            _ if shapes::is_known(tag) => Ok(None),
            _ => Err(shapes::unknown_tag(tag, span)),
        }
    }

    /// A key; a mapping as a key is what an unquoted `{{ x }}` looks like.
    fn key(&mut self, event: Event) -> Result<Composed, Diagnostic> {
        let start = event.start;
        let key = self.node(event)?;
        let (text, file) = (self.events.text, self.events.file);
        match key.node.as_map().and_then(|_| mistake::unquoted_template(text, start, file)) {
            Some(error) => Err(error),
            None => Ok(key),
        }
    }

    fn sequence(&mut self, properties: &Properties, flow: bool) -> Result<Composed, Diagnostic> {
        let start = properties.value;
        let tag = self.own_tag(properties)?;
        let mut items = Vec::new();
        let mut close = start;
        loop {
            let event = self.events.next()?;
            if let EventData::SequenceEnd = event.data {
                close = if flow { event.end } else { close };
                break;
            }
            close = close.max(event.end);
            let item = self.value(event)?;
            close = close.max(item.span.end as usize);
            items.push(item);
        }
        let span = self.events.span(start, close);
        let data = shapes::sequence(properties.tag.as_deref(), items, span)?;
        Ok(Composed::of(Node { span, tag, data }))
    }

    fn mapping(&mut self, properties: &Properties, flow: bool) -> Result<Composed, Diagnostic> {
        let start = properties.value;
        let tag = self.own_tag(properties)?;
        let mut mapping = Mapping::default();
        let mut close = start;
        loop {
            let event = self.events.next()?;
            if let EventData::MappingEnd = event.data {
                close = if flow { event.end } else { close };
                break;
            }
            let key = self.key(event)?;
            let event = self.events.next()?;
            close = close.max(event.end);
            let value = self.value(event)?;
            close = close.max(value.span.end as usize);
            mapping.add(key, value)?;
        }
        let span = self.events.span(start, close);
        let entries = mapping.finish(&mut self.warnings);
        let data = shapes::mapping(properties.tag.as_deref(), entries, span)?;
        Ok(Composed::of(Node { span, tag, data }))
    }
}

fn meaning(tag: Option<&str>, text: &str, implicit: bool) -> Result<Meaning, String> {
    match tag {
        None | Some("!") if implicit => resolve::plain(text),
        None | Some("!" | "!vault" | "!vault-encrypted") => Ok(Meaning::Value(Resolved::Text)),
        Some("!unsafe") => resolve::plain(text),
        Some(tag) => resolve::tagged(shapes::own_name(tag).unwrap_or(tag), text),
    }
}

fn quoted(text: &str) -> String {
    format!("quote it if it is meant as text: \"{text}\"")
}

pub(super) fn of_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        _ => Style::Plain,
    }
}
