//! `to_yaml`, `from_yaml` and their kin.

use super::Table;
use crate::template::data::yaml;
use crate::template::eval::{Bound, Call};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;
use crate::yaml::Layout;

pub const TABLE: Table = &[
    ("to_yaml", to_yaml),
    ("to_nice_yaml", to_nice_yaml),
    ("from_yaml", from_yaml),
    ("from_yaml_all", from_yaml_all),
];

const PARAMETERS: &[&str] = &[
    "value",
    "indent",
    "width",
    "default_flow_style",
    "sort_keys",
    "allow_unicode",
    "explicit_start",
    "explicit_end",
    "default_style",
    "line_break",
    "canonical",
    "version",
    "encoding",
    "vault_behavior",
    "redact_sensitive_values",
    "dump_vault_tags",
];

fn layout(args: &Bound, indent: i64, flow: Option<bool>) -> Answer<Layout> {
    let indent = usize::try_from(args.int_or("indent", indent)?).unwrap_or(0);
    let indent = if (2..10).contains(&indent) { indent } else { 2 };
    let width = usize::try_from(args.int_or("width", 80)?).unwrap_or(80);
    let quote = args.some("default_style").and_then(|style| style.as_str()?.chars().next());
    let flow = match args.given("default_flow_style") {
        Some(given) if !given.is_none() => Some(types::is_true(given)?),
        Some(_) => None,
        None => flow,
    };
    Ok(Layout {
        indent,
        width: if width > indent * 2 { width } else { 80 },
        // What has a style of its own stands in no line with others.
        flow: flow.or(quote.map(|_| false)),
        sort_keys: args.bool_or("sort_keys", true)?,
        unicode: args.bool_or("allow_unicode", true)?,
        explicit_start: args.bool_or("explicit_start", false)?,
        explicit_end: args.bool_or("explicit_end", false)?,
        quote,
    })
}

fn to_yaml(call: &mut Call) -> Answer<Value> {
    let args = call.bind(PARAMETERS)?;
    Ok(yaml::write(&args.value("value")?, &layout(&args, 2, None)?)?.into())
}

fn to_nice_yaml(call: &mut Call) -> Answer<Value> {
    let args = call.bind(PARAMETERS)?;
    Ok(yaml::write(&args.value("value")?, &layout(&args, 4, Some(false))?)?.into())
}

fn documents(call: &mut Call) -> Answer<Result<Vec<Value>, Value>> {
    let value = call.only()?;
    let Some(text) = value.as_str() else { return Ok(Err(value)) };
    let parsed = call.ev.context.surroundings.services.parse_yaml(text);
    Ok(Ok(parsed.map_err(|error| Error::failed(format!("the text is no YAML: {error}")))?))
}

fn from_yaml(call: &mut Call) -> Answer<Value> {
    Ok(match documents(call)? {
        Ok(documents) if documents.len() > 1 => {
            return Err(
                Error::failed("the text holds several YAML documents").hint("`from_yaml_all` reads them")
            );
        }
        Ok(documents) => documents.into_iter().next().unwrap_or_else(Value::none),
        Err(other) => other,
    })
}

fn from_yaml_all(call: &mut Call) -> Answer<Value> {
    Ok(match documents(call)? {
        Ok(documents) => Value::list(documents),
        Err(none) if none.is_none() => Value::list(Vec::new()),
        Err(other) => other,
    })
}
