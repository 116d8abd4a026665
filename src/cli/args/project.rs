//! Options that say which project, whatever is done with it.

use super::{BecomeArgs, ConnectionArgs, Language, VaultArgs};
use clap::{ArgAction, Args};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which hosts, with which variables, reached how.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectArgs {
    /// Inventory: a file, a directory, a program, or a list of hosts with a comma; may be repeated
    #[arg(short, long, alias = "inventory-file", value_name = "INVENTORY", action = ArgAction::Append)]
    pub inventory: Vec<String>,

    /// Only these hosts of those that a play names: a pattern, or @FILE with one a line
    #[arg(short, long, value_name = "PATTERN")]
    pub limit: Option<String>,

    /// Variables that win over all others: key=value, YAML, JSON, or @FILE; may be repeated
    #[arg(short, long, value_name = "VARIABLES", action = ArgAction::Append)]
    pub extra_vars: Vec<String>,

    /// Where own modules are, before those of the project; directories apart by colons; may be repeated
    #[arg(short = 'M', long, value_name = "PATH", action = ArgAction::Append)]
    pub module_path: Vec<String>,

    /// Whose meaning templates have: that of ansible-core 2.19, or of Ansible before it
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,

    /// Says more; up to -vvvv
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// No colours
    #[arg(long, visible_alias = "no-colour")]
    pub no_color: bool,

    #[command(flatten)]
    pub connection: ConnectionArgs,

    #[command(flatten)]
    pub becoming: BecomeArgs,

    #[command(flatten)]
    pub vault: VaultArgs,
}

impl ProjectArgs {
    /// Where own modules are, one by one.
    pub fn module_paths(&self) -> impl Iterator<Item = PathBuf> {
        self.module_path
            .iter()
            .flat_map(|paths| paths.split(':'))
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    }
}
