//! Lists and mappings under YAML's own tags: `!!set`, `!!omap`, `!!pairs`, and those that fit not.

use super::{Node, NodeData};
use crate::source::{Diagnostic, Span};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What YAML's own tags start with.
const OWN: &str = "tag:yaml.org,2002:";
/// Those that a value may have, by the last part of their names.
const NAMES: [&str; 15] = [
    "str",
    "null",
    "bool",
    "int",
    "float",
    "binary",
    "timestamp",
    "merge",
    "value",
    "seq",
    "map",
    "set",
    "omap",
    "pairs",
    "python/unicode",
];

/// The name of one of YAML's own tags.
pub(super) fn own_name(tag: &str) -> Option<&str> {
    tag.strip_prefix(OWN)
}

/// Whether this is one of YAML's own tags that has a meaning.
pub(super) fn is_known(tag: &str) -> bool {
    own_name(tag).is_some_and(|name| NAMES.contains(&name) || name == "python/dict")
}

/// The error for a tag that has no meaning here.
pub(super) fn unknown_tag(tag: &str, span: Span) -> Diagnostic {
    let shown = own_name(tag).map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
    Diagnostic::error(format!("there is no tag `{shown}`"))
        .at(span)
        .hint("the tags are `!vault` and `!unsafe`; quote the value if its `!` belongs to the text")
}

/// What a list is under its tag.
pub(super) fn sequence(tag: Option<&str>, items: Vec<Node>, span: Span) -> Result<NodeData, Diagnostic> {
    match tag {
        None | Some("!" | "!unsafe") => Ok(NodeData::Seq(items.into())),
        Some("!vault" | "!vault-encrypted") => Err(wants("!vault", "text", "a list", span)),
        Some(tag) => match own_name(tag).unwrap_or(tag) {
            "seq" => Ok(NodeData::Seq(items.into())),
            "omap" | "pairs" => Ok(NodeData::Seq(items.into_iter().map(pair).collect::<Result<_, _>>()?)),
            name => Err(wants(&format!("!!{name}"), kind_for(name), "a list", span)),
        },
    }
}

/// What a mapping is under its tag. A set is a list here, as it becomes one in variables.
pub(super) fn mapping(
    tag: Option<&str>,
    entries: Vec<(Node, Node)>,
    span: Span,
) -> Result<NodeData, Diagnostic> {
    match tag {
        None | Some("!" | "!unsafe") => Ok(NodeData::Map(entries.into())),
        Some("!vault" | "!vault-encrypted") => Err(wants("!vault", "text", "a mapping", span)),
        Some(tag) => match own_name(tag).unwrap_or(tag) {
            "map" | "python/dict" => Ok(NodeData::Map(entries.into())),
            "set" => Ok(NodeData::Seq(entries.into_iter().map(|(key, _)| key).collect())),
            name => Err(wants(&format!("!!{name}"), kind_for(name), "a mapping", span)),
        },
    }
}

/// The text inside a `!!binary` value.
pub(super) fn unpacked(text: &str, span: Span) -> Result<String, Diagnostic> {
    let wrong = |what: &str| Diagnostic::error(format!("`!!binary` wants {what}")).at(span);
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = STANDARD.decode(digits).map_err(|_| wrong("base64"))?;
    String::from_utf8(bytes).map_err(|_| wrong("text in base64, other bytes cannot be kept"))
}

fn pair(node: Node) -> Result<Node, Diagnostic> {
    match node.as_map() {
        Some([(key, value)]) => {
            let data = NodeData::Seq([key.clone(), value.clone()].into());
            Ok(Node { span: node.span, tag: None, data })
        }
        _ => {
            Err(Diagnostic::error("every item of an ordered mapping is a mapping of one entry").at(node.span))
        }
    }
}

fn kind_for(name: &str) -> &'static str {
    match name {
        "map" | "set" | "python/dict" => "a mapping",
        "seq" | "omap" | "pairs" => "a list",
        _ => "text",
    }
}

fn wants(tag: &str, wanted: &str, found: &str, span: Span) -> Diagnostic {
    Diagnostic::error(format!("`{tag}` wants {wanted}, not {found}")).at(span)
}
