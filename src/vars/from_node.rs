//! Values from nodes of trusted files.

use super::{Data, Map, Marks, Value, lazy_marks};
use crate::source::{Sources, Span};
use crate::yaml::{Node, NodeData, Resolved, TagKind};
use std::path::Path;

/// The value of a node that the user wrote.
pub fn value_of(node: &Node) -> Value {
    convert(node, true)
}

/// A text that the user wrote, at this place.
pub fn trusted_text(text: String, span: Span) -> Value {
    let marks = Marks::TRUSTED.and(lazy_marks(&text));
    Value::text(text).marked(marks).at(span)
}

/// The documents of a YAML text of no file, as data.
///
/// # Errors
///
/// What is wrong with the text.
pub fn data_from_yaml(text: &str) -> Result<Vec<Value>, String> {
    let sources = Sources::default();
    let parsed = crate::yaml::parse_all(&sources, sources.add(Path::new("<text>"), text));
    let (nodes, _) = parsed.map_err(|diagnostic| diagnostic.message)?;
    Ok(nodes.iter().map(|node| convert(node, false)).collect())
}

fn convert(node: &Node, trusted: bool) -> Value {
    let trusted = trusted && !node.is_tagged(TagKind::Unsafe);
    let value = match &node.data {
        NodeData::Scalar(scalar) => match &scalar.resolved {
            Resolved::Null => Value::none(),
            Resolved::Bool(bool) => (*bool).into(),
            Resolved::Int(int) => (*int).into(),
            Resolved::Big(big) => Value::new(Data::Big(big.clone())),
            Resolved::Float(float) => (*float).into(),
            Resolved::Text if trusted => {
                let marks = Marks::TRUSTED.and(lazy_marks(&scalar.text));
                Value::text(scalar.text.clone()).marked(marks)
            }
            Resolved::Text | Resolved::Date(_) | Resolved::DateTime(..) => Value::text(scalar.text.clone()),
        },
        NodeData::Seq(items) => items.iter().map(|item| convert(item, trusted)).collect(),
        NodeData::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| (convert(key, trusted), convert(value, trusted)));
            Value::dict(pairs.collect::<Map>())
        }
    };
    value.at(node.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_lazy_and_unsafe_text_is_not() {
        let sources = Sources::default();
        let (node, _) =
            crate::yaml::parse(&sources, Path::new("x"), "a: '{{ b }}'\nc: !unsafe '{{ d }}'\n").unwrap();
        let value = value_of(&node);
        assert!(value.entry("a").unwrap().is_lazy());
        assert!(!value.entry("c").unwrap().is_lazy());
    }
}
