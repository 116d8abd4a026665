//! The entries of a mapping: merge keys are merged, of equal keys the last one counts.

use super::compose::Composed;
use super::resolve::Meaning;
use super::{Node, NodeData, Resolved, TagKind};
use crate::source::Diagnostic;
use indexmap::IndexMap;
use num_traits::ToPrimitive;
use std::sync::Arc;

/// What makes two keys equal, as Python sees them: `1`, `1.0` and `yes` are one key.
#[derive(PartialEq, Eq, Hash, Debug)]
enum Identity {
    Null,
    Int(i64),
    Float(u64),
    Text(Arc<str>),
    /// Dates and numbers beyond 64 bits, by their kind and value.
    Other(String),
}

/// Entries as they come.
#[derive(Default)]
pub(super) struct Mapping {
    merged: Vec<(Identity, Node, Node)>,
    own: Vec<(Identity, Node, Node)>,
}

impl Mapping {
    /// Takes one more entry.
    ///
    /// # Errors
    ///
    /// Where the key is no scalar, or what is to be merged is no mapping.
    pub(super) fn add(&mut self, key: Composed, value: Node) -> Result<(), Diagnostic> {
        if matches!(key.meaning, Some(Meaning::Merge)) {
            return self.merge(&value);
        }
        let identity = identity(&key.node).ok_or_else(|| not_a_key(&key.node))?;
        self.own.push((identity, key.node, value));
        Ok(())
    }

    /// Of several mappings in a list the first one counts; of several merge keys the last one.
    fn merge(&mut self, value: &Node) -> Result<(), Diagnostic> {
        match &value.data {
            NodeData::Map(entries) => self.merge_entries(entries),
            NodeData::Seq(items) => {
                for item in items.iter().rev() {
                    let entries = item.as_map().ok_or_else(|| not_merged(item))?;
                    self.merge_entries(entries);
                }
            }
            NodeData::Scalar(_) => return Err(not_merged(value)),
        }
        Ok(())
    }

    fn merge_entries(&mut self, entries: &[(Node, Node)]) {
        let known =
            entries.iter().filter_map(|(key, value)| Some((identity(key)?, key.clone(), value.clone())));
        self.merged.extend(known);
    }

    /// All entries, the merged ones first, each key once. Keys written twice are warned of.
    pub(super) fn finish(self, warnings: &mut Vec<Diagnostic>) -> Vec<(Node, Node)> {
        let mut entries: IndexMap<Identity, (Node, Node, bool)> = IndexMap::new();
        for (identity, key, value) in self.merged {
            entries.insert(identity, (key, value, false));
        }
        for (identity, key, value) in self.own {
            if let Some((before, _, own)) = entries.get(&identity) {
                if *own {
                    warnings.push(twice(before, &key));
                }
                // Of equal keys that are not written alike, `1` and `yes`, Python keeps the first.
                let key = if key.as_str().is_some() { key } else { before.clone() };
                entries.insert(identity, (key, value, true));
            } else {
                entries.insert(identity, (key, value, true));
            }
        }
        entries.into_values().map(|(key, value, _)| (key, value)).collect()
    }
}

fn identity(key: &Node) -> Option<Identity> {
    let scalar = key.as_scalar().filter(|_| !key.is_tagged(TagKind::Vault))?;
    Some(match &scalar.resolved {
        Resolved::Null => Identity::Null,
        Resolved::Bool(bool) => Identity::Int(i64::from(*bool)),
        Resolved::Int(int) => Identity::Int(*int),
        Resolved::Float(float) => number(*float),
        Resolved::Text => Identity::Text(scalar.text.clone()),
        other => Identity::Other(format!("{other:?}")),
    })
}

fn number(float: f64) -> Identity {
    match float.to_i64() {
        Some(int) if int.to_f64() == Some(float) => Identity::Int(int),
        _ => Identity::Float(float.to_bits()),
    }
}

fn twice(first: &Node, last: &Node) -> Diagnostic {
    let name = last.text().unwrap_or("");
    Diagnostic::warning(format!("the key `{name}` is given twice; the last one counts"))
        .label(last.span, "this one counts")
        .label(first.span, "this one is ignored")
}

fn not_a_key(key: &Node) -> Diagnostic {
    Diagnostic::error(format!("a key must be text or a number, not {}", key.kind())).at(key.span)
}

fn not_merged(node: &Node) -> Diagnostic {
    let message = format!("`<<` merges a mapping or a list of mappings, not {}", node.kind());
    Diagnostic::error(message).at(node.span)
}
