//! Options that say on which host, and where in a playbook.

use clap::Args;
use std::path::PathBuf;

/// Which host's view is asked for.
#[derive(Args, Clone, Debug)]
pub struct HostArgs {
    /// The host for which it is asked
    #[arg(long, value_name = "HOST")]
    pub host: String,

    /// As a task of this role sees it
    #[arg(long, value_name = "NAME")]
    pub role: Option<String>,

    /// The playbook whose plays and roles count; site.yml if it is there
    #[arg(long, value_name = "PLAYBOOK")]
    pub playbook: Option<PathBuf>,
}
