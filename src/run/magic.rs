//! Variables that nobody sets: where a task runs, on whom, and with whom.

use super::brought::RoleNames;
use super::host::Host;
use super::position::Position;
use super::scope::Layers;
use crate::playbook::{Keyword, Role};
use crate::report::HostName;
use crate::vars::{Data, Kind, Marks, Object, Value};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, RwLock};

/// What one host is in one play.
pub struct Magic {
    pub run: Arc<RunMagic>,
    pub play: Arc<PlayMagic>,
    pub host: Arc<Host>,
    pub others: Arc<dyn Others>,
    /// Of the roles that the play has where this host is.
    pub role_names: RwLock<RoleNames>,
}

/// What only the run as a whole can tell.
pub trait Others: Send + Sync {
    /// `hostvars`, as seen by one host.
    fn hostvars(&self, asking: &Layers) -> Value;
    /// `groups`.
    fn groups(&self) -> Value;
}

/// The same for all plays and hosts: names and values.
#[derive(Debug, Default)]
pub struct RunMagic {
    pub values: Vec<(&'static str, Value)>,
    /// How hosts are reached where nothing else says so.
    pub reached: Vec<(&'static str, Value)>,
}

/// The same for all hosts of a play.
#[derive(Debug)]
pub struct PlayMagic {
    pub name: Value,
    /// That of the playbook.
    pub dir: Arc<Path>,
    /// Whether roles may come to it while it runs.
    pub brings_in: bool,
    /// Every host of the play, also those that failed or are of another batch.
    pub all_hosts: RwLock<Value>,
    /// Hosts of the play that had not failed when the batch began.
    pub hosts: RwLock<Value>,
    /// Those of the batch.
    pub batch: RwLock<Value>,
    /// Where hosts of these lists left them.
    pub gone: RwLock<HashMap<HostName, Position>>,
    /// Whether what `vars` has is as it was written: in the classic language.
    pub written_vars: bool,
}

impl PlayMagic {
    /// Those of a list who had not left it before the task that asks: where hosts do not wait for each other, who has not yet.
    fn still_there(&self, list: &RwLock<Value>, layers: &Layers) -> Value {
        let gone = self.gone.read().unwrap_or_else(|broken| broken.into_inner());
        let is_behind = |place: &Position| layers.others_pending.is_some() && **place >= *layers.place;
        let stays = |host: &Value| host.as_str().and_then(|host| gone.get(host)).is_none_or(is_behind);
        match read(list) {
            all if gone.is_empty() => all,
            all => all.as_items().unwrap_or_default().iter().filter(|host| stays(host)).cloned().collect(),
        }
    }
}

impl std::fmt::Debug for Magic {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Magic").field("host", &self.host.name).finish_non_exhaustive()
    }
}

impl Magic {
    /// Every name that has a value here.
    pub const NAMES: &'static [&'static str] = &[
        "ansible_dependent_role_names",
        "ansible_facts",
        "ansible_parent_role_names",
        "ansible_parent_role_paths",
        "ansible_play_batch",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_name",
        "ansible_play_role_names",
        "ansible_role_name",
        "ansible_role_names",
        "ansible_search_path",
        "environment",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "omit",
        "play_hosts",
        "playbook_dir",
        "role_name",
        "role_names",
        "role_path",
        "vars",
    ];

