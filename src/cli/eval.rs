//! `provision eval`: the value of an expression.

use super::args::{HostArgs, ProjectArgs};
use super::ready::{Ready, one};
use super::show::{without_facts, written};
use super::start::Project;
use crate::report::exit;
use crate::run::View;
use crate::source::{Diagnostic, Diagnostics, Span};
use clap::Args;
use std::path::Path;

/// Shows the value of an expression on a host.
#[derive(Args, Clone, Debug)]
pub struct EvalArgs {
    /// A template, such as '{{ groups.all | length }}', or a bare expression
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub expression: String,

    #[command(flatten)]
    pub host: HostArgs,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Prints the value: text as it is, all else as JSON.
///
/// # Errors
/// There is a mistake in the project or in the expression.
pub fn eval(args: &EvalArgs, project: &Project) -> Result<u8, Diagnostics> {
    let ready = Ready::of(project)?;
    let views = ready.views(&args.host.host, args.host.role.as_deref()).map_err(one)?;
    let file = project.sources.add(Path::new("<expression>"), args.expression.as_str());
    let span = Span::new(file, 0, args.expression.len());
    for view in views.iter().take(1) {
        let value = view.evaluate(&args.expression, span);
        let value = value.map_err(|error| one(with_role(error, view, &args.expression, span)))?;
        project.tell(&format!("{}\n", written(&value).trim_end_matches('\n')));
    }
    project.complain(&ready.warnings());
    Ok(exit::FINE)
}

/// Why there is no value, and the role in which there is one.
fn with_role(error: Diagnostic, view: &View, expression: &str, span: Span) -> Diagnostic {
    // Nothing is asked again that may have had an effect.
    let is_plain = !expression.contains('(');
    let uses = if view.role().is_none() && is_plain { view.uses() } else { Vec::new() };
    let knows = |inside: &&View| inside.evaluate(expression, span).is_ok();
    match uses.iter().find(knows).and_then(View::role) {
        Some(role) => error.hint(format!("tasks of the role `{role}` have it: `--role {role}`")),
        None => without_facts(error),
    }
}
