//! Inventories in TOML form: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/toml_inventory.html>.

use super::graph::Graph;
use super::yaml_file;
use crate::source::{Diagnostic, Diagnostics, FileId, Source, Span};
use crate::yaml::{Node, NodeData, Origin, Resolved, Scalar, Style, moment};
use num_bigint::BigInt;
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

/// Reads a TOML inventory into the graph: it says what one in YAML says, but for `children`, which are a list of names.
///
/// # Errors
///
/// Where it is no TOML, or has not the form of an inventory.
pub fn read(
    source: &Source,
    file: FileId,
    graph: &mut Graph,
    found: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    let reader = Reader { file };
    let table = DeTable::parse(&source.text).map_err(|error| {
        let span = error.span().map_or(Span::NONE, |range| reader.span(range));
        Diagnostic::error(format!("this is no TOML: {}", error.message())).at(span)
    })?;
    let inventory = reader.table(table.span(), table.get_ref());
    if let Some((key, _)) = inventory.pair("plugin") {
        let hint = "a file for an inventory plugin is written in YAML";
        return Err(Diagnostic::error("this is no inventory: it names a plugin").at(key.span).hint(hint));
    }
    let groups = inventory.as_map().unwrap_or_default();
    let groups = groups.iter().map(|(name, group)| Ok((name.clone(), as_in_yaml(group)?)));
    let groups = groups.collect::<Result<Vec<_>, Diagnostic>>()?;
    yaml_file::read(&mapping(inventory.span, groups.into_iter()), graph, found)
}

/// The group with its list of children as the mapping that stands in YAML.
fn as_in_yaml(group: &Node) -> Result<Node, Diagnostic> {
    let Some(sections) = group.as_map() else { return Ok(group.clone()) };
    let sections = sections.iter().map(|(key, section)| match key.as_str() {
        Some("children") => Ok((key.clone(), children(section)?)),
        _ => Ok((key.clone(), section.clone())),
    });
    Ok(mapping(group.span, sections.collect::<Result<Vec<_>, Diagnostic>>()?.into_iter()))
}

fn children(names: &Node) -> Result<Node, Diagnostic> {
    let Some(listed) = names.as_seq() else {
        let message = format!("`children` must be a list of names, not {}", names.kind());
        return Err(Diagnostic::error(message).at(names.span));
    };
    Ok(mapping(names.span, listed.iter().map(|name| (name.clone(), Node::null(name.span)))))
}

fn mapping(span: Span, entries: impl Iterator<Item = (Node, Node)>) -> Node {
    Node { span, tag: None, data: NodeData::Map(entries.collect()) }
}

struct Reader {
    file: FileId,
}

impl Reader {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn table(&self, range: Range<usize>, table: &DeTable) -> Node {
        let entries = table.iter().map(|(key, value)| {
            (self.text(key.span(), key.get_ref()), self.value(value.span(), value.get_ref()))
        });
        mapping(self.span(range), entries)
    }

    fn list(&self, range: Range<usize>, items: &DeArray) -> Node {
        let items = items.iter().map(|item| self.value(item.span(), item.get_ref()));
        Node { span: self.span(range), tag: None, data: NodeData::Seq(items.collect()) }
    }

    fn value(&self, range: Range<usize>, value: &DeValue) -> Node {
        let (text, resolved) = match value {
            DeValue::Table(table) => return self.table(range, table),
            DeValue::Array(items) => return self.list(range, items),
            DeValue::String(text) => return self.text(range, text),
            DeValue::Integer(integer) => (integer.to_string(), whole(integer)),
            DeValue::Float(float) => {
                (float.to_string(), Resolved::Float(float.as_str().parse().unwrap_or(f64::NAN)))
            }
            DeValue::Boolean(on) => (on.to_string(), Resolved::Bool(*on)),
            // A time without a day is a text.
            DeValue::Datetime(time) => {
                let text = time.to_string();
                let resolved = moment(&text).unwrap_or(Resolved::Text);
                (text, resolved)
            }
        };
        self.scalar(range, &text, Style::Plain, resolved)
    }

    fn text(&self, range: Range<usize>, text: &str) -> Node {
        self.scalar(range, text, Style::Double, Resolved::Text)
    }

    fn scalar(&self, range: Range<usize>, text: &str, style: Style, resolved: Resolved) -> Node {
        let span = self.span(range);
        let scalar = Scalar { text: Arc::from(text), style, resolved, origin: Origin::Whole(span) };
        Node { span, tag: None, data: NodeData::Scalar(scalar) }
    }
}

/// Integers of any size, as Python has them.
fn whole(integer: &DeInteger) -> Resolved {
    let digits = integer.as_str();
    match i64::from_str_radix(digits, integer.radix()) {
        Ok(small) => Resolved::Int(small),
        Err(_) => BigInt::parse_bytes(digits.as_bytes(), integer.radix())
            .map_or(Resolved::Text, |big| Resolved::Big(Arc::new(big))),
    }
}
