//! Every command and the function that carries it out.

use super::command::Command;
use super::start::Project;
use crate::source::{Diagnostic, Diagnostics};

/// Carries a command out and gives the code to exit with.
///
/// # Errors
/// Mistakes in the user's files, or in what was typed.
pub fn carry_out(command: &Command, _project: &Project) -> Result<u8, Diagnostics> {
    let mut found = Diagnostics::default();
    found.push(Diagnostic::error(format!("`{}` is not part of this build", command.word())));
    Err(found)
}
