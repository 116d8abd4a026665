//! What inventories mean, compared with what ansible-core makes of them: see `generate.py`.

mod files;
mod mistakes;

use provision::inventory::{Expressions, Inventory, Options};
use provision::source::{Diagnostic, Palette, Sources, Span, render};
use provision::template::{Engine, Variables};
use provision::vars::{Data, Value, Vars};
use serde_json::{Map, Value as Json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inventory/cases")
}

#[derive(Default)]
struct Evaluating {
    engine: Engine,
}

impl Expressions for Evaluating {
    fn evaluate(&self, expression: &Value, vars: &Vars) -> Result<Value, Box<Diagnostic>> {
        let scope = Variables { all: vars.clone().into_iter().collect(), ..Variables::default() };
        let text = expression.as_str().unwrap_or("");
        self.engine
            .expression(text, expression.span(), &scope)
            .map_err(|error| Box::new(error.into_diagnostic()))
    }

    fn holds(&self, condition: &Value, vars: &Vars) -> Result<bool, Box<Diagnostic>> {
        let scope = Variables { all: vars.clone().into_iter().collect(), ..Variables::default() };
        self.engine.condition(condition, &scope).map_err(|error| Box::new(error.into_diagnostic()))
    }
}

/// Paths of a case are found from its folder.
fn inputs(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("inputs")).unwrap();
    let found = |line: &str| match line.contains(',') {
        true => line.to_owned(),
        false => folder.join(line).display().to_string(),
    };
    text.lines().map(found).collect()
}

fn load(inputs: &[String]) -> Inventory {
    let sources = Arc::new(Sources::default());
    let options = Options { expressions: Some(Arc::new(Evaluating::default())), ..Options::default() };
    Inventory::load(&sources, inputs, options).unwrap_or_else(|found| {
        let shown: String = found.all.iter().map(|one| render(one, &sources, Palette::PLAIN)).collect();
        panic!("{shown}")
    })
}

fn json(value: &Value) -> Json {
    match value.data() {
        Data::None => Json::Null,
        Data::Bool(bool) => (*bool).into(),
        Data::Int(int) => (*int).into(),
        Data::Float(float) => (*float).into(),
        Data::Text(text) => (**text).into(),
        Data::List(list) => list.items().iter().map(json).collect(),
        Data::Dict(dict) => {
            let pair = |(key, value): (&Value, &Value)| (key.as_str().unwrap().to_owned(), json(value));
            Json::Object(dict.entries().iter().map(pair).collect::<Map<_, _>>())
        }
        Data::Big(big) => serde_json::from_str(&big.to_string()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn each(check: impl Fn(&Path, &Inventory) -> Vec<String>) {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(cases()).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        wrong.extend(check(&folder, &load(&inputs(&folder))).iter().map(|one| format!("{name}: {one}")));
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where two trees differ.
fn differences(path: &str, wanted: &Json, found: &Json, out: &mut Vec<String>) {
    match (wanted, found) {
        (Json::Object(wanted), Json::Object(found)) => {
            for key in wanted.keys().chain(found.keys().filter(|key| !wanted.contains_key(*key))) {
                let null = Json::String("(not there)".into());
                let (left, right) = (wanted.get(key).unwrap_or(&null), found.get(key).unwrap_or(&null));
                differences(&format!("{path}/{key}"), left, right, out);
            }
        }
        _ if wanted == found => {}
        _ => out.push(format!("{path}: wanted {wanted}, found {found}")),
    }
}

#[test]
fn everything_is_listed_as_ansible_lists_it() {
    each(|folder, inventory| {
        let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        let mut out = Vec::new();
        differences(
            "",
            &serde_json::from_str(&text).unwrap(),
            &json(&inventory.listing(None, false).unwrap().flat()),
            &mut out,
        );
        out
    });
}

/// What is wrong with a text that a file of the case has.
fn compared(folder: &Path, name: &str, found: &str) -> Vec<String> {
    let wanted = std::fs::read_to_string(folder.join(name)).unwrap();
    if wanted == found { Vec::new() } else { vec![format!("{name}: wanted\n{wanted}found\n{found}")] }
}

#[test]
fn the_tree_is_drawn_as_ansible_draws_it() {
    each(|folder, inventory| {
        let listing = inventory.listing(None, false).unwrap();
        let tree = |vars: bool| listing.tree("all", vars).unwrap();
        let wrong = compared(folder, "expected.graph", &tree(false));
        wrong.into_iter().chain(compared(folder, "expected.vars", &tree(true))).collect()
    });
}

#[test]
fn an_inventory_is_written_as_ansible_writes_it() {
    each(|folder, inventory| {
        let nested = inventory.listing(None, true).unwrap().nested();
        compared(folder, "expected.yml", &provision::template::in_blocks(&nested).unwrap())
    });
}

#[test]
fn patterns_select_the_hosts_that_ansible_selects() {
    each(|folder, inventory| {
        let Ok(text) = std::fs::read_to_string(folder.join("expected.hosts")) else { return Vec::new() };
        let wanted: Map<String, Json> = serde_json::from_str(&text).unwrap();
        let differs = |(pattern, wanted): (&String, &Json)| {
            let found = inventory.select(pattern, None, Span::NONE).ok();
            let found = serde_json::to_value(
                found.map(|names| names.iter().map(|n| n.to_string()).collect::<Vec<_>>()),
            );
            let found = found.unwrap();
            (found != *wanted).then(|| format!("{pattern}: wanted {wanted}, found {found}"))
        };
        wanted.iter().filter_map(differs).collect()
    });
}
