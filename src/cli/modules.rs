//! `provision modules`: the words that act on a host.

use clap::Args;

/// Lists modules, or shows the page of one.
#[derive(Args, Clone, Debug)]
pub struct ModulesArgs {
    /// The module whose page is wanted
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}
