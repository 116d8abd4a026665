//! A host in the run: its variables, what it learnt, and whether it still takes part.

use super::magic::Magic;
use super::pipeline::Lane;
use super::scope::{HostVars, Layers};
use crate::report::HostName;
use crate::vars::{Snapshot, Store, Value};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// Why a host takes no further part in the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Out {
    Failed,
    Unreachable,
}

/// A host in the run, for all its plays.
pub struct Host {
    pub name: HostName,
    pub is_implicit_localhost: bool,
    pub store: Store,
    vars: RwLock<Arc<HostVars>>,
    groups: RwLock<Value>,
    pub inventory_file: Option<Value>,
    pub inventory_dir: Option<Value>,
    out: Mutex<Option<Out>>,
    /// Whether a dry run has foretold changes on it.
    would_differ: AtomicBool,
    /// In a dry run, on what the facts hang that could not be read again.
    unread_facts: Mutex<Option<String>>,
    /// Lines that one play opened and the next may use.
    lanes: Mutex<Vec<Lane>>,
}

impl Host {
    pub fn new(name: HostName, vars: HostVars, groups: Value, is_implicit_localhost: bool) -> Host {
        Host {
            name,
            is_implicit_localhost,
            store: Store::default(),
            vars: RwLock::new(Arc::new(vars)),
            groups: RwLock::new(groups),
            inventory_file: None,
            inventory_dir: None,
            out: Mutex::default(),
            would_differ: AtomicBool::default(),
            unread_facts: Mutex::default(),
            lanes: Mutex::default(),
        }
    }

    /// Its variables in the inventory and beside it, by level.
    pub fn vars(&self) -> Arc<HostVars> {
        self.vars.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// The names of its groups.
    pub fn groups(&self) -> Value {
        self.groups.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// Takes new variables and groups, when the inventory has changed.
    pub fn update(&self, vars: HostVars, groups: Value) {
        *self.vars.write().unwrap_or_else(|broken| broken.into_inner()) = Arc::new(vars);
        *self.groups.write().unwrap_or_else(|broken| broken.into_inner()) = groups;
    }

    /// Takes the lines that are open.
    pub fn take_lanes(&self) -> Vec<Lane> {
        std::mem::take(&mut *self.lanes.lock().unwrap_or_else(|broken| broken.into_inner()))
    }

    /// Keeps lines for the next play.
    pub fn keep_lanes(&self, lanes: impl IntoIterator<Item = Lane>) {
        self.lanes.lock().unwrap_or_else(|broken| broken.into_inner()).extend(lanes);
    }

    /// Why it takes no further part, if so.
    pub fn out(&self) -> Option<Out> {
        *self.out.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    pub fn set_out(&self, out: Option<Out>) {
        *self.out.lock().unwrap_or_else(|broken| broken.into_inner()) = out;
    }

    /// Whether a dry run has foretold changes on it.
    pub fn would_differ(&self) -> bool {
        self.would_differ.load(Ordering::Relaxed)
    }

    pub fn set_would_differ(&self) {
        self.would_differ.store(true, Ordering::Relaxed);
    }

    /// In a dry run, on what the facts hang that could not be read again; what is not defined may be one of them.
    pub fn unread_facts(&self) -> Option<String> {
        self.unread_facts.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    pub fn set_unread_facts(&self, because: Option<String>) {
        *self.unread_facts.lock().unwrap_or_else(|broken| broken.into_inner()) = because;
    }

    /// What this host sees where another host's task asks: no task, no role.
    pub fn layers(self: &Arc<Host>, asking: &Layers) -> Layers {
        let magic = Magic {
            run: asking.magic.run.clone(),
            play: asking.magic.play.clone(),
            host: self.clone(),
            others: asking.magic.others.clone(),
            role_names: std::sync::RwLock::new(asking.magic.role_names()),
        };
        Layers {
            frame: None,
            snapshot: self.snapshot_for(asking),
            host: self.vars(),
            magic: Arc::new(magic),
            local: Arc::default(),
            facts_pending: None,
            ..asking.clone()
        }
    }

    /// What the host has learnt, as a task sees it that asks: nothing of what it does itself, or what is behind it. Where hosts do
    /// not wait for each other, that is so of what it cannot wait for.
    fn snapshot_for(&self, asking: &Layers) -> Snapshot {
        match (&*asking.place, &asking.others_pending) {
            ([], _) => self.store.snapshot(),
            (place, Some(_)) => self.store.as_of(place, |_| true),
            (place, None) => self.store.as_of(place, |value| value.is_some_and(Value::is_pending)),
        }
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("Host").field("name", &self.name).finish_non_exhaustive()
    }
}
