//! Words that act on the controller. What they do to the run is data, carried out by the interpreter.

mod add_host;
mod argument_spec;
mod arguments;
mod assert;
mod debug;
mod fail;
mod group_by;
mod manual;
mod set_fact;
mod set_stats;

pub use argument_spec::mistakes as argument_mistakes;
pub use arguments::{Arguments, as_written, split_list, switch, truth};
pub use manual::summary;

use crate::host::Data;
use crate::source::{Diagnostic, Span};
use crate::template::{Answer, Engine, Error, Scope};
use crate::vars::{Map, Value};
use std::sync::Arc;

/// What a word did, and what it wants done.
#[derive(Debug, Default)]
pub struct Act {
    /// What `register` holds beside `changed` and `failed`.
    pub fields: Map,
    pub changed: bool,
    /// Why it failed, if it did.
    pub failed: Option<String>,
    /// Why there was nothing to do, if so.
    pub skipped: Option<String>,
    /// The mistake that made it fail.
    pub diagnostic: Option<Box<Diagnostic>>,
    pub effects: Vec<Effect>,
}

/// What a word changes in the run.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Sets a variable of the host; one that is cacheable is a fact too.
    Set {
        name: Arc<str>,
        value: Value,
        cacheable: bool,
    },
    AddHost {
        name: String,
        groups: Vec<String>,
        vars: Vec<(Arc<str>, Value)>,
    },
    AddGroup {
        name: String,
        parents: Vec<String>,
    },
    Stats {
        data: Data,
        per_host: bool,
        aggregate: bool,
    },
}

/// What a word may use.
pub struct Desk<'a> {
    pub arguments: &'a Arguments,
    pub engine: &'a Engine,
    pub scope: &'a dyn Scope,
    pub verbosity: u8,
}

type Word = fn(&Desk) -> Answer<Act>;

/// A word with the arguments that it knows; none stands for any.
struct Entry {
    name: &'static str,
    act: Word,
    known: &'static [&'static str],
}

/// Every word, in one place.
const WORDS: &[Entry] = &[
    Entry { name: "add_host", act: add_host::act, known: &[] },
    Entry { name: "assert", act: assert::act, known: &["that", "fail_msg", "msg", "success_msg", "quiet"] },
    Entry { name: "debug", act: debug::act, known: &["msg", "var", "verbosity"] },
    Entry { name: "fail", act: fail::act, known: &["msg"] },
    Entry { name: "group_by", act: group_by::act, known: &["key", "parents"] },
    Entry { name: "set_fact", act: set_fact::act, known: &[] },
    Entry { name: "set_stats", act: set_stats::act, known: &["data", "per_host", "aggregate"] },
];

/// Words that the interpreter itself carries out, with the arguments that they know.
const OF_THE_INTERPRETER: &[(&str, &[&str])] = &[
    ("fetch", &["src", "dest", "flat", "fail_on_missing", "validate_checksum"]),
    ("import_playbook", &[]),
    ("import_role", &[]),
    ("import_tasks", &[]),
    ("include", &[]),
    (
        "include_role",
        &[
            "name",
            "role",
            "apply",
            "tasks_from",
            "vars_from",
            "defaults_from",
            "handlers_from",
            "public",
            "allow_duplicates",
            "rolespec_validate",
        ],
    ),
    ("include_tasks", &["file", "apply"]),
    (
        "include_vars",
        &[
            "file",
            "dir",
            "name",
            "depth",
            "extensions",
            "files_matching",
            "ignore_files",
            "ignore_unknown_extensions",
            "hash_behaviour",
        ],
    ),
    ("meta", &[]),
    ("pause", &["seconds", "minutes", "prompt", "echo"]),
    (
        "reboot",
        &[
            "boot_time_command",
            "connect_timeout",
            "connect_timeout_sec",
            "msg",
            "post_reboot_delay",
            "post_reboot_delay_sec",
            "pre_reboot_delay",
            "pre_reboot_delay_sec",
            "reboot_command",
            "reboot_timeout",
            "reboot_timeout_sec",
            "search_paths",
            "test_command",
        ],
    ),
    ("synchronize", &[]),
    ("validate_argument_spec", &["argument_spec", "provided_arguments", "validate_args_context"]),
    ("wait_for_connection", &["timeout", "delay", "sleep", "connect_timeout"]),
];

