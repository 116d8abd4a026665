//! What evaluation needs beside the variables.

use super::{Answer, Error};
use crate::source::{Diagnostic, Sources};
use crate::vars::{Promise, Value};
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

/// Which of the two meanings a template's result has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// ansible-core 2.19: an expression keeps its type, a condition is a boolean.
    #[default]
    Native,
    /// Ansible up to 2.18: results are text that is turned back where it looks like data, any
    /// value is a condition.
    Classic,
}

/// What outlives a task: shared by all hosts of a run.
#[derive(Clone)]
pub struct Surroundings {
    pub sources: Arc<Sources>,
    pub language: Language,
    /// The folder of the playbook: the last place where relative files are looked for.
    pub playbook_dir: PathBuf,
    pub services: Arc<dyn Services>,
}

impl Default for Surroundings {
    fn default() -> Surroundings {
        Surroundings {
            sources: Arc::default(),
            language: Language::default(),
            playbook_dir: PathBuf::from("."),
            services: Arc::new(NoServices),
        }
    }
}

/// What one scope's evaluations share. Cheap to make: one is made for every item of every task.
#[derive(Clone, Default)]
pub struct Context {
    pub surroundings: Arc<Surroundings>,
    /// Where relative files are looked for before the playbook's folder: the role's folder, the
    /// folder of the task's file, ... Each is tried with `files/`, `templates/` or `vars/` (as
    /// the lookup has it) first, then as it is. The order is that of `ansible_search_path`.
    pub search: Arc<[PathBuf]>,
    /// Choices that must be the same when an expression is evaluated again.
    pub memo: Arc<Memo>,
    /// Results of lazy values, so that each is evaluated once a scope.
    pub resolved: Arc<Resolved>,
    /// There while the files of the controller may still be changed: what reads them touches it.
    pub controller_pending: Option<Arc<Promise>>,
}

impl Context {
    /// Gives the promise to wait for before a file of the controller is read.
    ///
    /// # Errors
    /// While there is one.
    pub(super) fn reads_controller(&self) -> Answer<()> {
        self.controller_pending.clone().map_or(Ok(()), |pending| Err(Error::Pending(pending)))
    }

    /// The same surroundings and search path for another scope: nothing is resolved or chosen yet.
    #[must_use]
    pub fn fresh(&self) -> Context {
        Context { memo: Arc::default(), resolved: Arc::default(), ..self.clone() }
    }
}

/// What the rest of the program does for evaluation. Every method has a default for tests.
pub trait Services: Send + Sync {
    /// Decrypts vault text (`$ANSIBLE_VAULT;...`) with the run's secrets.
    fn decrypt(&self, _text: &str) -> Result<Vec<u8>, String> {
        Err("no vault secret was given".into())
    }
    /// Learns a text that must never be shown.
    fn secret(&self, _text: &str) {}
    /// Takes a warning for the user.
    fn warn(&self, _warning: Diagnostic) {}
    /// The value of a setting by its Ansible name (`DEFAULT_ROLES_PATH`), for `lookup('config')`.
    fn setting(&self, _name: &str) -> Option<Value> {
        None
    }
    /// The hosts that an inventory pattern names, for `lookup('inventory_hostnames')`; none where it is no pattern, as in Ansible.
    fn hosts_matching(&self, _pattern: &str) -> Vec<String> {
        Vec::new()
    }
    /// A variable of the controller's environment.
    fn environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
    /// Adds to the environment of a command of a lookup.
    fn prepare_command(&self, _command: &mut Command) {}
    /// Whether the user has asked to stop: nothing is waited for.
    fn is_interrupted(&self) -> bool {
        false
    }
    /// Parses YAML text of no file as data: neither trusted nor lazy.
    fn parse_yaml(&self, _text: &str) -> Result<Vec<Value>, String> {
        Err("no YAML parser is available here".into())
    }
    /// Fetches a page for `lookup('url')`: the body, or why not.
    fn fetch(&self, _request: &Fetch) -> Result<Vec<u8>, String> {
        Err("fetching pages is not supported here".into())
    }
}

/// A page to fetch for `lookup('url')`.
#[derive(Clone, Debug, Default)]
pub struct Fetch {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub username: Option<String>,
    pub password: Option<String>,
    pub agent: String,
    pub validate_certs: bool,
    /// A file of certificates that are trusted.
    pub ca_path: Option<PathBuf>,
    pub use_proxy: bool,
    /// Whether redirections are followed.
    pub follows: bool,
    /// Seconds.
    pub timeout: f64,
}

/// Services of nobody.
pub struct NoServices;

impl Services for NoServices {}

/// Choices made by evaluation that must stay the same when it is repeated: random numbers, salts,
/// the time. A choice is found by the place of its expression and by how often that place was
/// reached in one evaluation.
#[derive(Default)]
pub struct Memo {
    choices: Mutex<HashMap<Choice, Value>>,
}

/// Which choice: text, place in it, and how often it was reached before.
pub(super) type Choice = (usize, u32, u32);

impl Memo {
    /// The choice made before, or the one made now.
    pub(super) fn once<E>(
        &self,
        choice: Choice,
        choose: impl FnOnce() -> Result<Value, E>,
    ) -> Result<Value, E> {
        if let Some(value) = self.choices.lock().unwrap_or_else(PoisonError::into_inner).get(&choice) {
            return Ok(value.clone());
        }
        let value = choose()?;
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(choices.entry(choice).or_insert(value).clone())
    }
}

/// Results of lazy text, by the text itself (the address of the shared text, which is kept alive).
#[derive(Default)]
pub struct Resolved {
    results: Mutex<HashMap<usize, (Arc<str>, Value)>>,
}

impl Resolved {
    pub(super) fn value(&self, text: &Arc<str>) -> Option<Value> {
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.get(&address(text)).map(|(_, value)| value.clone())
    }

    pub(super) fn keep(&self, text: &Arc<str>, value: &Value) {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.insert(address(text), (text.clone(), value.clone()));
    }

    /// Forgets everything: the variables of the scope have changed.
    pub fn clear(&self) {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn address(text: &Arc<str>) -> usize {
    Arc::as_ptr(text).cast::<u8>().addr()
}
