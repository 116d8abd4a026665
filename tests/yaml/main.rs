//! What the reader makes of YAML, compared with what PyYAML made of it: see `generate.py`.

mod mistakes;
mod properties;
mod show;

use provision::yaml;
use serde_json::Value as Json;
use show::documents;
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
