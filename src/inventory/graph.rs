//! Groups, hosts and what belongs to what.

use crate::vars::{Value, Vars, merged_over};
use indexmap::{IndexMap, IndexSet};
use std::path::Path;
use std::sync::Arc;

/// The name of a host or a group.
pub type Name = Arc<str>;

/// Names that stand for the controller itself where no inventory has them.
pub const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A group as the sources describe it. Copies share what they do not change.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its own hosts, in order.
    pub hosts: Arc<IndexSet<Name>>,
    pub children: IndexSet<Name>,
    pub parents: IndexSet<Name>,
    pub vars: Arc<Vars>,
    /// How far it is below `all` at most.
    pub depth: usize,
    /// `ansible_group_priority`: of groups equally deep, the higher one counts.
    pub priority: i64,
}

/// A host as the sources describe it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Host {
    pub vars: Arc<Vars>,
    /// The groups that name it, in order.
    pub groups: IndexSet<Name>,
    /// The file that named it first.
    pub source: Option<Arc<Path>>,
}

/// Everything that the sources say together.
#[derive(Clone, Debug)]
pub struct Graph {
    pub groups: IndexMap<Name, Group>,
    pub hosts: IndexMap<Name, Host>,
    /// The file that is read now.
    pub source: Option<Arc<Path>>,
    /// Whether dicts are laid over each other.
    pub merge_dicts: bool,
}

fn put(vars: &mut Vars, name: &str, value: Value, merge: bool) {
    let value = match vars.get(name).filter(|_| merge) {
        Some(below) => merged_over(below, &value),
        None => value,
    };
    vars.insert(name.into(), value);
}

impl Default for Graph {
    fn default() -> Graph {
        let mut graph =
            Graph { groups: IndexMap::new(), hosts: IndexMap::new(), source: None, merge_dicts: false };
        graph.add_group("all");
        graph.add_group("ungrouped");
        let _ = graph.add_child("all", "ungrouped");
        graph
    }
}

impl Graph {
    /// Makes a group unless there is one of this name.
    pub fn add_group(&mut self, name: &str) {
        if !self.groups.contains_key(name) {
            let group = Group {
                hosts: Arc::default(),
                children: IndexSet::new(),
                parents: IndexSet::new(),
                vars: Arc::default(),
                depth: 0,
                priority: 1,
            };
            self.groups.insert(name.into(), group);
        }
    }

    /// Makes a host unless there is one of this name, and puts it into a group, which must be there.
    pub fn add_host(&mut self, name: &str, group: Option<&str>, port: Option<u16>) {
        if !self.hosts.contains_key(name) {
            let mut host = Host { source: self.source.clone(), ..Host::default() };
            if let Some(port) = port {
                Arc::make_mut(&mut host.vars).insert("ansible_port".into(), i64::from(port).into());
            }
            self.hosts.insert(name.into(), host);
        }
        if let Some(group) = group {
            self.put(name, group);
        }
    }

    /// Puts a host into a group.
    pub fn put(&mut self, host: &str, group: &str) {
        let Some((group, members)) = self.groups.get_full_mut(group).map(|(_, name, group)| (name, group))
        else {
            return;
        };
        let Some((_, host, known)) = self.hosts.get_full_mut(host) else { return };
        if !members.hosts.contains(host) {
            Arc::make_mut(&mut members.hosts).insert(host.clone());
        }
        known.groups.insert(group.clone());
    }

    /// Brings the hosts of a group into the order of the inventory.
    pub fn sort_members(&mut self, group: &str) {
        let Graph { hosts, groups, .. } = self;
        if let Some(group) = groups.get_mut(group) {
            Arc::make_mut(&mut group.hosts).sort_by_key(|name| hosts.get_index_of(name));
        }
    }

    /// Sets a variable of a host.
    pub fn set_host_var(&mut self, host: &str, name: &str, value: Value) {
        if let Some(host) = self.hosts.get_mut(host) {
            put(Arc::make_mut(&mut host.vars), name, value, self.merge_dicts);
        }
    }

    /// Sets a variable of a group; its priority is no variable.
    ///
    /// # Errors
    ///
    /// Where the priority is no whole number.
    pub fn set_group_var(&mut self, group: &str, name: &str, value: Value) -> Result<(), String> {
        let Some(group) = self.groups.get_mut(group) else { return Ok(()) };
        if name != "ansible_group_priority" {
            put(Arc::make_mut(&mut group.vars), name, value, self.merge_dicts);
            return Ok(());
        }
        let number = value.as_int().or_else(|| value.as_str()?.trim().parse().ok());
        group.priority = number.ok_or("`ansible_group_priority` must be a whole number")?;
        Ok(())
    }

