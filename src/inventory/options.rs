//! How inventories are to be read.

use crate::source::Diagnostic;
use crate::vars::{Value, Vars};
use fancy_regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The plain text of an encrypted file; nothing for one that is not encrypted.
pub type Decrypt = dyn Fn(&Path, &str) -> Result<Option<String>, Box<Diagnostic>> + Send + Sync;

/// What a pattern that matches no host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mismatch {
    #[default]
    Warning,
    Error,
    Ignore,
}

/// Somebody who evaluates the expressions of constructed inventories.
pub trait Expressions: Send + Sync {
    /// The value of an expression over the variables of a host.
    ///
    /// # Errors
    ///
    /// Where it cannot be evaluated.
    fn evaluate(&self, expression: &Value, vars: &Vars) -> Result<Value, Box<Diagnostic>>;

    /// Whether a condition holds over the variables of a host.
    ///
    /// # Errors
    ///
    /// Where it cannot be evaluated.
    fn holds(&self, condition: &Value, vars: &Vars) -> Result<bool, Box<Diagnostic>>;
}

/// How inventories are to be read; the default is Ansible's.
pub struct Options {
    /// Where `group_vars` and `host_vars` of the playbook are.
    pub playbook_dir: Option<PathBuf>,
    pub decrypt: Option<Arc<Decrypt>>,
    pub expressions: Option<Arc<dyn Expressions>>,
    /// Kinds that may be read; empty for all.
    pub enabled: Vec<String>,
    /// Ends of names that are passed over in a directory.
    pub ignored_endings: Vec<String>,
    pub ignored_patterns: Vec<Regex>,
    /// A source that cannot be read is an error, also inside of a directory.
    pub any_unparsed_is_failed: bool,
    /// It is an error where no source can be read.
    pub unparsed_is_failed: bool,
    pub mismatch: Mismatch,
    /// `hash_behaviour = merge`: a dict that a later source sets is laid over the earlier one.
    pub merge_dicts: bool,
    /// Whether texts that an inventory program prints may be templates, as with Ansible.
    pub trust_programs: bool,
}

impl Default for Options {
    fn default() -> Options {
        let endings =
            [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];
        Options {
            playbook_dir: None,
            decrypt: None,
            expressions: None,
            enabled: Vec::new(),
            ignored_endings: endings.map(str::to_owned).into(),
            ignored_patterns: Vec::new(),
            any_unparsed_is_failed: false,
            unparsed_is_failed: false,
            merge_dicts: false,
            mismatch: Mismatch::Warning,
            trust_programs: true,
        }
    }
}
