//! `to_json`, `from_json` and their kin.

use super::Table;
use crate::template::Answer;
use crate::template::data::json::{self, Layout};
use crate::template::data::json_read;
use crate::template::eval::{Bound, Call};
use crate::template::python::types;
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("to_json", to_json),
    ("to_nice_json", to_nice_json),
    ("tojson", to_html_json),
    ("from_json", from_json),
];

const PARAMETERS: &[&str] = &[
    "value",
    "indent",
    "sort_keys",
    "ensure_ascii",
    "separators",
    "skipkeys",
    "allow_nan",
    "preprocess_unsafe",
    "vault_to_text",
    "profile",
    "check_circular",
    "default",
    "cls",
];

fn indent(args: &Bound, default: Option<usize>) -> Answer<Option<String>> {
    let size = match args.given("indent").map(Value::data) {
        None => default,
        Some(Data::None) => None,
        Some(Data::Text(text)) => return Ok(Some(text.to_string())),
        Some(_) => Some(usize::try_from(args.int_or("indent", 0)?).unwrap_or(0).min(1000)),
    };
    Ok(size.map(|size| " ".repeat(size)))
}

fn layout(args: &Bound, default_indent: Option<usize>, sorted: bool) -> Answer<Layout> {
    let mut layout = match indent(args, default_indent)? {
        Some(indent) => Layout::indented(indent),
        None => Layout::default(),
    };
    layout.sort_keys = args.bool_or("sort_keys", sorted)?;
    layout.ascii = args.bool_or("ensure_ascii", true)?;
    layout.skip_keys = args.bool_or("skipkeys", false)?;
    if let Some(pair) = args.some("separators").and_then(Value::as_items)
        && let [item, key] = pair.as_slice()
    {
        layout.separators = (types::text(item)?, types::text(key)?);
    }
    Ok(layout)
}

fn to_json(call: &mut Call) -> Answer<Value> {
    let args = call.bind(PARAMETERS)?;
    Ok(json::write(&args.value("value")?, &layout(&args, None, false)?)?.into())
}

fn to_nice_json(call: &mut Call) -> Answer<Value> {
    let args = call.bind(PARAMETERS)?;
    Ok(json::write(&args.value("value")?, &layout(&args, Some(4), true)?)?.into())
}

/// Jinja2's own, safe inside of HTML.
fn to_html_json(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "indent"])?;
    let mut layout = match indent(&args, None)? {
        Some(indent) => Layout::indented(indent),
        None => Layout::default(),
    };
    layout.sort_keys = true;
    let text = json::write(&args.value("value")?, &layout)?;
    let special = [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027")];
    Ok(special.iter().fold(text, |text, (char, code)| text.replace(char, code)).into())
}

fn from_json(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "profile"])?;
    json_read::read(&args.text("value")?)
}
