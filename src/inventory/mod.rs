//! Hosts, groups, patterns.

mod address;
mod constructed;
mod glob;
mod graph;
mod ini;
mod listing;
mod literal;
mod options;
mod pattern;
mod range;
mod script;
mod sources;
mod toml_file;
mod vars_files;
mod words;
mod yaml_file;

pub use graph::{LOCAL, Name};
pub use listing::Listing;
pub use options::{Decrypt, Expressions, Mismatch, Options};

use crate::source::{Diagnostic, Diagnostics, Sources, Span};
use crate::vars::{Level, Value, Vars};
use graph::Graph;
use indexmap::IndexSet;
use pattern::Selection;
use sources::{Loading, Reader, absolute};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use vars_files::VarsFiles;

/// The hosts and groups of all sources, and the variables that files beside them give.
#[derive(Debug, Default)]
pub struct Inventory {
    graph: Graph,
    files: Option<VarsFiles>,
    /// Directories of the sources, each once, in their order.
    folders: Vec<PathBuf>,
    playbook: Option<PathBuf>,
    mismatch: Mismatch,
    found: Mutex<Diagnostics>,
    /// What was added at run time, in order.
    added: Vec<Added>,
}

/// What a run adds to its inventory.
#[derive(Clone, Debug)]
enum Added {
    Host { name: Name, groups: Vec<String>, vars: Vec<(Name, Value)> },
    Member { host: Name, group: Name },
    Group { name: Name, parents: Vec<String> },
}

/// A host as it can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEntry {
    pub name: Name,
    /// Whether it stands for the controller and is in no source.
    pub is_implicit: bool,
    /// The file that named it first.
    pub source: Option<PathBuf>,
}

impl Inventory {
    /// Reads what stands behind `-i`, in order. What is to be warned of is kept for
    /// [`Inventory::take_diagnostics`].
    ///
    /// # Errors
    ///
    /// All mistakes that were found, with the warnings among them.
    pub fn load(
        sources: &Arc<Sources>,
        inputs: &[String],
        options: Options,
    ) -> Result<Inventory, Diagnostics> {
        let reader = Reader { sources: sources.clone(), options: Arc::new(options) };
        let graph = Graph { merge_dicts: reader.options.merge_dicts, ..Graph::default() };
        let mut loading = Loading { reader: &reader, graph, found: Diagnostics::default() };
        // The usual place may be empty without a word.
        let usual = |input: &String| input == "/etc/ansible/hosts" && !Path::new(input).exists();
        let inputs: Vec<&String> = inputs.iter().filter(|input| !input.is_empty() && !usual(input)).collect();
        // Every one is read, so no stopping at the first.
        let any = inputs.iter().filter(|input| loading.source(input, true)).count() > 0;
        let Loading { mut graph, mut found, .. } = loading;
        graph.reconcile();
        if !any && reader.options.unparsed_is_failed {
            found.push(Diagnostic::error("no inventory could be read"));
        }
        if found.has_errors() {
            return Err(found);
        }
        Ok(Inventory {
            graph,
            folders: folders(&inputs),
            playbook: reader.options.playbook_dir.as_deref().map(absolute),
            mismatch: reader.options.mismatch,
            files: Some(VarsFiles::new(reader)),
            found: Mutex::new(found),
            added: Vec::new(),
        })
    }

    /// All that was found wrong or doubtful since the last call, also in files read when they were needed.
    pub fn take_diagnostics(&self) -> Diagnostics {
        let mut found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        let later = self.files.iter().flat_map(|files| files.take_diagnostics().all);
        later.for_each(|diagnostic| found.push(diagnostic));
        found
    }

    /// Says where the playbook is, for the `group_vars` and `host_vars` beside it; whether it was elsewhere.
    pub fn set_playbook_dir(&mut self, dir: &Path) -> bool {
        let before = self.playbook.replace(absolute(dir));
        before != self.playbook
    }