/// Whether a word acts here.
pub fn is_word(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Every word that acts on the controller.
pub fn names() -> impl Iterator<Item = &'static str> {
    let own = WORDS.iter().map(|entry| entry.name);
    own.chain(OF_THE_INTERPRETER.iter().map(|(name, _)| *name))
}

/// The arguments that a word knows; nothing where it takes any, or is no word.
pub fn arguments(name: &str) -> Option<&'static [&'static str]> {
    let own = WORDS.iter().map(|entry| (entry.name, entry.known));
    let found = own.chain(OF_THE_INTERPRETER.iter().copied()).find(|(known, _)| *known == name);
    found.map(|(_, known)| known).filter(|known| !known.is_empty())
}

/// Whether Ansible passes over arguments that the word does not know.
pub fn is_lenient(name: &str) -> bool {
    name == "fetch"
}

/// Does what a word says; nothing if it is no word of this table.
pub fn act(name: &str, desk: &Desk) -> Option<Answer<Act>> {
    let entry = WORDS.iter().find(|entry| entry.name == name)?;
    Some((entry.act)(desk))
}

impl Desk<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.arguments.value(name).filter(|value| !value.is_none())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(|value| value.str().ok())
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(truth)
    }

    /// The items of a list, or those of a text with commas.
    fn list(&self, name: &str) -> Vec<String> {
        self.value(name).map(split_list).unwrap_or_default()
    }

    fn missing(&self, name: &str) -> Error {
        let message = format!("`{}` wants `{name}`", self.arguments.word);
        let told = format!("missing required arguments: {name}");
        Diagnostic::error(message).told_alone(told).at(self.arguments.span).into()
    }
}

/// The words whose arguments Ansible checks as it does those of modules, with its list of them: other names stand in parentheses.
const LIKE_MODULES: &[(&str, &str)] = &[
    ("assert", "fail_msg, quiet, success_msg, that (msg)"),
    ("debug", "msg, var, verbosity"),
    ("pause", "echo, minutes, prompt, seconds"),
];

/// Refuses what a word does not know, where that was no mistake before the run.
///
/// # Errors
/// If one of the arguments is none of the word's.
pub fn refuse_unknown(given: &Arguments) -> Result<(), Diagnostic> {
    let known = arguments(&given.word).filter(|_| !is_lenient(&given.word));
    let Some(known) = known else { return Ok(()) };
    let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(&&***name)) else { return Ok(()) };
    let word = &*given.word;
    let told = match LIKE_MODULES.iter().find(|(like, _)| *like == word) {
        Some((_, supported)) => format!(
            "Unsupported parameters for ({word}) module: {name}. Supported parameters include: {supported}."
        ),
        None => format!("Invalid options for {word}: {name}"),
    };
    Err(unknown(word, name).told_alone(told).at(given.span_of(name)))
}

/// What is said of an argument that a word does not know.
pub fn unknown(word: &str, argument: &str) -> Diagnostic {
    Diagnostic::error(format!("`{word}` has no argument `{argument}`"))
}

/// Refuses what cannot be the name of a variable.
fn require_name(name: &str, span: Span) -> Answer<()> {
    if crate::playbook::is_identifier(name) {
        return Ok(());
    }
    let message = format!("`{name}` is no name for a variable");
    Err(Diagnostic::error(message).told(format!("Invalid variable name '{name}'.")).at(span).into())
}

fn mistake(message: impl Into<String>, span: Span) -> Error {
    Diagnostic::error(message).at(span).into()
}
