//! `provision render`: a template as a host would get it.

use super::args::{HostArgs, ProjectArgs};
use super::ready::{Ready, one};
use super::start::Project;
use crate::report::exit;
use crate::source::Diagnostics;
use clap::Args;
use std::path::PathBuf;

/// Shows a template as it would be written on a host.
#[derive(Args, Clone, Debug)]
pub struct RenderArgs {
    /// The file of the template
    #[arg(value_name = "TEMPLATE")]
    pub template: PathBuf,

    #[command(flatten)]
    pub host: HostArgs,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Prints the text that the template gives. A template in the folder of a role is rendered as a task of that role
/// would.
///
/// # Errors
/// There is a mistake in the project or in the template.
pub fn render(args: &RenderArgs, project: &Project) -> Result<u8, Diagnostics> {
    let ready = Ready::of(project)?;
    let views = ready.views(&args.host.host, args.host.role.as_deref()).map_err(one)?;
    let path = project.settings.directory.join(&args.template);
    let of_role = views.iter().find_map(|view| view.inside(&view.role_of_file(&path)?));
    let text = of_role
        .as_ref()
        .filter(|_| args.host.role.is_none())
        .or(views.first())
        .map(|view| view.render(&path));
    if let Some(text) = text {
        let text = text.map_err(super::show::without_facts).map_err(one)?;
        project.tell(text.as_str().unwrap_or_default());
    }
    project.complain(&ready.warnings());
    Ok(exit::FINE)
}
