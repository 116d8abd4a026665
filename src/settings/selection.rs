//! Settings of what is run, on what, with which variables, or listed in its place.

use crate::source::Span;
use std::path::PathBuf;

/// Where hosts come from.
#[derive(Clone, Debug, Default)]
pub struct InventorySettings {
    /// `-i`, in order: a path, or a list of hosts with a comma in it. Paths of a file of settings are absolute.
    pub sources: Vec<String>,
    /// Whether `sources` were given at all, or are the usual place.
    pub given: bool,
    /// Kinds of inventory that may be read; empty for all.
    pub enabled: Vec<String>,
    /// Extensions of files that are passed over in a directory, dot included; empty for the usual ones.
    pub ignored_extensions: Vec<String>,
    /// Regular expressions over names that are passed over in a directory.
    pub ignored_patterns: Vec<String>,
    /// A source that cannot be read is an error, not a warning.
    pub any_unparsed_is_failed: bool,
    /// No source that can be read is an error, not a warning.
    pub unparsed_is_failed: bool,
    /// `host_pattern_mismatch`: what a pattern that matches no host is.
    pub mismatch: PatternMismatch,
    /// `force_valid_group_names`: `never`, `always`, `ignore`, `silently`.
    pub group_names: Option<String>,
}

/// What a pattern that matches no host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PatternMismatch {
    #[default]
    Warning,
    Error,
    Ignore,
}

/// Which hosts, tasks and roles of the playbooks.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `-l`: a host pattern; `@FILE` inside it is a file of patterns, one a line.
    pub limit: Option<String>,
    /// `-t`; `all` where none is given.
    pub tags: Vec<String>,
    /// `--skip-tags`.
    pub skip_tags: Vec<String>,
    /// `--role`: only these roles, with their variables wired as in the full run; empty for all.
    pub roles: Vec<String>,
    /// `--start-at-task`.
    pub start_at_task: Option<String>,
}

/// What is printed in place of a run; several may be asked for at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listing {
    pub hosts: bool,
    pub tasks: bool,
    pub tags: bool,
    /// Read and check everything, and say nothing if it is fine.
    pub syntax_check: bool,
}

impl Listing {
    /// Whether there is anything to print in place of a run.
    pub fn is_asked_for(self) -> bool {
        self.hosts || self.tasks || self.tags || self.syntax_check
    }
}

/// One `-e`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExtraVars {
    /// `@FILE`: YAML or JSON, which may be a vault.
    File(PathBuf),
    /// Begins with `{` or `[`: YAML or JSON. The span is that of the text in the source named `<command line>`.
    Yaml { text: String, span: Span },
    /// `key=value ...`, quoted as Ansible reads it.
    Pairs { text: String, span: Span },
}
