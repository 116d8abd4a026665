//! `add_host`: adds a host to the inventory of this run.

use super::{Act, Desk, Effect};
use crate::template::Answer;
use crate::vars::Value;

const NAMES: &[&str] = &["name", "host", "hostname"];
const GROUPS: &[&str] = &["groups", "group", "groupname"];

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let name = NAMES.iter().find_map(|name| desk.text(name)).ok_or_else(|| desk.missing("name"))?;
    let groups: Vec<String> = GROUPS.iter().flat_map(|name| desk.list(name)).collect();
    let own = |name: &str| NAMES.contains(&name) || GROUPS.contains(&name);
    let given = desk.arguments.iter().filter(|(name, _)| !own(name));
    let vars: Vec<_> = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    let shown: Value = [
        ("host_name", Value::from(name.as_str())),
        ("groups", groups.iter().map(String::as_str).collect()),
        ("host_vars", vars.iter().map(|(name, value)| (Value::text(name.clone()), value.clone())).collect()),
    ]
    .into_iter()
    .collect();
    let effects = vec![Effect::AddHost { name, groups, vars }];
    Ok(Act { fields: [("add_host".into(), shown)].into(), changed: true, effects, ..Act::default() })
}
