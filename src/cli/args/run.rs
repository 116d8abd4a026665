//! Options of a run.

use super::ProjectArgs;
use clap::{ArgAction, Args, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Runs playbooks.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunArgs {
    /// The playbooks to run, in order
    #[arg(value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbooks: Vec<PathBuf>,

    /// Show what would change, and change nothing
    #[arg(short = 'C', long, visible_alias = "check")]
    pub dry_run: bool,

    /// Show the differences in what changes; in a dry run they are shown anyway
    #[arg(short = 'D', long, overrides_with = "no_diff")]
    pub diff: bool,

    /// Do not show them
    #[arg(long)]
    pub no_diff: bool,

    /// In a dry run: save what it foretells, for `provision apply`
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    #[serde(skip)]
    pub plan: Option<PathBuf>,

    /// In a dry run: exit with 3 if something would change
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,

    /// Only these roles, apart by commas, with their variables as in the full run
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub role: Vec<String>,

    /// Only what has one of these tags, apart by commas
    #[arg(short, long, value_name = "TAGS", action = ArgAction::Append)]
    pub tags: Vec<String>,

    /// Nothing that has one of these tags
    #[arg(long, value_name = "TAGS", action = ArgAction::Append)]
    pub skip_tags: Vec<String>,

    /// Begin at the task with this name
    #[arg(long, value_name = "NAME")]
    pub start_at_task: Option<String>,

    /// Ask before every task
    #[arg(long)]
    pub step: bool,

    /// Run handlers even where a task failed
    #[arg(long)]
    pub force_handlers: bool,

    /// Take away components that left the inventory, where a playbook keeps count of them; their data stays
    #[arg(long)]
    pub prune: bool,

    /// Forget the facts that were kept of hosts
    #[arg(long)]
    pub flush_cache: bool,

    /// List the hosts of every play, and run nothing
    #[arg(long)]
    pub list_hosts: bool,

    /// List the tasks of every play, and run nothing
    #[arg(long)]
    pub list_tasks: bool,

    /// List the tags of every play, and run nothing
    #[arg(long)]
    pub list_tags: bool,

    /// Look for mistakes in the files, and run nothing
    #[arg(long)]
    pub syntax_check: bool,

    /// Who the output is for
    #[arg(long, value_name = "FORMAT")]
    pub output: Option<OutputFormat>,

    /// How many calls of a host may be in flight
    #[arg(long, hide = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub window: Option<u32>,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Whose meaning templates have.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Language {
    /// Of Ansible up to 2.18
    #[value(alias = "2.18")]
    Classic,
    /// Of ansible-core 2.19
    #[value(name = "2.19", alias = "native")]
    Native,
}

/// Who the output is for.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum OutputFormat {
    /// A terminal where there is one, else plain lines
    Auto,
    /// People at a terminal
    Terminal,
    /// Logs: lines without colours
    Plain,
    /// Programs: a JSON object a line for each event
    Json,
    /// Those who know what ansible-playbook prints
    Ansible,
}
