//! What the reader makes of YAML, compared with what PyYAML made of it: see `generate.py`.

mod mistakes;
mod properties;

use provision::source::Sources;
use provision::yaml::{self, Node, NodeData, Resolved};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml")
}

fn cases() -> Vec<Json> {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The text of a case, and a name for it.
fn text(case: &Json) -> (String, String) {
    match case["file"].as_str() {
        Some(file) => {
            let path = folder().join("files").join(file);
            let bytes = std::fs::read(&path).unwrap();
            (file.to_owned(), yaml::decode(&path, bytes).unwrap())
        }
        None => {
            let text = case["text"].as_str().unwrap();
            (format!("{text:?}"), text.to_owned())
        }
    }
}

/// All documents as one text each, or why there are none.
fn documents(text: &str) -> Result<Vec<String>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sources = Sources::default();
    let file = sources.add(Path::new("case.yml"), text);
    let (nodes, _) = yaml::parse_all(&sources, file).map_err(|error| error.message)?;
    Ok(nodes.iter().map(show).collect())
}

#[test]
fn everything_is_read_as_pyyaml_reads_it() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (name, text) = text(&case);
        let expected: Option<Vec<String>> = serde_json::from_value(case["documents"].clone()).unwrap();
        let found = documents(&text);
        if found.clone().ok() != expected {
            wrong.push(format!("{name}\n  wanted {expected:?}\n  found  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
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