    /// The host with this name; names of the controller itself are always there.
    pub fn host(&self, name: &str) -> Option<HostEntry> {
        if let Some((name, host)) = self.graph.hosts.get_key_value(name) {
            let source = host.source.as_deref().map(Path::to_owned);
            return Some(HostEntry { name: name.clone(), is_implicit: false, source });
        }
        let implicit = HostEntry { name: name.into(), is_implicit: true, source: None };
        LOCAL.contains(&name).then_some(implicit)
    }

    /// A host that no source names: of all groups it is in `all` alone.
    pub fn unlisted(name: &str) -> HostEntry {
        HostEntry { name: name.into(), is_implicit: false, source: None }
    }

    /// All hosts, in the order of the sources.
    pub fn host_names(&self) -> Vec<Name> {
        self.graph.hosts.keys().cloned().collect()
    }

    /// The groups of a host, sorted by name; `all` is not among them.
    pub fn groups_of(&self, host: &str) -> Vec<Name> {
        let mut groups = self.graph.groups_of(host);
        groups.retain(|group| &**group != "all");
        groups.sort();
        groups
    }

    /// Every group with all hosts in it and in the groups inside.
    pub fn groups(&self) -> Vec<(Name, Vec<Name>)> {
        let hosts = |group: &Name| self.graph.hosts_of(group).into_iter().collect();
        self.graph.groups.keys().map(|group| (group.clone(), hosts(group))).collect()
    }

    /// The variables that the inventory gives a host, the least first, each list at its level. Files are
    /// read at the first call that needs them.
    pub fn layers(&self, host: &HostEntry) -> Vec<(Level, Arc<Vars>)> {
        let groups = self.graph.groups_of(&host.name);
        let of_group = |name: &Name| self.graph.groups.get(name).map(|group| group.vars.clone());
        let inventory = groups.iter().filter_map(of_group).map(|vars| (Level::InventoryGroupVars, vars));
        let own = self.graph.hosts.get(&host.name).map(|host| (Level::InventoryHostVars, host.vars.clone()));
        let local = host.is_implicit.then(|| (Level::InventoryHostVars, local_vars()));
        let mut layers: Vec<_> =
            inventory.chain(own).chain(local).filter(|(_, vars)| !vars.is_empty()).collect();
        let (all, named): (Vec<Name>, Vec<Name>) = groups.into_iter().partition(|group| &**group == "all");
        let beside = self
            .folders
            .iter()
            .zip(std::iter::repeat(false))
            .chain(self.playbook.iter().map(|dir| (dir, true)));
        for (folder, playbook) in beside {
            let [of_all, of_group, of_host] = levels(playbook);
            self.beside(&folder.join("group_vars"), of_all, &all, &mut layers);
            self.beside(&folder.join("group_vars"), of_group, &named, &mut layers);
            self.beside(&folder.join("host_vars"), of_host, std::slice::from_ref(&host.name), &mut layers);
        }
        layers.sort_by_key(|(level, _)| *level);
        layers
    }

    fn beside(&self, folder: &Path, level: Level, names: &[Name], layers: &mut Vec<(Level, Arc<Vars>)>) {
        let Some(files) = &self.files else { return };
        for name in names {
            layers.extend(files.of(folder, name).iter().map(|vars| (level, vars.clone())));
        }
    }

    /// The hosts that a pattern selects, in order, of those that the limit selects. A pattern that matches
    /// nothing is warned of.
    ///
    /// # Errors
    ///
    /// Where a text is no pattern, or a slice takes what is not there.
    pub fn select(&self, pattern: &str, limit: Option<&str>, span: Span) -> Result<Vec<Name>, Diagnostic> {
        self.select_all(&[pattern], limit, span)
    }

