//! `provision eval`: the value of an expression.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Shows the value of an expression on a host.
#[derive(Args, Clone, Debug)]
pub struct EvalArgs {
    /// A template, such as '{{ groups.all | length }}', or a bare expression
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub expression: String,

    /// The host for which it is asked; localhost if not given
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,

    /// The playbook whose plays and roles count
    #[arg(long, value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbook: PathBuf,

    #[command(flatten)]
    pub project: ProjectArgs,
}
