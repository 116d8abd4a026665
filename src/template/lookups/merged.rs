//! `merge_variables`: all variables whose names fit, as one.

use super::{Settings, Table, texts};
use crate::source::Diagnostic;
use crate::template::eval::{Call, lazy};
use crate::template::filters::dicts::{Lists, merged};
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[("merge_variables", merge_variables)];

fn merge_variables(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let kind = settings.text("pattern_type", "regex")?;
    if settings.value("groups").is_some() {
        return Err(Error::failed("`groups` of `merge_variables` is not supported"));
    }
    let mut found = Vec::new();
    for pattern in texts(call)? {
        let mut names = call.ev.scope.names();
        names.sort();
        let mut all = settings.value("initial_value").cloned();
        for name in names {
            if fits(&name, &pattern, &kind)? {
                let value = call.ev.scope.value(&name).unwrap_or_else(Value::none);
                let value = call.ev.deep(value)?;
                all = Some(match all {
                    None => value,
                    Some(all) => joined(call, &settings, &all, &value, &name)?,
                });
            }
        }
        found.extend(all);
    }
    Ok(found)
}

fn fits(name: &str, pattern: &str, kind: &str) -> Answer<bool> {
    match kind {
        "prefix" => Ok(name.starts_with(pattern)),
        "suffix" => Ok(name.ends_with(pattern)),
        "regex" => Ok(Pattern::new(pattern, Flags::default(), name)?.search(name, 0)?.is_some()),
        _ => Err(Error::failed(format!("`pattern_type` is `regex`, `prefix` or `suffix`, not `{kind}`"))),
    }
}

fn joined(call: &mut Call, settings: &Settings, all: &Value, value: &Value, name: &str) -> Answer<Value> {
    if let (Some(items), Some(more)) = (all.as_items(), value.as_items()) {
        return Ok(items.iter().chain(more.iter()).cloned().collect());
    }
    let (Some(entries), Some(more)) = (lazy::entries(all), lazy::entries(value)) else {
        let what = types::type_name(value);
        return Err(Error::failed(format!("`{name}` is a `{what}`, which cannot be merged with the others")));
    };
    match (clash(&entries, &more), settings.text("override", "ignore")?.as_str()) {
        (Some(key), "error") => return Err(Error::failed(format!("`{name}` sets `{key}` again"))),
        (Some(key), "warn") => call.ev.warn(Diagnostic::warning(format!("`{name}` sets `{key}` again"))),
        _ => {}
    }
    Ok(Value::dict(merged((*entries).clone(), &more, true, Lists::Append)))
}

/// A key that both have, with values that cannot be merged.
fn clash(one: &Map, other: &Map) -> Option<Value> {
    one.iter().find_map(|(key, value)| {
        let second = other.get(key).filter(|second| *second != value)?;
        match (lazy::entries(value), lazy::entries(second)) {
            (Some(value), Some(second)) => clash(&value, &second),
            _ if value.as_items().is_some() && second.as_items().is_some() => None,
            _ => Some(key.clone()),
        }
    })
}
