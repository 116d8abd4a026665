//! `provision apply`: carries out a plan that a dry run saved.

use super::args::ProjectArgs;
use clap::Args;
use std::path::PathBuf;

/// Makes exactly the changes of a saved plan, or none where a host has moved since.
#[derive(Args, Clone, Debug)]
pub struct ApplyArgs {
    /// The file that `--dry-run --plan FILE` wrote
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,

    #[command(flatten)]
    pub project: ProjectArgs,
}
