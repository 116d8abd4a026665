//! Every command and the function that carries it out.

use super::command::Command;
use super::start::Project;
use crate::source::Diagnostics;

/// Carries a command out and gives the code to exit with.
///
/// # Errors
/// Mistakes in the user's files, or in what was typed.
pub fn carry_out(command: &Command, project: &Project) -> Result<u8, Diagnostics> {
    match command {
        Command::Run(args) if args.plan.is_some() => super::plan::save(args, project),
        Command::Apply(args) => super::plan::apply(args, project),
        Command::Run(_) | Command::Drift(_) => super::play::play(project, project.settings.clone()),
        Command::Trust(args) => super::trust::trust(args, project),
        Command::Module(args) => super::module::module(args, project),
        Command::Modules(args) => super::modules::show(args, project),
        Command::Explain(args) => super::explain::explain(args, project),
        Command::Eval(args) => super::eval::eval(args, project),
        Command::Render(args) => super::render::render(args, project),
        Command::Lint(_) => super::lint::lint(project),
        Command::Vault(asked) => super::vault::vault(&asked.act, project),
        Command::Inventory(args) => super::inventory::inventory(args, project),
    }
}
