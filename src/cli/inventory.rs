//! `provision inventory`: hosts, groups and their variables.

use super::args::ProjectArgs;
use clap::{ArgGroup, Args};

/// Shows hosts, groups and their variables.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["list", "graph", "host"]))]
pub struct InventoryArgs {
    /// Everything, as an inventory program prints it
    #[arg(long)]
    pub list: bool,

    /// Groups as a tree
    #[arg(long)]
    pub graph: bool,

    /// The variables of one host
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,

    /// As YAML in place of JSON
    #[arg(short, long)]
    pub yaml: bool,

    /// With the graph: variables too
    #[arg(long)]
    pub vars: bool,

    /// The group at the root of the graph
    #[arg(value_name = "GROUP")]
    pub group: Option<String>,

    #[command(flatten)]
    pub project: ProjectArgs,
}
