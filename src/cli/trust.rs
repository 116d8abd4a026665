//! `provision trust`: records the host keys of hosts.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Shows the fingerprints of host keys and records them.
#[derive(Args, Clone, Debug)]
pub struct TrustArgs {
    /// Hosts of the inventory, or addresses
    #[arg(value_name = "HOST", required = true)]
    pub hosts: Vec<String>,

    /// Record the keys without asking
    #[arg(long)]
    pub yes: bool,

    /// Where keys are recorded; ~/.ssh/known_hosts if not given
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,
}
