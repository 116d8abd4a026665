//! `provision inventory`: hosts, groups and their variables.

use super::args::ProjectArgs;
use super::ready::{Ready, one};
use super::start::Project;
use crate::report::exit;
use crate::source::{Diagnostic, Diagnostics};
use crate::vars::Value;
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

    /// With the graph: variables too
    #[arg(long)]
    pub vars: bool,

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
    let text = if let Some(host) = &args.host {
        let value = inventory.to_host(host).ok_or_else(|| ready.run.no_host(host));
        json(&value.map_err(one)?)
    } else if args.list {
        json(&inventory.to_list())
    } else {
        let root = args.group.as_deref().unwrap_or("all");
        let unknown = || Diagnostic::error(format!("there is no group `{root}` in the inventory"));
        inventory.to_graph(root, args.vars).ok_or_else(unknown).map_err(one)?
    };
    project.tell(&text);
    project.complain(&inventory.take_diagnostics().all);
    drop(inventory);
    project.complain(&ready.warnings());
    Ok(exit::FINE)
}

fn json(value: &Value) -> String {
    let mut out = Vec::new();
    let form = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, form);
    let _ = serde::Serialize::serialize(&value.to_data(), &mut writer);
    format!("{}\n", String::from_utf8_lossy(&out))
}
