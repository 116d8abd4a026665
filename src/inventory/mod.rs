//! Hosts, groups, patterns (a stand-in until the real one is here).
use crate::report::HostName;
use crate::source::{Diagnostic, Sources, Span};
use crate::vars::{Level, Vars, value_of};
use crate::yaml::Node;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[derive(Default)]
pub struct Inventory {
    hosts: Vec<HostName>,
    groups: Vec<(Arc<str>, Vec<HostName>)>,
    layers: std::collections::HashMap<HostName, Vec<(Level, Arc<Vars>)>>,
}
pub struct HostEntry {
    pub name: HostName,
    pub is_implicit: bool,
    pub source: Option<PathBuf>,
}
fn vars(node: Option<&Node>) -> Vars {
    node.and_then(Node::as_map)
        .unwrap_or_default()
        .iter()
        .map(|(k, v)| (k.text().unwrap_or_default().into(), value_of(v)))
        .collect()
}
fn files(sources: &Sources, path: &Path) -> Vars {
    let mut all = Vars::new();
    let mut list: Vec<PathBuf> =
        [path.to_owned(), path.with_extension("yml")].into_iter().filter(|p| p.is_file()).collect();
    if path.is_dir() {
        let mut l: Vec<PathBuf> = std::fs::read_dir(path).unwrap().flatten().map(|e| e.path()).collect();
        l.sort();
        list.extend(l);
    }
    for f in list {
        if let Ok(text) = std::fs::read_to_string(&f) {
            if let Ok((n, _)) = crate::yaml::parse(sources, &f, text) {
                all.extend(vars(Some(&n)));
            }
        }
    }
    all
}
impl Inventory {
    pub fn load(sources: &Sources, inputs: &[String]) -> Result<Inventory, Diagnostic> {
        let mut inv = Inventory::default();
        for input in inputs {
            if input.contains(',') {
                for h in input.split(',').filter(|h| !h.is_empty()) {
                    inv.hosts.push(h.into());
                    inv.layers.insert(h.into(), vec![]);
                }
                continue;
            }
            let path = Path::new(input);
            let dir = path.parent().unwrap();
            let (node, _) = crate::yaml::parse(
                sources,
                path,
                std::fs::read_to_string(path).map_err(|e| Diagnostic::error(format!("{input}: {e}")))?,
            )?;
            for (g, body) in node.as_map().unwrap_or_default() {
                inv.group(g.text().unwrap(), body);
            }
            for h in inv.hosts.clone() {
                let mut more = vec![];
                for d in [dir, Path::new(".")] {
                    for g in [Arc::from("all")].into_iter().chain(inv.groups_of(&h)) {
                        more.push((
                            Level::GroupVarsBesidePlaybook,
                            Arc::new(files(sources, &d.join("group_vars").join(&*g))),
                        ));
                    }
                    more.push((
                        Level::HostVarsBesidePlaybook,
                        Arc::new(files(sources, &d.join("host_vars").join(&*h))),
                    ));
                }
                let l = inv.layers.get_mut(&h).unwrap();
                l.extend(more);
                l.sort_by_key(|(l, _)| *l);
            }
        }
        Ok(inv)
    }
    fn group(&mut self, name: &str, body: &Node) -> Vec<HostName> {
        let mut mine: Vec<HostName> = vec![];
        for (h, v) in body.entry("hosts").and_then(Node::as_map).unwrap_or_default() {
            let n: HostName = h.text().unwrap().into();
            if !self.hosts.contains(&n) {
                self.hosts.push(n.clone());
            }
            self.layers
                .entry(n.clone())
                .or_default()
                .push((Level::InventoryHostVars, Arc::new(vars(Some(v)))));
            mine.push(n);
        }
        for (c, b) in body.entry("children").and_then(Node::as_map).unwrap_or_default() {
            mine.extend(self.group(c.text().unwrap(), b));
        }
        let v = Arc::new(vars(body.entry("vars")));
        for h in &mine {
            self.layers.entry(h.clone()).or_default().push((Level::InventoryGroupVars, v.clone()));
        }
        self.groups.push((name.into(), mine.clone()));
        mine
    }
    pub fn host(&self, name: &str) -> Option<HostEntry> {
        (self.hosts.iter().any(|h| &**h == name) || name == "localhost").then(|| HostEntry {
            name: name.into(),
            is_implicit: name == "localhost",
            source: None,
        })
    }
    pub fn layers(&self, h: &HostEntry) -> Vec<(Level, Arc<Vars>)> {
        self.layers.get(&h.name).cloned().unwrap_or_default()
    }
    pub fn groups_of(&self, n: &str) -> Vec<Arc<str>> {
        self.groups
            .iter()
            .filter(|(g, h)| &**g != "all" && h.iter().any(|h| &**h == n))
            .map(|(g, _)| g.clone())
            .collect()
    }
    pub fn host_names(&self) -> Vec<HostName> {
        self.hosts.clone()
    }
    pub fn add_host(&mut self, _: &str, _: &[String]) {}
    pub fn add_group(&mut self, _: &str, _: &[String]) {}
    pub fn groups(&self) -> Vec<(Arc<str>, Vec<HostName>)> {
        self.groups.clone()
    }
    pub fn select(&self, pattern: &str, _: Option<&str>, _: Span) -> Result<Vec<HostName>, Diagnostic> {
        if pattern == "localhost" {
            return Ok(vec!["localhost".into()]);
        }
        if let Some((_, h)) = self.groups.iter().find(|(g, _)| &**g == pattern) {
            return Ok(h.clone());
        }
        Ok(self.hosts.iter().filter(|h| pattern == "all" || &***h == pattern).cloned().collect())
    }
}
