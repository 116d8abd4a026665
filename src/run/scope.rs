//! The variables that a task sees, in the order of precedence.

use super::Run;
use super::frame::{Frame, FrameKind};
use super::host::Host;
use super::magic::Magic;
use super::play::PlayRun;
use super::task_scope::At;
use crate::vars::{Level, Promise, Snapshot, Value, Vars};
use indexmap::IndexSet;
use std::path::Path;
use std::sync::Arc;

/// What all tasks of one play on one host have in common.
#[derive(Clone, Debug, Default)]
pub struct PlayVars {
    /// What belongs to the play and not to a host, such as `vars`.
    pub play: Arc<Vars>,
    pub prompts: Arc<Vars>,
    /// In the order in which they are read, the later winning.
    pub files: Vec<Arc<Vars>>,
    /// The `defaults` of all roles of the play, and the `vars` that they show to each other, in order.
    pub role_defaults: Vec<Arc<Vars>>,
    pub role_exports: Vec<Arc<Vars>>,
}

/// The variables of the inventory and of the files beside it and beside the playbook, per level, the least first.
pub type HostVars = Vec<(Level, Arc<Vars>)>;

/// Everything that names can mean at one task. Cheap to clone.
#[derive(Clone)]
pub struct Layers {
    pub extra: Arc<Vars>,
    pub frame: Option<Arc<Frame>>,
    /// The directory of the file that holds the task.
    pub dir: Arc<Path>,
    pub snapshot: Snapshot,
    pub play: Arc<PlayVars>,
    pub host: Arc<HostVars>,
    pub magic: Arc<Magic>,
    /// Loop variables and the like: they hide everything else.
    pub local: Arc<Vec<(Arc<str>, Value)>>,
    /// Whether facts are variables too: `ansible_os_family` beside `ansible_facts.os_family`.
    pub inject_facts: bool,
    /// `hash_behaviour = merge`.
    pub merge: bool,
    /// There while facts are being gathered.
    pub facts_pending: Option<Arc<Promise>>,
    /// There where other hosts may not have come as far as this one.
    pub others_pending: Option<Arc<Promise>>,
    /// The place in the play of the task that asks; nowhere, where none does.
    pub place: Arc<[u32]>,
}

impl Layers {
    /// What is known at this place of a host's play, where nothing is waited for.
    pub fn of(run: &Arc<Run>, play: &PlayRun, host: &Arc<Host>, at: &At) -> Layers {
        Layers {
            extra: run.extra.clone(),
            frame: Some(at.frame.clone()),
            dir: at.dir.clone(),
            snapshot: host.store.snapshot(),
            play: play.vars_of(host),
            host: host.vars(),
            magic: play.magic_of(run, host),
            local: at.local.clone(),
            inject_facts: run.inject_facts,
            merge: run.merge,
            facts_pending: None,
            others_pending: None,
            place: Arc::default(),
        }
    }

