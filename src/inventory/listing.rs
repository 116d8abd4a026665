//! What `provision inventory` shows: everything as one value, groups as a tree.

use super::graph::{Graph, Name};
use crate::vars::{Data, Encrypted, Map, Marks, Value, Vars};
use std::fmt::Write;

/// Everything, in the form that an inventory program prints. `vars_of` gives what a host has.
pub fn list(graph: &Graph, vars_of: impl Fn(&Name) -> Vars) -> Value {
    let hostvars = graph.hosts.keys().map(|host| (Value::text(host.clone()), host_value(vars_of(host))));
    let hostvars: Map =
        hostvars.filter(|(_, vars)| vars.as_entries().is_some_and(|vars| !vars.is_empty())).collect();
    let meta = Map::from([
        ("hostvars".into(), Value::dict(hostvars)),
        ("profile".into(), Value::from("inventory_legacy")),
    ]);
    let mut all = Map::from([("_meta".into(), Value::dict(meta))]);
    for (name, group) in reachable(graph) {
        all.insert(Value::text(name), Value::dict(group));
    }
    Value::dict(all)
}

/// The variables of one host, encrypted values as they are written.
pub fn host_value(vars: Vars) -> Value {
    vars.into_iter().map(|(name, value)| (Value::text(name), as_written(value))).collect()
}

fn reachable(graph: &Graph) -> Vec<(Name, Map)> {
    let groups = graph.descendants("all");
    let described = groups.iter().filter_map(|name| Some((name.clone(), described(graph, name)?)));
    described.filter(|(_, group)| !group.is_empty()).collect()
}

fn described(graph: &Graph, name: &str) -> Option<Map> {
    let group = graph.groups.get(name)?;
    let names = |names: Vec<&Name>| names.into_iter().cloned().map(Value::text).collect::<Value>();
    let mut entries = Map::new();
    if name != "all" && !group.hosts.is_empty() {
        entries.insert("hosts".into(), names(group.hosts.iter().collect()));
    }
    if !group.children.is_empty() {
        entries.insert("children".into(), names(group.children.iter().collect()));
    }
    Some(entries)
}

/// The value with what is encrypted, or no template, as dicts that say so: reading them gives the same again.
fn as_written(value: Value) -> Value {
    if let Some(encrypted) = Encrypted::of(&value) {
        return [("__ansible_vault", Value::text(encrypted.text.clone()))].into_iter().collect();
    }
    match value.data() {
        Data::Text(_) if !value.marks().has(Marks::TRUSTED) => {
            [("__ansible_unsafe", value)].into_iter().collect()
        }
        Data::List(list) => list.items().iter().cloned().map(as_written).collect(),
        Data::Dict(dict) => {
            dict.entries().iter().map(|(key, value)| (key.clone(), as_written(value.clone()))).collect()
        }
        _ => value,
    }
}

/// The groups below one as a tree; `vars_of` gives the variables to show of a host, if any.
pub fn graph_text(graph: &Graph, root: &str, vars_of: Option<&dyn Fn(&Name) -> Vars>) -> Option<String> {
    let (name, _) = graph.groups.get_key_value(root)?;
    let mut out = String::new();
    branch(graph, name, 0, vars_of, &mut out);
    Some(out)
}

fn branch(
    graph: &Graph,
    name: &Name,
    depth: usize,
    vars_of: Option<&dyn Fn(&Name) -> Vars>,
    out: &mut String,
) {
    line(out, depth, &format!("@{name}:"));
    let Some(group) = graph.groups.get(name) else { return };
    group.children.iter().for_each(|child| branch(graph, child, depth + 1, vars_of, out));
    for host in group.hosts.iter().filter(|_| &**name != "all") {
        line(out, depth + 1, host);
        vars_of.into_iter().for_each(|vars_of| variables(&vars_of(host), depth + 2, out));
    }
    if vars_of.is_some() {
        variables(&group.vars, depth + 1, out);
    }
}

fn variables(vars: &Vars, depth: usize, out: &mut String) {
    let mut names: Vec<_> = vars.keys().collect();
    names.sort();
    for name in names {
        let shown = vars.get(name).and_then(|value| as_written(value.clone()).str().ok()).unwrap_or_default();
        line(out, depth, &format!("{{{name} = {shown}}}"));
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    let indent = "  |".repeat(depth);
    let dashes = if depth > 0 { "--" } else { "" };
    let _ = writeln!(out, "{indent}{dashes}{text}");
}