    /// The names that have a value in a role only.
    const OF_ROLE: &'static [&'static str] = &[
        "ansible_parent_role_names",
        "ansible_parent_role_paths",
        "ansible_role_name",
        "role_name",
        "role_path",
    ];

    /// The names that list the roles of the play.
    const OF_ROLES: &'static [&'static str] =
        &["ansible_dependent_role_names", "ansible_play_role_names", "ansible_role_names", "role_names"];

    /// The names that speak of a host and not of the task that asks: `hostvars` lists them.
    const OF_HOST: &'static [&'static str] = &[
        "ansible_facts",
        "group_names",
        "groups",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "playbook_dir",
    ];

    /// Whether `hostvars` lists a name: one that speaks of the task that asks would hold all hosts again.
    pub fn is_of_host(name: &str) -> bool {
        Magic::OF_HOST.contains(&name) || !Magic::NAMES.contains(&name)
    }

    /// The names to list where all variables are: `vars` is not in itself, and a play has no role.
    pub fn listed(&self, in_role: bool) -> impl Iterator<Item = &'static str> {
        let of_run = self.run.values.iter().map(|(name, _)| *name);
        let is_listed = move |name: &&str| match *name {
            "vars" | "omit" => false,
            name => in_role || !Magic::OF_ROLE.contains(&name),
        };
        Magic::NAMES.iter().copied().filter(is_listed).chain(of_run)
    }

    /// The names of the roles that the play has where this host is.
    pub fn role_names(&self) -> RoleNames {
        self.role_names.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// Sets them anew, where more roles came.
    pub fn set_role_names(&self, names: RoleNames) {
        *self.role_names.write().unwrap_or_else(|broken| broken.into_inner()) = names;
    }

    /// The value of a name, if it is one of these.
    pub fn value(&self, name: &str, layers: &Layers) -> Option<Value> {
        let play = &self.play;
        let value = match name {
            "inventory_hostname" => Value::text(self.host.name.clone()),
            "inventory_hostname_short" => Value::text(short(&self.host.name)),
            "group_names" => self.host.groups(),
            "hostvars" => self.others.hostvars(layers),
            "inventory_file" => return self.host.inventory_file.clone(),
            "inventory_dir" => return self.host.inventory_dir.clone(),
            "playbook_dir" => Value::text(play.dir.display().to_string()),
            "play_hosts"
            | "ansible_play_batch"
            | "ansible_play_hosts"
            | "ansible_play_hosts_all"
            | "groups"
                if layers.others_are_behind() =>
            {
                return layers.others_pending.clone().map(Value::promise);
            }
            "groups" => self.others.groups(),
            name if Magic::OF_ROLES.contains(&name) => {
                if play.brings_in && layers.others_are_behind() {
                    return layers.others_pending.clone().map(Value::promise);
                }
                let names = self.role_names();
                match name {
                    "ansible_dependent_role_names" => names.dependent,
                    "ansible_role_names" => names.all,
                    _ => names.own,
                }
            }
            "play_hosts" | "ansible_play_batch" => play.still_there(&play.batch, layers),
            "ansible_play_hosts" => play.still_there(&play.hosts, layers),
            "ansible_play_hosts_all" => read(&play.all_hosts),
            "ansible_play_name" => play.name.clone(),
            "ansible_facts" if layers.facts_pending.is_some() => {
                return layers.facts_pending.clone().map(Value::promise);
            }
            "ansible_facts" => layers.snapshot.facts.dict().clone(),
            "omit" => Value::new(Data::Omit),
            "vars" => Value::object(AllVars { layers: layers.clone() }),
            "ansible_search_path" => search_path(layers),
            "environment" => environment(layers),
            name if Magic::OF_ROLE.contains(&name) => return of_role(name, layers),
            _ => {
                return self
                    .run
                    .values
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| value.clone());
            }
        };
        Some(value)
    }
}

/// How a task's host is reached, under names that no variable has: both spellings of one that has, else the keyword,
/// else the setting. Only tasks see it; `hostvars` has what is set.
pub fn reached(name: &str, layers: &Layers) -> Option<Value> {
    let frame = layers.frame.as_ref()?;
    let (names, keyword) = match name {
        "ansible_host" | "ansible_ssh_host" => (["ansible_host", "ansible_ssh_host"], None),
        "ansible_port" | "ansible_ssh_port" => (["ansible_port", "ansible_ssh_port"], Some(Keyword::Port)),
        "ansible_user" | "ansible_ssh_user" => {
            (["ansible_user", "ansible_ssh_user"], Some(Keyword::RemoteUser))
        }
        "ansible_connection" => (["ansible_connection"; 2], Some(Keyword::Connection)),
        "ansible_python_interpreter" => (["ansible_python_interpreter"; 2], None),
        "ansible_timeout" | "ansible_ssh_timeout" => (["ansible_timeout", "ansible_ssh_timeout"], None),
        _ => return None,
    };
    let host = &layers.magic.host;
    let setting = || layers.magic.run.reached.iter().find(|(known, _)| *known == names[0]);
    let given = names.iter().find_map(|name| layers.given(name));
    given.or_else(|| frame.keyword(keyword?).cloned()).or_else(|| match names[0] {
        "ansible_host" if host.is_implicit_localhost => Some("127.0.0.1".into()),
        "ansible_host" => Some(Value::text(host.name.clone())),
        "ansible_python_interpreter" if host.is_implicit_localhost => {
            layers.magic.value("ansible_playbook_python", layers)
        }
        _ => setting().map(|(_, value)| value.clone()),
    })
}

