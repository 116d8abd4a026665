//! `provision explain`: where a variable has its value from.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Shows every value of a variable, where it stands, and which one wins.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The variable; all of them if not given
    #[arg(value_name = "VARIABLE")]
    pub variable: Option<String>,

    /// The host for which it is asked
    #[arg(long, value_name = "HOST")]
    pub host: String,

    /// The playbook whose plays and roles count
    #[arg(long, value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbook: PathBuf,

    #[command(flatten)]
    pub project: ProjectArgs,
}
