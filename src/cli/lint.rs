//! `provision lint`: all mistakes that can be found without a host.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Looks for mistakes in playbooks and everything that they reach.
#[derive(Args, Clone, Debug)]
pub struct LintArgs {
    /// The playbooks to look at
    #[arg(value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbooks: Vec<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,
}
