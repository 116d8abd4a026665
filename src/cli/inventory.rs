//! `provision inventory`: hosts, groups and their variables.

use super::args::ProjectArgs;
use super::ready::{Ready, one};
use super::start::Project;
use crate::report::{exit, json};
use crate::source::{Diagnostic, Diagnostics};
use crate::template::in_blocks;
use crate::vars::Value;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

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

    /// With the graph: variables too
    #[arg(long)]
    pub vars: bool,

    /// As YAML, not as JSON
    #[arg(short, long)]
    pub yaml: bool,

    /// Variables where they are set, at hosts and at groups, and not all at the hosts
    #[arg(long)]
    pub export: bool,

    /// Write here and not to the standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The directory whose group_vars and host_vars count as those of a playbook's
    #[arg(long, value_name = "DIRECTORY")]
    pub playbook_dir: Option<PathBuf>,

    /// Forget the facts that were kept of hosts
    #[arg(long)]
    pub flush_cache: bool,

    /// The group at the root of the graph
    #[arg(value_name = "GROUP")]
    pub group: Option<String>,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Prints everything, the groups as a tree, or the variables of one host.
///
/// # Errors
/// There is a mistake in the inventory, or no such host or group.
pub fn inventory(args: &InventoryArgs, project: &Project) -> Result<u8, Diagnostics> {
    let ready = Ready::of(project)?;
    let inventory = ready.run.inventory();
    let limit = project.settings.selection.limit.as_deref();
    let listing = inventory.listing(limit.filter(|_| args.host.is_none()), args.export).map_err(one)?;
    let text = if let Some(host) = &args.host {
        let value = listing.host(host).ok_or_else(|| ready.run.no_host(host));
        args.written(&value.map_err(one)?)?
    } else if args.list {
        args.written(&if args.yaml { listing.nested() } else { listing.flat() })?
    } else {
        let root = args.group.as_deref().unwrap_or("all");
        let unknown = || Diagnostic::error(format!("there is no group `{root}` in the inventory"));
        listing.tree(root, args.vars).ok_or_else(unknown).map_err(one)?
    };
    args.put(&text, project)?;
    project.complain(&inventory.take_diagnostics().all);
    drop(inventory);
    project.complain(&ready.warnings());
    Ok(exit::FINE)
}

impl InventoryArgs {
    /// Writes to the file that is named, or to the standard output; secrets are hidden.
    fn put(&self, text: &str, project: &Project) -> Result<(), Diagnostics> {
        let Some(path) = &self.output else {
            project.tell(text);
            return Ok(());
        };
        let failed = |error| Diagnostic::error(format!("cannot write `{}`: {error}", path.display()));
        std::fs::write(path, &*project.redactor.redact(text)).map_err(failed).map_err(one)
    }

    /// A value in the form that is asked for.
    fn written(&self, value: &Value) -> Result<String, Diagnostics> {
        if self.yaml {
            return in_blocks(value).map_err(|error| one(error.into_diagnostic()));
        }
        Ok(json(&value.to_data(), Some(4)) + "\n")
    }
}
