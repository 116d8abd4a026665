//! `provision render`: a template as a host would get it.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Shows a template as it would be written on a host.
#[derive(Args, Clone, Debug)]
pub struct RenderArgs {
    /// The file of the template
    #[arg(value_name = "TEMPLATE")]
    pub template: PathBuf,

    /// The host for which it is asked
    #[arg(long, value_name = "HOST")]
    pub host: String,

    /// The playbook whose plays and roles count
    #[arg(long, value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbook: PathBuf,

    #[command(flatten)]
    pub project: ProjectArgs,
}
