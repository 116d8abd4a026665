//! What `provision inventory` shows: everything as one value, groups as a tree.

use super::Inventory;
use super::graph::{Group, Name};
use crate::vars::{Data, Encrypted, Map, Marks, Value, Vars};
use indexmap::IndexSet;
use std::fmt::Write;

/// The inventory as it is shown, in the forms of `ansible-inventory`.
pub struct Listing<'a> {
    pub(super) inventory: &'a Inventory,
    /// The hosts that are shown.
    pub(super) hosts: IndexSet<Name>,
    /// Variables are shown where they are set, at hosts and at groups, and not all at the hosts.
    pub(super) export: bool,
}

impl Listing<'_> {
    /// The form that an inventory program prints.
    pub fn flat(&self) -> Value {
        let vars_of = |host: &Name| marked(values(self.vars_of(host)));
        let hostvars = self.hosts.iter().map(|host| (Value::text(host.clone()), vars_of(host)));
        let hostvars: Map =
            hostvars.filter(|(_, vars)| vars.as_entries().is_some_and(|vars| !vars.is_empty())).collect();
        let meta = [("hostvars", Value::dict(hostvars)), ("profile", Value::from("inventory_legacy"))];
        let groups = self.inventory.graph.descendants("all").into_iter().filter_map(|name| {
            let group = self.described(&name)?;
            (!group.is_empty()).then(|| (Value::text(name), Value::dict(group)))
        });
        [("_meta".into(), meta.into_iter().collect())].into_iter().chain(groups).collect()
    }

    fn described(&self, name: &Name) -> Option<Map> {
        let group = self.inventory.graph.groups.get(name)?;
        let hosts = self.members(name, group);
        let children = group.children.iter().cloned().map(Value::text);
        let mut parts = Map::new();
        insert(&mut parts, "hosts", hosts.map(Value::text).collect());
        insert(&mut parts, "children", children.collect());
        if self.export {
            insert(&mut parts, "vars", marked(values(self.inventory.vars_of_group(name))));
        }
        Some(parts)
    }

    /// The form of an inventory in YAML: groups in groups, each described once.
    pub fn nested(&self) -> Value {
        let all = Name::from("all");
        let mut told = IndexSet::new();
        let group = self.nested_group(&all, &mut told);
        group.into_iter().map(|group| (Value::text(all.clone()), Value::dict(group))).collect()
    }

    /// A group with all that is in it; nothing where that is empty. Hosts and groups that were told already are named only.
    fn nested_group(&self, name: &Name, told: &mut IndexSet<(bool, Name)>) -> Option<Map> {
        let group = self.inventory.graph.groups.get(name)?;
        let (mut children, mut hosts, mut parts) = (Map::new(), Map::new(), Map::new());
        for child in &group.children {
            let below = match told.insert((true, child.clone())) {
                true => self.nested_group(child, told),
                false => Some(Map::new()),
            };
            children.extend(below.map(|below| (Value::text(child.clone()), Value::dict(below))));
        }
        for host in self.members(name, group) {
            let vars = match told.insert((false, host.clone())) {
                true => values(self.vars_of(&host)),
                false => Value::dict(Map::new()),
            };
            hosts.insert(Value::text(host), vars);
        }
        insert(&mut parts, "children", Value::dict(children));
        insert(&mut parts, "hosts", Value::dict(hosts));
        if self.export {
            insert(&mut parts, "vars", values(self.inventory.vars_of_group(name)));
        }
        (!parts.is_empty()).then_some(parts)
    }

    /// The hosts of a group itself that are shown; those of `all` are shown in its groups.
    fn members<'g>(&'g self, name: &str, group: &'g Group) -> impl Iterator<Item = Name> + 'g {
        let is_all = name == "all";
        group.hosts.iter().filter(move |host| !is_all && self.hosts.contains(*host)).cloned()
    }

    /// The variables of one host as an inventory program prints them; nothing where there is no such host.
    pub fn host(&self, name: &str) -> Option<Value> {
        let entry = self.inventory.host(name)?;
        Some(marked(values(self.vars_of(&entry.name))))
    }

    fn vars_of(&self, host: &Name) -> Vars {
        let vars = match self.export {
            true => self.inventory.own_vars_of(host),
            false => self.inventory.vars_of(host),
        };
        vars.unwrap_or_default()
    }

    /// The groups below one as a tree, with variables if they are wanted; nothing where there is no such group.
    pub fn tree(&self, root: &str, with_vars: bool) -> Option<String> {
        let (name, _) = self.inventory.graph.groups.get_key_value(root)?;
        let mut out = String::new();
        self.branch(name, 0, with_vars, &mut out);
        Some(out)
    }

    fn branch(&self, name: &Name, depth: usize, with_vars: bool, out: &mut String) {
        line(out, depth, &format!("@{name}:"));
        let Some(group) = self.inventory.graph.groups.get(name) else { return };
        group.children.iter().for_each(|child| self.branch(child, depth + 1, with_vars, out));
        for host in group.hosts.iter().filter(|_| &**name != "all") {
            line(out, depth + 1, host);
            if with_vars {
                variables(self.vars_of(host), depth + 2, out);
            }
        }
        if with_vars {
            variables(self.inventory.vars_of_group(name), depth + 1, out);
        }
    }
}

/// Adds a part that is not empty.
fn insert(parts: &mut Map, name: &str, value: Value) {
    let empty = value.as_items().map_or_else(
        || value.as_entries().is_none_or(|entries| entries.is_empty()),
        |items| items.is_empty(),
    );
    if !empty {
        parts.insert(name.into(), value);
    }
}

fn values(vars: Vars) -> Value {
    vars.into_iter().map(|(name, value)| (Value::text(name), value.map_leaves(&as_written))).collect()
}

/// What is encrypted as a dict that says so.
fn as_written(value: &Value) -> Value {
    match Encrypted::of(value) {
        Some(encrypted) => [("__ansible_vault", Value::text(encrypted.text.clone()).marked(Marks::TRUSTED))]
            .into_iter()
            .collect(),
        None => value.clone(),
    }
}

/// Text that is no template as a dict that says so: reading it gives the same again.
fn marked(values: Value) -> Value {
    values.map_leaves(&|leaf| match leaf.data() {
        Data::Text(_) if !leaf.marks().has(Marks::TRUSTED) => {
            [("__ansible_unsafe", leaf.clone())].into_iter().collect()
        }
        _ => leaf.clone(),
    })
}

fn variables(vars: Vars, depth: usize, out: &mut String) {
    let mut vars: Vec<_> = vars.into_iter().collect();
    vars.sort_by(|(left, _), (right, _)| left.cmp(right));
    for (name, value) in vars {
        let shown = value.map_leaves(&as_written).str().unwrap_or_default();
        line(out, depth, &format!("{{{name} = {shown}}}"));
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    let indent = "  |".repeat(depth);
    let dashes = if depth > 0 { "--" } else { "" };
    let _ = writeln!(out, "{indent}{dashes}{text}");
}