    /// Puts a group into another; both must be there.
    ///
    /// # Errors
    ///
    /// Where the group would be inside itself.
    pub fn add_child(&mut self, parent: &str, child: &str) -> Result<(), String> {
        if parent == child {
            return Err(format!("the group `{child}` cannot be in itself"));
        }
        if self.descendants(child).iter().any(|name| **name == *parent) {
            return Err(format!(
                "the group `{parent}` is in `{child}` already, so `{child}` cannot be in it"
            ));
        }
        let (Some((parent, _)), Some((child, _))) =
            (self.groups.get_key_value(parent), self.groups.get_key_value(child))
        else {
            return Ok(());
        };
        let (parent, child) = (parent.clone(), child.clone());
        self.groups[&parent].children.insert(child.clone());
        self.groups[&child].parents.insert(parent.clone());
        self.deepen(&child, self.groups[&parent].depth + 1);
        Ok(())
    }

    fn deepen(&mut self, name: &Name, depth: usize) {
        let Some(group) = self.groups.get_mut(name).filter(|group| group.depth < depth) else { return };
        group.depth = depth;
        let children: Vec<_> = group.children.iter().cloned().collect();
        children.iter().for_each(|child| self.deepen(child, depth + 1));
    }

    /// A group and all groups inside, the nearer ones first.
    pub fn descendants(&self, name: &str) -> IndexSet<Name> {
        self.walk(name, |group| &group.children)
    }

    fn ancestors(&self, name: &str) -> IndexSet<Name> {
        self.walk(name, |group| &group.parents)
    }

    fn walk(&self, name: &str, next: fn(&Group) -> &IndexSet<Name>) -> IndexSet<Name> {
        let mut seen: IndexSet<Name> =
            self.groups.get_key_value(name).map(|(name, _)| name.clone()).into_iter().collect();
        let mut at = 0;
        while let Some(group) = seen.get_index(at).and_then(|name| self.groups.get(name)) {
            seen.extend(next(group).iter().cloned());
            at += 1;
        }
        seen
    }

    /// All hosts of a group and of the groups inside, each once.
    pub fn hosts_of(&self, group: &str) -> IndexSet<Name> {
        let groups = self.descendants(group);
        groups
            .iter()
            .filter_map(|name| self.groups.get(name))
            .flat_map(|group| group.hosts.iter().cloned())
            .collect()
    }

    /// All groups that a host is in, `all` too, in the order in which their variables count: the least first.
    pub fn groups_of(&self, host: &str) -> Vec<Name> {
        let own = self.hosts.get(host).map(|host| host.groups.clone()).unwrap_or_default();
        let mut groups: IndexSet<Name> = own.iter().flat_map(|group| self.ancestors(group)).collect();
        groups.extend(self.groups.get_key_value("all").map(|(name, _)| name.clone()));
        let mut groups: Vec<Name> = groups.into_iter().collect();
        groups.sort_by(|left, right| self.rank(left).cmp(&self.rank(right)));
        groups
    }

    fn rank<'a>(&self, name: &'a str) -> (usize, i64, &'a str) {
        self.groups.get(name).map_or((0, 1, name), |group| (group.depth, group.priority, name))
    }

    /// Puts every group below `all` and every host without a group into `ungrouped`.
    pub fn reconcile(&mut self) {
        let loose: Vec<Name> = self
            .groups
            .iter()
            .filter(|(name, group)| &***name != "all" && group.parents.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        for group in loose {
            let _ = self.add_child("all", &group);
        }
        let names: Vec<Name> = self.hosts.keys().cloned().collect();
        names.iter().for_each(|host| self.settle(host));
    }

    fn settle(&mut self, name: &Name) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        let grouped = host.groups.iter().any(|group| !["all", "ungrouped"].contains(&&**group));
        let listed = host.groups.contains("ungrouped");
        if grouped && listed {
            host.groups.shift_remove("ungrouped");
            if let Some(group) = self.groups.get_mut("ungrouped") {
                Arc::make_mut(&mut group.hosts).shift_remove(name);
            }
        } else if !grouped && !listed {
            self.put(name, "ungrouped");
        }
    }
}
