//! What was read, as one text for every value.

use provision::source::Sources;
use provision::yaml::{self, Node, NodeData, Resolved};
use std::path::Path;

/// All documents as one text each, or why there are none.
pub fn documents(text: &str) -> Result<Vec<String>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sources = Sources::default();
    let file = sources.add(Path::new("case.yml"), text);
    let (nodes, _) = yaml::parse_all(&sources, file).map_err(|error| error.message)?;
    Ok(nodes.iter().map(show).collect())
}

/// One text for every value, with its type; `generate.py` writes the same.
pub fn show(node: &Node) -> String {
    match &node.data {
        NodeData::Seq(items) => format!("[{}]", joined(items.iter().map(show))),
        NodeData::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| format!("{}: {}", show(key), show(value));
            format!("{{{}}}", joined(entries.iter().map(entry)))
        }
        NodeData::Scalar(scalar) => match &scalar.resolved {
            Resolved::Null => "null".into(),
            Resolved::Bool(bool) => bool.to_string(),
            Resolved::Int(int) => int.to_string(),
            Resolved::Big(big) => big.to_string(),
            Resolved::Float(float) if float.is_nan() => "nan".into(),
            Resolved::Float(float) => format!("float {:016x}", float.to_bits()),
            Resolved::Text => serde_json::to_string(&scalar.text).unwrap(),
            Resolved::Date(date) => format!("on {date}"),
            Resolved::DateTime(at, zone) => {
                let zone = zone.map_or(String::new(), |zone| format!(" {zone}"));
                format!("at {}{zone}", at.strftime("%Y-%m-%dT%H:%M:%S.%6f"))
            }
        },
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
