//! Questions that only a person can answer.

use super::Secret;

/// Asks the person at the terminal. Calls block and never overlap; each question is asked once a run.
pub trait Asker: Send + Sync {
    /// Asks for a password or passphrase; `None` where nobody can be asked or nothing was typed.
    fn secret(&self, prompt: &str) -> Option<Secret>;

    /// Asks whether to go on; no where nobody can be asked.
    fn confirm(&self, question: &str) -> bool;

    /// Tells something that does not stop the run.
    fn warn(&self, message: &str);
}

/// Nobody is there: no secret is known, no question is agreed to, warnings are lost.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Asker for Nobody {
    fn secret(&self, _: &str) -> Option<Secret> {
        None
    }

    fn confirm(&self, _: &str) -> bool {
        false
    }

    fn warn(&self, _: &str) {}
}