fn read(hosts: &RwLock<Value>) -> Value {
    hosts.read().unwrap_or_else(|broken| broken.into_inner()).clone()
}

fn short(host: &str) -> &str {
    match host.parse::<std::net::IpAddr>() {
        Ok(_) => host,
        Err(_) => host.split('.').next().unwrap_or(host),
    }
}

fn of_role(name: &str, layers: &Layers) -> Option<Value> {
    let frame = layers.frame.as_ref()?;
    let role = frame.role()?;
    let outer = || frame.roles().skip(1).filter(|outer| !Arc::ptr_eq(outer, role));
    let path = |role: &Arc<Role>| Value::text(role.path.display().to_string());
    Some(match name {
        "role_path" => path(role),
        "ansible_parent_role_names" | "ansible_parent_role_paths" if outer().next().is_none() => return None,
        "ansible_parent_role_names" => outer().map(|role| Value::text(role.name.clone())).collect(),
        "ansible_parent_role_paths" => outer().map(path).collect(),
        "role_name" => Value::text(role.short_name()),
        _ => Value::text(role.name.clone()),
    })
}

/// The directories in which files are looked for before that of the playbook: those of the roles around the task and of the
/// roles that asked for them, the nearest first, then that of its own file.
pub fn search_dirs(layers: &Layers) -> Vec<Arc<Path>> {
    let roles = layers.frame.iter().flat_map(|frame| frame.roles());
    let with_asking = |role: &Arc<Role>| {
        let asking = role.parents.iter().rev().map(|asking| asking.path.clone());
        [role.path.clone()].into_iter().chain(asking).collect::<Vec<_>>()
    };
    distinct(roles.flat_map(with_asking).chain([layers.dir.clone()]))
}

fn search_path(layers: &Layers) -> Value {
    let last = layers.magic.play.dir.clone();
    let dirs = distinct(search_dirs(layers).into_iter().chain([last]));
    dirs.into_iter().map(|dir| Value::text(dir.display().to_string())).collect()
}

fn distinct(dirs: impl Iterator<Item = Arc<Path>>) -> Vec<Arc<Path>> {
    let mut found = Vec::new();
    for dir in dirs {
        if !found.contains(&dir) {
            found.push(dir);
        }
    }
    found
}

fn environment(layers: &Layers) -> Value {
    let frame = layers.frame.iter().flat_map(|frame| frame.all_keywords());
    frame.flat_map(|keywords| keywords.environment.iter().cloned()).collect()
}

/// `vars`: every variable by its name.
#[derive(Clone)]
struct AllVars {
    layers: Layers,
}

impl std::fmt::Debug for AllVars {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("vars")
    }
}

/// Text as it is written; what is encrypted or not settled yet is used as it is everywhere.
fn as_written(leaf: &Value) -> Value {
    match leaf.as_str() {
        Some(_) => leaf.clone().unmarked(Marks::LAZY),
        None => leaf.clone(),
    }
}

impl Object for AllVars {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn kind(&self) -> Kind {
        Kind::Mapping
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let value = self.layers.value(key.as_str()?)?;
        let written = self.layers.magic.play.written_vars && value.is_lazy();
        Some(if written { value.map_leaves(&as_written) } else { value })
    }

    fn items(&self) -> Vec<Value> {
        self.layers.names().into_iter().map(Value::text).collect()
    }

    fn text(&self) -> String {
        "{...}".to_owned()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}