    /// As [`Inventory::select`], for a list of patterns.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn select_all(
        &self,
        patterns: &[&str],
        limit: Option<&str>,
        span: Span,
    ) -> Result<Vec<Name>, Diagnostic> {
        let patterns: Vec<String> = patterns.iter().flat_map(|pattern| pattern::split(pattern)).collect();
        let mut hosts = self.evaluate(&patterns, span)?;
        if let Some(limit) = limit {
            let within = self.evaluate(&limits(limit)?, Span::NONE)?;
            hosts.retain(|host| within.contains(host));
        }
        Ok(hosts.into_iter().collect())
    }

    /// Checks that a limit leaves a host; an inventory without hosts is not its fault.
    ///
    /// # Errors
    ///
    /// Where it leaves none.
    pub fn check_limit(&self, limit: &str) -> Result<(), Diagnostic> {
        if self.graph.hosts.is_empty() {
            return Ok(());
        }
        let within = self.evaluate(&limits(limit)?, Span::NONE)?;
        if within.iter().any(|host| self.graph.hosts.contains_key(host)) {
            return Ok(());
        }
        let names = self.graph.groups.keys().chain(self.graph.hosts.keys()).map(|name| &**name);
        let hint = crate::host::nearest(limit, names).map(|near| format!("did you mean `{near}`?"));
        Err(Diagnostic::error(format!("the limit `{limit}` leaves no host of the inventory"))
            .maybe_hint(hint))
    }

    fn evaluate(&self, patterns: &[String], span: Span) -> Result<IndexSet<Name>, Diagnostic> {
        let mut selection = Selection { graph: &self.graph, unmatched: Vec::new() };
        let hosts = selection.evaluate(patterns).map_err(|why| Diagnostic::error(why).at(span))?;
        for pattern in selection.unmatched {
            let warning = Diagnostic::warning(format!("no host and no group matches `{pattern}`")).at(span);
            match self.mismatch {
                Mismatch::Ignore => {}
                Mismatch::Error => {
                    return Err(Diagnostic { severity: crate::source::Severity::Error, ..warning });
                }
                Mismatch::Warning => self.found.lock().unwrap_or_else(PoisonError::into_inner).push(warning),
            }
        }
        Ok(hosts)
    }

    /// Adds a host at run time, the groups it is to be in and what it is to know; whether any of it is new.
    pub fn add_host(&mut self, name: &str, groups: &[String], vars: &[(Name, Value)]) -> bool {
        let added = Added::Host { name: name.into(), groups: groups.to_vec(), vars: vars.to_vec() };
        self.added.push(added);
        let before = self.graph.hosts.get(name).cloned();
        // As in Ansible: one that is new stands in `all` itself, before those of its groups.
        self.graph.add_host(name, Some("all").filter(|_| before.is_none()), None);
        for group in groups {
            self.graph.add_group(group);
            self.graph.put(name, group);
        }
        vars.iter().for_each(|(key, value)| self.graph.set_host_var(name, key, value.clone()));
        self.graph.reconcile();
        self.graph.hosts.get(name) != before.as_ref()
    }

    /// Puts a host that is known into a group at run time; whether it was not in it. Hosts come to this in any order, so the
    /// group keeps that of the inventory.
    pub fn join_group(&mut self, host: &str, group: &str) -> bool {
        self.added.push(Added::Member { host: host.into(), group: group.into() });
        let before = self.graph.hosts.get(host).cloned();
        self.graph.put(host, group);
        self.graph.sort_members(group);
        self.graph.reconcile();
        self.graph.hosts.get(host) != before.as_ref()
    }

    /// Adds a group at run time, inside of others; whether any of it is new.
    pub fn add_group(&mut self, name: &str, parents: &[String]) -> bool {
        self.added.push(Added::Group { name: name.into(), parents: parents.to_vec() });
        let before = self.graph.groups.get(name).map(|group| group.parents.clone());
        self.graph.add_group(name);
        for parent in parents {
            self.graph.add_group(parent);
            let _ = self.graph.add_child(parent, name);
        }
        self.graph.reconcile();
        self.graph.groups.get(name).map(|group| &group.parents) != before.as_ref()
    }

    /// Adds what a run has added to this inventory as it was before its sources were read anew.
    pub fn add_again(&mut self, before: &Inventory) {
        self.playbook.clone_from(&before.playbook);
        for added in &before.added {
            match added {
                Added::Host { name, groups, vars } => self.add_host(name, groups, vars),
                Added::Member { host, group } => self.join_group(host, group),
                Added::Group { name, parents } => self.add_group(name, parents),
            };
        }
    }

    /// The variables that the inventory gives a host, flat.
    pub fn vars_of(&self, host: &str) -> Option<Vars> {
        let entry = self.host(host)?;
        Some(flat(self.layers(&entry)))
    }

    /// The variables that are set at a host itself.
    fn own_vars_of(&self, host: &str) -> Option<Vars> {
        let entry = self.host(host)?;
        let own = |level| {
            matches!(
                level,
                Level::InventoryHostVars | Level::HostVarsBesideInventory | Level::HostVarsBesidePlaybook
            )
        };
        Some(flat(self.layers(&entry).into_iter().filter(|(level, _)| own(*level))))
    }

    /// The variables that are set at a group itself, its priority among them where it is not 1.
    fn vars_of_group(&self, name: &Name) -> Vars {
        let Some(group) = self.graph.groups.get(name) else { return Vars::new() };
        let mut layers = vec![(Level::InventoryGroupVars, group.vars.clone())];
        for folder in self.folders.iter().chain(&self.playbook) {
            let beside = Level::GroupVarsBesideInventory;
            self.beside(&folder.join("group_vars"), beside, std::slice::from_ref(name), &mut layers);
        }
        let mut vars = flat(layers);
        if group.priority != 1 {
            vars.insert("ansible_group_priority".into(), group.priority.into());
        }
        vars
    }

    /// What is shown of the hosts that a limit selects, with variables where they are set (`export`) or all at the hosts.
    ///
    /// # Errors
    ///
    /// As [`Inventory::select`].
    pub fn listing(&self, limit: Option<&str>, export: bool) -> Result<Listing<'_>, Diagnostic> {
        let hosts = self.select("all", limit, Span::NONE)?;
        Ok(Listing { inventory: self, hosts: hosts.into_iter().collect(), export })
    }
}

