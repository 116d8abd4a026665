//! Paths into nested data: `get_path`, `to_paths`, as XML `from_xml`, `to_xml`; and what differs: `fact_diff`, `param_list_compare`.

use super::Table;
use crate::template::data::json::{self, Layout};
use crate::template::data::xml;
use crate::template::eval::{Call, lazy};
use crate::template::python::types;
use crate::template::syntax::{Delimiters, parse_expression};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[
    ("get_path", get_path),
    ("to_paths", to_paths),
    ("fact_diff", fact_diff),
    ("param_list_compare", param_list_compare),
    ("from_xml", |call| xml::read(&call.bind(&["value", "engine"])?.exact_text("value")?)),
    ("to_xml", to_xml),
];

/// What an expression such as `a.b[0]` leads to.
pub fn get_path(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "path", "wantlist"])?;
    let (mut value, path) = (args.value("value")?, args.exact_text("path")?);
    for key in steps(&path)? {
        let found = call.ev.item_of(&value, &key);
        value = found.ok_or_else(|| Error::failed(format!("there is no `{key}` on the path `{path}`")))?;
    }
    Ok(if args.bool_or("wantlist", false)? { Value::list(vec![value]) } else { value })
}

/// The keys and indexes of a path.
fn steps(path: &str) -> Answer<Vec<Value>> {
    use crate::template::syntax::tree::{Expr, Kind};
    let wrong = || Error::failed(format!("`{path}` is no path"));
    let text = format!("root.{path}").replace("root.[", "root[");
    let template = parse_expression(&text.as_str().into(), &Delimiters::default()).map_err(|_| wrong())?;
    let mut expr: &Expr = template.only_expression().ok_or_else(wrong)?;
    let mut steps = Vec::new();
    loop {
        expr = match &expr.kind {
            Kind::Name(_) => break,
            Kind::Attribute(object, name) => {
                steps.push(Value::text(name.clone()));
                object
            }
            Kind::Item(pair) => {
                let Kind::Const(key) = &pair.1.kind else { return Err(wrong()) };
                steps.push(key.clone());
                &pair.0
            }
            _ => return Err(wrong()),
        };
    }
    steps.reverse();
    Ok(steps)
}

/// Every leaf by its path.
pub fn to_paths(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "prepend", "wantlist"])?;
    let mut paths = Map::default();
    walk(&args.value("value")?, &args.text_or("prepend", "")?, &mut paths);
    let paths = Value::dict(paths);
    Ok(if args.bool_or("wantlist", false)? { Value::list(vec![paths]) } else { paths })
}

fn walk(value: &Value, path: &str, paths: &mut Map) {
    match (value.as_items(), lazy::entries(value)) {
        (_, Some(entries)) => {
            entries.iter().for_each(|(key, value)| walk(value, &below(path, key), paths));
        }
        (Some(items), None) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{path}[{index}]"), paths));
        }
        (None, None) => {
            paths.insert(path.into(), value.clone());
        }
    }
}

fn below(path: &str, key: &Value) -> String {
    let is_name = |text: &str| {
        let starts = text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
        starts && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    match key.as_str() {
        Some(text) if is_name(text) && path.is_empty() => text.to_owned(),
        Some(text) if is_name(text) => format!("{path}.{text}"),
        Some(text) => format!("{path}['{text}']"),
        None => format!("{path}[{key}]"),
    }
}

fn to_xml(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "engine", "indent", "indent_width"])?;
    let indent = match args.text_or("indent", "tabs")?.as_str() {
        "spaces" => " ".repeat(usize::try_from(args.int_or("indent_width", 4)?).unwrap_or(0).min(100)),
        _ => "\t".to_owned(),
    };
    xml::write(&args.value("value")?, &indent).map(Value::from)
}

/// The difference of two values, as lines.
fn fact_diff(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "after", "plugin", "common"])?;
    let shown = |name: &str| {
        let layout = Layout { sort_keys: true, ..Layout::indented("    ".into()) };
        json::write(&args.value(name)?, &layout).map(|text| text + "\n")
    };
    let (before, after) = (shown("value")?, shown("after")?);
    let diff = similar::TextDiff::from_lines(&before, &after);
    Ok(diff.unified_diff().context_radius(3).header("before", "after").to_string().into())
}

/// Which of the known names a list with `all` and `!name` asks for.
fn param_list_compare(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "target"])?;
    let texts = |name: &str| args.items(name)?.iter().map(types::text).collect::<Answer<Vec<_>>>();
    let (known, asked) = (texts("value")?, texts("target")?);
    let (denied, wanted): (Vec<&String>, Vec<&String>) = asked.iter().partition(|name| name.starts_with('!'));
    let denied: Vec<&str> = denied.iter().map(|name| name.trim_start_matches('!')).collect();
    let all = wanted.iter().any(|name| *name == "all");
    let is_meant = |name: &&String| (all || wanted.contains(name)) && !denied.contains(&name.as_str());
    let actionable: Value = known.iter().filter(is_meant).map(|name| Value::from(name.as_str())).collect();
    let named = wanted.iter().map(|name| name.as_str()).chain(denied.iter().copied());
    let unsupported = named.filter(|name| *name != "all" && !known.iter().any(|other| other == name));
    let unsupported: Value = unsupported.map(Value::from).collect();
    Ok([("actionable", actionable), ("unsupported", unsupported)].into_iter().collect())
}