    /// The value of a name, as it is written.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.given(name).or_else(|| super::magic::reached(name, self))
    }

    /// The value of a name that something or somebody set.
    pub fn given(&self, name: &str) -> Option<Value> {
        if let Some((_, value)) = self.local.iter().rev().find(|(local, _)| &**local == name) {
            return Some(value.clone());
        }
        if let Some(value) = self.magic.value(name, self) {
            return Some(value);
        }
        let mut found = None;
        self.walk(name, &mut |_, value| {
            found = Some(match found.take() {
                None => value.clone(),
                Some(above) => crate::vars::merged_over(value, &above),
            });
            self.merge && found.as_ref().is_some_and(|found| found.as_entries().is_some())
        });
        found
    }

    /// Whether other hosts may not have come as far as this one.
    pub fn others_are_behind(&self) -> bool {
        self.others_pending.as_ref().is_some_and(|pending| pending.value().is_none())
    }

    /// Every level at which a name is set, the winner first.
    pub fn explain(&self, name: &str) -> Vec<(Level, Value)> {
        let mut all = Vec::new();
        self.walk(name, &mut |level, value| {
            all.push((level, value.clone()));
            true
        });
        all
    }

    /// Every name that is set at some level: those of the least level first, as they are written there.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut layers: Vec<Vec<Arc<str>>> = Vec::new();
        self.each_layer(&mut |_, vars| {
            layers.push(vars.keys().cloned().collect());
            true
        });
        let mut names: IndexSet<Arc<str>> = layers.into_iter().rev().flatten().collect();
        names.extend(self.local.iter().map(|(name, _)| name.clone()));
        if self.inject_facts {
            names.extend(self.snapshot.facts.names().map(|name| injected(name)));
        }
        let in_role = self.frame.as_ref().is_some_and(|frame| frame.role().is_some());
        names.extend(self.magic.listed(in_role).map(Arc::from));
        names.into_iter().collect()
    }

    /// The lists of variables that are known, the least first: for those who read files.
    pub fn lists(&self) -> Vec<Arc<Vars>> {
        let frames = self.frame.iter().flat_map(|frame| frame.chain());
        let roles: Vec<_> = frames.filter_map(|frame| role_of(frame)).collect();
        let role = roles.first();
        let mut lists = self.play.role_defaults.clone();
        lists.extend(roles.iter().rev().map(|role| role.defaults.clone()));
        lists.extend(self.host.iter().map(|(_, vars)| vars.clone()));
        lists.push(self.play.play.clone());
        lists.extend(self.play.files.iter().chain(&self.play.role_exports).cloned());
        lists.extend(role.map(|role| role.vars.clone()));
        lists.extend([self.snapshot.included.clone(), self.snapshot.set.clone()]);
        lists.extend(role.map(|role| role.params.clone()));
        lists.push(self.extra.clone());
        lists
    }

    /// Shows the values of a name from the greatest level to the least, as long as `more` says so.
    fn walk(&self, name: &str, more: &mut dyn FnMut(Level, &Value) -> bool) {
        self.each_layer(&mut |level, vars| {
            if level == Level::Facts
                && let Some(fact) = self.fact(name)
                && !more(level, &fact)
            {
                return false;
            }
            vars.get(name).is_none_or(|value| more(level, value))
        });
    }

    /// A fact under its name as a variable; a promise of it while facts are being gathered.
    fn fact(&self, name: &str) -> Option<Value> {
        let bare = name.strip_prefix("ansible_").filter(|_| !is_connection(name));
        let can_be_one = self.inject_facts && (bare.is_some() || is_bare_fact(name));
        if let Some(pending) = self.facts_pending.as_ref().filter(|_| can_be_one) {
            return Some(Value::promise(pending.clone()));
        }
        let facts = Some(&self.snapshot.facts).filter(|_| can_be_one)?;
        facts.value(bare.unwrap_or(name)).or_else(|| facts.value(name)).cloned()
    }

    /// The order of precedence: each place that can hold variables, from the greatest level to the least.
    fn each_layer(&self, more: &mut dyn FnMut(Level, &Vars) -> bool) -> bool {
        let frames = || self.frame.iter().flat_map(|frame| frame.chain());
        let role = || frames().find_map(|frame| role_of(frame));
        let snapshot = &self.snapshot;
        more(Level::ExtraVars, &self.extra)
            && frames().filter_map(include_vars).all(|vars| more(Level::IncludeParams, vars))
            && role().is_none_or(|role| more(Level::RoleParams, &role.params))
            && more(Level::SetFacts, &snapshot.set)
            && more(Level::IncludeVars, &snapshot.included)
            && self.each_block(more)
            && role().is_none_or(|role| more(Level::RoleVars, &role.vars))
            && self.play.role_exports.iter().rev().all(|vars| more(Level::RoleVars, vars))
            && self.play.files.iter().rev().all(|vars| more(Level::PlayVarsFiles, vars))
            && more(Level::PlayPrompts, &self.play.prompts)
            && more(Level::PlayVars, &self.play.play)
            && more(Level::Facts, &snapshot.cached)
            && self.host.iter().rev().all(|(level, vars)| more(*level, vars))
            && frames()
                .filter_map(|frame| role_of(frame))
                .all(|role| more(Level::RoleDefaults, &role.defaults))
            && self.play.role_defaults.iter().rev().all(|vars| more(Level::RoleDefaults, vars))
    }

    /// The innermost frame with keywords is the task's own.
    fn each_block(&self, more: &mut dyn FnMut(Level, &Vars) -> bool) -> bool {
        let mut level = Level::TaskVars;
        let frames = self.frame.iter().flat_map(|frame| frame.chain());
        for frame in frames {
            if let FrameKind::Static { keywords, .. } = &frame.kind {
                if !more(level, &keywords.vars) {
                    return false;
                }
                level = Level::BlockVars;
            }
        }
        true
    }
}

fn role_of(frame: &Frame) -> Option<&crate::playbook::Role> {
    match &frame.kind {
        FrameKind::Role(role) => Some(role),
        _ => None,
    }
}

fn include_vars(frame: &Frame) -> Option<&Vars> {
    match &frame.kind {
        FrameKind::Include { vars, .. } => Some(vars),
        _ => None,
    }
}

/// Whether a variable says how a host is reached: what a host says of itself never sets it.
pub fn is_connection(name: &str) -> bool {
    super::lanes::CONNECTION_VARIABLES.contains(&name)
}

/// The name of a fact as a variable.
fn injected(name: &str) -> Arc<str> {
    if name.starts_with("ansible_") || name.starts_with("facter_") || name.starts_with("ohai_") {
        return name.into();
    }
    format!("ansible_{name}").into()
}

/// Whether modules set facts of this name, which is a variable as it is.
fn is_bare_fact(name: &str) -> bool {
    name.starts_with("getent_") || matches!(name, "gather_subset" | "module_setup" | "packages" | "services")
}
