//! Probes: templates whose results ansible-core has told. The format is told in `ask.py`.

use provision::source::Span;
use provision::template::{Engine, Error, Language, Overrides, Scope, Surroundings, Variables};
use provision::vars::{Map, Value, lazy_marks};
use std::path::PathBuf;
use std::sync::Arc;

/// The folder of the probes, and of the files that they read.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/template")
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::none(),
        serde_json::Value::Bool(bool) => (*bool).into(),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(int) => int.into(),
            None => number.as_f64().unwrap().into(),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()).marked(lazy_marks(text)),
        serde_json::Value::Array(items) => items.iter().map(value).collect(),
        serde_json::Value::Object(entries) => {
            Value::dict(entries.iter().map(|(key, item)| (key.as_str().into(), value(item))).collect::<Map>())
        }
    }
}

fn scope(json: &str, language: Language) -> Variables {
    let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut scope = Variables::default();
    for (name, item) in parsed.as_object().unwrap() {
        scope.all.insert(name.as_str().into(), value(item));
    }
    let surroundings = Surroundings { playbook_dir: folder().join("files"), language, ..Default::default() };
    scope.context.surroundings = Arc::new(surroundings);
    scope
}

fn result(engine: &Engine, line: &str, scope: &dyn Scope) -> Result<String, Error> {
    let (kind, text) = match line.chars().next() {
        Some(kind @ ('?' | '@')) => (kind, line[1..].trim_start()),
        _ => (' ', line),
    };
    let text = text.replace('⏎', "\n");
    let lazy = Value::from(text.as_str()).marked(lazy_marks(&text));
    let shown = match kind {
        '?' => engine.condition(&lazy, scope)?.into(),
        '@' => engine.template_text(&text, Span::NONE, &Overrides::default(), scope)?,
        _ => engine.resolve(&lazy, scope)?,
    };
    Ok(shown.repr().unwrap())
}

/// The probes whose results are not the expected ones, as texts for people.
pub fn differences(probes: &str, expected: &str, language: Language) -> Vec<String> {
    let mut expected = expected.lines();
    let (engine, mut variables, mut wrong) = (Engine::default(), scope("{}", language), Vec::new());
    let mut before = "";
    for line in probes.split('\n') {
        let left_out = before == "#new" && language == Language::Classic;
        before = line;
        if let Some(json) = line.strip_prefix("#vars") {
            variables = scope(json, language);
        }
        let is_comment = ["#vars", "#new", "# "].iter().any(|start| line.starts_with(start));
        if line.is_empty() || is_comment || line == "#" || left_out {
            continue;
        }
        let wanted = expected.next().unwrap_or("missing");
        variables.context = variables.context.fresh();
        match (result(&engine, line, &variables), wanted.strip_prefix('=')) {
            (Ok(found), Some(wanted)) if found == wanted => {}
            (Err(_), None) => {}
            (Ok(found), _) => wrong.push(format!("{line}\n  found  ={found}\n  wanted {wanted}")),
            (Err(error), _) => {
                let found = error.diagnostic().map_or("pending", |diagnostic| &diagnostic.message).to_owned();
                wrong.push(format!("{line}\n  found  !{found}\n  wanted {wanted}"));
            }
        }
    }
    wrong
}

/// The names of all probes that are kept.
pub fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder().join("probes")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The probes of a name.
pub fn probes(name: &str) -> String {
    std::fs::read_to_string(folder().join("probes").join(name).with_extension("txt")).unwrap()
}
