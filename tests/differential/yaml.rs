//! YAML: invented texts, as PyYAML reads them.

use crate::{python, show};
use serde_json::Value as Json;

#[test]
fn invented_texts() {
    let script = python::folder().join("invent_yaml.py");
    let cases = python::run("2.19", &script, &[&python::seed(), "20000"], "");
    let (mut wrong, mut read) = (Vec::new(), 0);
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let expected: Option<Vec<String>> = serde_json::from_value(case["documents"].clone()).unwrap();
        let found = show::documents(case["text"].as_str().unwrap());
        read += usize::from(expected.is_some());
        if found.clone().ok() != expected {
            wrong.push(format!("{}\n  wanted {expected:?}\n  found  {found:?}", case["text"]));
        }
    }
    assert!(read > 2000, "only {read} of the texts are YAML");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
