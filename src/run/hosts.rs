//! The hosts of a run: made when they are first named, kept to its end.

use super::Run;
use super::host::{Host, Out};
use super::hostvars::HostVarsOfAll;
use super::magic::Others;
use super::scope::Layers;
use crate::host::Data;
use crate::inventory::Inventory;
use crate::playbook::Play;
use crate::report::{Event, HostName, Status, TaskInfo, TaskKind};
use crate::source::{Diagnostic, Diagnostics, Severity};
use crate::vars::{Value, Vars};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Run {
    /// The host with this name, if it is known.
    pub fn host(&self, name: &str) -> Option<Arc<Host>> {
        if let Some(known) = self.hosts.read().unwrap_or_else(|broken| broken.into_inner()).get(name) {
            return Some(known.clone());
        }
        let made = self.make(name)?;
        super::fact_cache::load(&self.settings.facts, &made);
        Some(self.keep(made))
    }

    fn keep(&self, host: Host) -> Arc<Host> {
        let mut hosts = self.hosts.write().unwrap_or_else(|broken| broken.into_inner());
        hosts.entry(host.name.clone()).or_insert_with(|| Arc::new(host)).clone()
    }

    fn make(&self, name: &str) -> Option<Host> {
        let inventory = self.inventory.read().unwrap_or_else(|broken| broken.into_inner());
        let host = inventory.host(name)?;
        let mut made = Host::new(
            host.name.clone(),
            inventory.layers(&host),
            self.groups_of(&inventory, name),
            host.is_implicit,
        );
        made.inventory_file = host.source.as_ref().map(|file| Value::text(file.display().to_string()));
        made.inventory_dir =
            host.source.as_deref().and_then(Path::parent).map(|dir| Value::text(dir.display().to_string()));
        Some(made)
    }

    fn groups_of(&self, inventory: &Inventory, name: &str) -> Value {
        inventory.groups_of(name).into_iter().map(Value::text).collect()
    }

    /// The host with this name; one that is in no inventory is made, as `delegate_to` allows.
    pub fn host_or_new(&self, name: &str) -> Arc<Host> {
        if let Some(known) = self.host(name) {
            return known;
        }
        let inventory = self.inventory.read().unwrap_or_else(|broken| broken.into_inner());
        let vars = inventory.layers(&Inventory::unlisted(name));
        drop(inventory);
        self.keep(Host::new(name.into(), vars, Value::list(Vec::new()), false))
    }

    /// A host that may be asked for its variables.
    pub fn host_for_vars(&self, name: &str) -> Option<Arc<Host>> {
        self.host(name)
    }

    /// Every host of the inventory.
    pub fn host_names(&self) -> Vec<HostName> {
        self.inventory.read().unwrap_or_else(|broken| broken.into_inner()).host_names()
    }

    /// Adds a host to the inventory of this run; whether any of it is new.
    pub fn add_host(&self, name: &str, groups: &[String], vars: &[(Arc<str>, Value)]) -> bool {
        let mut inventory = self.inventory.write().unwrap_or_else(|broken| broken.into_inner());
        let changed = inventory.add_host(name, groups, vars);
        drop(inventory);
        self.refresh(&self.host_or_new(name));
        changed
    }

    /// Puts a host into a group, which is made if it is new; whether any of it is new.
    pub fn add_to_group(&self, host: &Arc<Host>, group: &str, parents: &[String]) -> bool {
        let mut inventory = self.inventory.write().unwrap_or_else(|broken| broken.into_inner());
        let made = inventory.add_group(group, parents);
        let joined = inventory.join_group(&host.name, group);
        drop(inventory);
        self.refresh(host);
        made || joined
    }

    fn refresh(&self, host: &Host) {
        if let Some(made) = self.make(&host.name) {
            host.update((*made.vars()).clone(), made.groups());
        }
    }

    /// Reads the inventory again.
    ///
    /// # Errors
    ///
    /// Where it cannot be read any more, or variables beside it.
    pub fn refresh_inventory(&self) -> Result<(), Box<Diagnostic>> {
        let fresh = super::prepare::read_inventory(&self.settings, &self.sources, &self.services);
        let mut fresh = fresh.map_err(|mistakes| Box::new(first_mistake(mistakes)))?;
        let mut inventory = self.inventory.write().unwrap_or_else(|broken| broken.into_inner());
        fresh.add_again(&inventory);
        *inventory = fresh;
        drop(inventory);
        self.refresh_all();
        let found = self.inventory().take_diagnostics();
        if found.has_errors() { Err(Box::new(first_mistake(found))) } else { Ok(()) }
    }

    /// Gives the hosts the variables beside the file of this play, which may be an imported one, in place of those
    /// beside another.
    pub fn stand_beside(&self, play: &Play) {
        let mut inventory = self.inventory.write().unwrap_or_else(|broken| broken.into_inner());
        let moved = inventory.set_playbook_dir(&play.dir);
        drop(inventory);
        if moved {
            self.refresh_all();
        }
    }

    fn refresh_all(&self) {
        let hosts: Vec<_> =
            self.hosts.read().unwrap_or_else(|broken| broken.into_inner()).values().cloned().collect();
        hosts.iter().for_each(|host| self.refresh(host));
    }

    /// Lets hosts that failed take part again.
    pub fn forget_failures(&self, hosts: &[HostName]) {
        hosts.iter().filter_map(|name| self.host(name)).for_each(|host| host.set_out(None));
        self.events.send(Event::Forgiven { hosts: hosts.to_vec() });
    }

    /// Ends a host for a reason that belongs to no task.
    pub fn fail_host(&self, host: &HostName, diagnostic: Diagnostic) {
        if let Some(known) = self.host(host) {
            known.set_out(Some(Out::Failed));
        }
        let task = Arc::new(TaskInfo {
            number: self.next_task(),
            kind: TaskKind::Task,
            name: "play".to_owned(),
            action: "play".to_owned(),
            role: None,
            check_mode: self.settings.execution.dry_run,
            span: diagnostic.span(),
            position: Vec::new(),
        });
        self.events.send(Event::Task { task: task.clone() });
        let result = Box::new(crate::report::Result {
            status: Status::Failed,
            ignored: false,
            message: Some(diagnostic.message.clone()),
            data: Data::Null,
            changes: Vec::new(),
            diagnostic: Some(Box::new(diagnostic)),
            no_log: false,
            diff: None,
            delegated_to: None,
            delegated_address: None,
            took: std::time::Duration::ZERO,
        });
        self.events.send(Event::Done { host: host.clone(), task, looped: false, result });
    }

    /// A path of the controller as the user may write it: `~` is the home directory.
    pub fn expand(&self, path: &str) -> PathBuf {
        match path.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest))) {
            Some(path) => path,
            None => PathBuf::from(path),
        }
    }

    /// The variables in a file; nothing in an empty one.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is no mapping of names.
    pub fn variables_of(&self, path: &Path) -> Result<Option<Vars>, Diagnostic> {
        let vars = self.loader.variables(path);
        let found = self.loader.take_diagnostics();
        let mut errors =
            found.all.into_iter().filter(|found| found.severity == crate::source::Severity::Error);
        match errors.next() {
            Some(error) => Err(error),
            None => Ok(Some(vars)),
        }
    }
}

/// The first mistake among the warnings.
fn first_mistake(found: Diagnostics) -> Diagnostic {
    let mut mistakes = found.all.into_iter().filter(|found| found.severity == Severity::Error);
    mistakes.next().unwrap_or_else(|| Diagnostic::error("the inventory cannot be read"))
}

impl Others for Run {
    fn hostvars(&self, asking: &Layers) -> Value {
        Value::object(HostVarsOfAll { run: self.me.clone(), asking: asking.clone() })
    }

    fn groups(&self) -> Value {
        let inventory = self.inventory.read().unwrap_or_else(|broken| broken.into_inner());
        let names = |hosts: Vec<HostName>| hosts.into_iter().map(Value::text).collect::<Value>();
        inventory.groups().into_iter().map(|(group, hosts)| (Value::text(group), names(hosts))).collect()
    }
}
