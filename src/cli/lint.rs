//! `provision lint`: all mistakes that can be found without a host.

use super::args::ProjectArgs;
use super::desk::Desk;
use super::ready::prepare;
use super::start::Project;
use crate::report::{count, exit};
use crate::run::{self, Passwords};
use crate::source::{Diagnostics, Severity};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

/// Looks for mistakes in playbooks and everything that they reach.
#[derive(Args, Clone, Debug)]
pub struct LintArgs {
    /// The playbooks to look at
    #[arg(value_name = "PLAYBOOK", default_value = "site.yml")]
    pub playbooks: Vec<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Prints every mistake and everything that is likely to be one.
///
/// # Errors
/// All mistakes, if there are any.
pub fn lint(project: &Project) -> Result<u8, Diagnostics> {
    let (sender, _events) = channel();
    let desk = Arc::new(Desk::new(Arc::default(), project.redactor.clone(), sender.clone()));
    let settings = Arc::new(project.settings.clone());
    let prepared = prepare(project, &settings, desk, Passwords::default(), sender)?;
    let mut found = Diagnostics { all: prepared.warnings.clone() };
    run::lint(&prepared).all.into_iter().for_each(|likely| found.push(likely));
    if found.has_errors() {
        return Err(found);
    }
    project.complain(&found.all);
    let warnings = found.all.iter().filter(|one| one.severity == Severity::Warning).count();
    let plays: usize = prepared.playbooks.iter().map(|playbook| playbook.plays.len()).sum();
    project.tell(&format!("no mistakes in {}, {}\n", count(plays, "play"), count(warnings, "warning")));
    Ok(exit::FINE)
}