/// Layers of variables as one: those of a later one count more.
fn flat(layers: impl IntoIterator<Item = (Level, Arc<Vars>)>) -> Vars {
    let each = |layer: Arc<Vars>| {
        layer.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    layers.into_iter().flat_map(|(_, layer)| each(layer)).collect()
}

/// What a host that is the controller itself has without an inventory.
fn local_vars() -> Arc<Vars> {
    Arc::new(Vars::from([("ansible_connection".into(), Value::from("local"))]))
}

/// The levels of `group_vars/all`, other `group_vars`, and `host_vars`.
fn levels(playbook: bool) -> [Level; 3] {
    if playbook {
        return [
            Level::GroupVarsAllBesidePlaybook,
            Level::GroupVarsBesidePlaybook,
            Level::HostVarsBesidePlaybook,
        ];
    }
    [Level::GroupVarsAllBesideInventory, Level::GroupVarsBesideInventory, Level::HostVarsBesideInventory]
}

/// The directories beside which variables are looked for: a directory itself, else where a file is.
fn folders(inputs: &[&String]) -> Vec<PathBuf> {
    let paths = inputs.iter().map(|input| absolute(Path::new(input.as_str()))).filter(|path| path.exists());
    let folder = |path: PathBuf| if path.is_dir() { Some(path) } else { path.parent().map(Path::to_owned) };
    paths.filter_map(folder).collect::<IndexSet<_>>().into_iter().collect()
}

/// The patterns of a limit; `@file` stands for the lines of a file.
fn limits(text: &str) -> Result<Vec<String>, Diagnostic> {
    let mut patterns = Vec::new();
    for part in pattern::split(text) {
        let Some(path) = part.strip_prefix('@') else {
            patterns.push(part);
            continue;
        };
        if std::path::Path::new(path).is_dir() {
            return Err(Diagnostic::error(format!(
                "the limit `@{path}` must be a file, this is a directory"
            )));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| Diagnostic::error(format!("cannot read the limit file `{path}`: {error}")))?;
        patterns.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    Ok(patterns)
}
