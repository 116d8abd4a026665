//! Patterns and sets: `match`, `search`, `subset`, `any`, `contains`.

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::filters::regex::flags;
use crate::template::filters::truth;
use crate::template::python::regex::Pattern;
use crate::template::python::{compare, iterate, types};
use crate::vars::{Data, Encrypted, Value};

pub const TABLE: Table = &[
    ("match", |call| matches(call, Some("match"))),
    ("search", |call| matches(call, Some("search"))),
    ("regex", |call| matches(call, None)),
    ("subset", |call| contained(call, false)),
    ("issubset", |call| contained(call, false)),
    ("superset", |call| contained(call, true)),
    ("issuperset", |call| contained(call, true)),
    ("contains", contains),
    ("any", any),
    ("all", all),
    ("truthy", |call| truthy(call)),
    ("falsy", |call| truthy(call).map(|truth| !truth)),
    ("nan", |call| Ok(matches!(call.only()?.data(), Data::Float(float) if float.is_nan()))),
    ("isnan", |call| Ok(matches!(call.only()?.data(), Data::Float(float) if float.is_nan()))),
    ("vault_encrypted", |call| Ok(Encrypted::of(&call.only()?).is_some())),
    ("vaulted_file", vaulted_file),
];

fn matches(call: &mut Call, kind: Option<&str>) -> Answer<bool> {
    let args = match kind {
        Some(_) => call.bind(&["value", "pattern", "ignorecase", "multiline"])?,
        None => call.bind(&["value", "pattern", "ignorecase", "multiline", "match_type"])?,
    };
    let text = args.text("value")?;
    let pattern = Pattern::new(&args.text_or("pattern", "")?, flags(&args)?, &text)?;
    let kind = kind.map_or_else(|| args.text_or("match_type", "search"), |kind| Ok(kind.to_owned()))?;
    let found = pattern.search(&text, 0)?;
    let span = found.and_then(|found| found.get(0).map(|whole| (whole.start(), whole.end())));
    Ok(match kind.as_str() {
        "match" => span.is_some_and(|(start, _)| start == 0),
        "fullmatch" => span.is_some_and(|(start, end)| start == 0 && end == text.len()),
        _ => span.is_some(),
    })
}

fn contained(call: &mut Call, reversed: bool) -> Answer<bool> {
    let args = call.bind(&["value", "other"])?;
    let (left, right) = (args.items("value")?, args.items("other")?);
    let (small, large) = if reversed { (right, left) } else { (left, right) };
    Ok(small.iter().all(|item| large.contains(item)))
}

fn contains(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "item"])?;
    compare::contains(&args.value("value")?, &args.value("item")?)
}

fn any(call: &mut Call) -> Answer<bool> {
    let items = iterate::items(&call.only()?)?;
    items.iter().try_fold(false, |found, item| Ok(found || types::is_true(item)?))
}

fn all(call: &mut Call) -> Answer<bool> {
    let items = iterate::items(&call.only()?)?;
    items.iter().try_fold(true, |all, item| Ok(all && types::is_true(item)?))
}

fn truthy(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "convert_bool"])?;
    let value = args.value("value")?;
    let meant = if args.bool_or("convert_bool", false)? { truth::meant_loosely(&value) } else { None };
    meant.map_or_else(|| types::is_true(&value), Ok)
}

fn vaulted_file(call: &mut Call) -> Answer<bool> {
    let path: Value = call.only()?;
    let text = std::fs::read(types::text(&path)?).unwrap_or_default();
    Ok(text.starts_with(b"$ANSIBLE_VAULT;"))
}
