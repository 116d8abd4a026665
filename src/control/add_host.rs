//! `add_host`: adds a host to the inventory of this run.

use super::{Act, Desk, Effect};
use crate::template::Answer;
use crate::vars::Value;

const NAMES: &[&str] = &["name", "host", "hostname"];
const GROUPS: &[&str] = &["groups", "group", "groupname"];

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let given = NAMES.iter().find_map(|name| desk.text(name)).ok_or_else(|| desk.missing("name"))?;
    let (name, port) = with_port(&given);
    let groups: Vec<String> = GROUPS.iter().flat_map(|name| desk.list(name)).collect();
    let own = |name: &str| NAMES.contains(&name) || GROUPS.contains(&name);
    let others = desk.arguments.iter().filter(|(name, _)| !own(name));
    let port = port.map(|port| ("ansible_ssh_port".into(), Value::from(i64::from(port))));
    let vars: Vec<_> = others.map(|(name, value)| (name.clone(), value.clone())).chain(port).collect();
    let shown: Value = [
        ("host_name", Value::from(name)),
        ("groups", groups.iter().map(String::as_str).collect()),
        ("host_vars", vars.iter().map(|(name, value)| (Value::text(name.clone()), value.clone())).collect()),
    ]
    .into_iter()
    .collect();
    let effects = vec![Effect::AddHost { name: name.to_owned(), groups, vars }];
    Ok(Act { fields: [("add_host".into(), shown)].into(), effects, ..Act::default() })
}

/// The port behind a name, as in `host:22` and `[2001:db8::1]:22`.
fn with_port(given: &str) -> (&str, Option<u16>) {
    let split = given.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
    let Some((name, port)) = split else { return (given, None) };
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(inner) => (inner, Some(port)),
        None if name.contains(':') => (given, None),
        None => (name, Some(port)),
    }
}
