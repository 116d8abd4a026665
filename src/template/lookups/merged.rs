//! `merge_variables`: all variables whose names fit, as one.

use super::{Settings, Table, texts};
use crate::source::Diagnostic;
use crate::template::eval::{Call, lazy};
use crate::template::filters::dicts::{Lists, merged};
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[("merge_variables", merge_variables)];

fn merge_variables(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let hosts = match settings.value("groups") {
        Some(groups) => Some(hosts_in(call, &iterate::items(groups)?)?),
        None => None,
    };
    let mut found = Vec::new();
    for pattern in texts(call)? {
        let mut all = settings.value("initial_value").cloned();
        match &hosts {
            None => {
                let names = call.ev.scope.names().into_iter().map(|name| name.to_string()).collect();
                let value = |call: &mut Call, name: &str| call.ev.scope.value(name);
                merge(call, &settings, &mut all, (names, &pattern), value)?;
            }
            Some(hosts) => {
                for host in hosts {
                    let names = iterate::items(host)?.iter().map(types::text).collect::<Answer<_>>()?;
                    let value = |call: &mut Call, name: &str| call.ev.item_of(host, &name.into());
                    merge(call, &settings, &mut all, (names, &pattern), value)?;
                }
            }
        }
        found.push(all.unwrap_or_else(Value::none));
    }
    Ok(found)
}

/// The variables of the hosts that are in one of the groups.
fn hosts_in(call: &mut Call, groups: &[Value]) -> Answer<Vec<Value>> {
    let hostvars = call.ev.scope.value("hostvars").unwrap_or_else(Value::none);
    let mut hosts = Vec::new();
    for name in iterate::items(&hostvars)?.iter() {
        let Some(host) = call.ev.item_of(&hostvars, name) else { continue };
        let of_host = call.ev.item_of(&host, &"group_names".into()).unwrap_or_else(Value::none);
        let all = groups.iter().any(|group| group.as_str() == Some("all"));
        if all || iterate::items(&of_host)?.iter().any(|group| groups.contains(group)) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

/// Adds those of the variables whose names fit the pattern, by name.
fn merge(
    call: &mut Call,
    settings: &Settings,
    all: &mut Option<Value>,
    (mut names, pattern): (Vec<String>, &str),
    value: impl Fn(&mut Call, &str) -> Option<Value>,
) -> Answer<()> {
    let kind = settings.text("pattern_type", "regex")?;
    names.sort();
    for name in names {
        if fits(&name, pattern, &kind)? {
            let value = value(call, &name).unwrap_or_else(Value::none);
            let value = call.ev.deep(value)?;
            *all = Some(match all.take() {
                None => value,
                Some(all) => joined(call, settings, &all, &value, &name)?,
            });
        }
    }
    Ok(())
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
        return Err(Error::failed("Unable to merge, not all variables are of the same type"));
    };
    match (clash(&entries, &more), settings.text("override", "error")?.as_str()) {
        (Some(clash), "error") => return Err(Error::failed(clash.told(name))),
        (Some(clash), "warn") => call.ev.warn(Diagnostic::warning(clash.told(name))),
        _ => {}
    }
    Ok(Value::dict(merged((*entries).clone(), &more, true, Lists::Append)))
}

/// Two values that cannot be merged, and the keys that lead to them.
struct Clash {
    path: Vec<String>,
    before: Value,
    after: Value,
}

impl Clash {
    fn told(&self, name: &str) -> String {
        let path = self.path.join(".");
        let key = self.path.last().map(String::as_str).unwrap_or_default();
        let (before, after) = (&self.before, &self.after);
        format!(
            "The key '{key}' with value '{before}' will be overwritten with value '{after}' from '{name}.{path}'"
        )
    }
}

fn clash(one: &Map, other: &Map) -> Option<Clash> {
    other.iter().find_map(|(key, after)| {
        let before = one.get(key).filter(|before| *before != after)?;
        match (lazy::entries(before), lazy::entries(after)) {
            (Some(before), Some(after)) => {
                let mut clash = clash(&before, &after)?;
                clash.path.insert(0, key.to_string());
                Some(clash)
            }
            _ if before.as_items().is_some() && after.as_items().is_some() => None,
            _ => Some(Clash { path: vec![key.to_string()], before: before.clone(), after: after.clone() }),
        }
    })
}
