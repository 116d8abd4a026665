//! The host for the length of a session: what it is, what is planned over it, what must not be forgotten.

use super::{Attempt, Failure, HeldLock, Lock, Notes, Planned, System, change, state_directory};
use std::path::PathBuf;
use std::time::Duration;

/// The host for the length of a session.
pub struct Host {
    pub system: System,
    /// What a dry run has planned so far.
    pub planned: Planned,
    pub notes: Notes,
    /// Whether the whole session is a dry run.
    pub dry_run: bool,
    state: PathBuf,
    /// The lock of the host, where the session has it.
    pub held: HeldLock,
}

impl Host {
    pub fn new(system: System) -> Host {
        Host::with_state(system, state_directory())
    }

    /// A host whose state is kept in this directory.
    pub fn with_state(system: System, state: PathBuf) -> Host {
        let notes = Notes::open(&state);
        Host { system, planned: Planned::default(), notes, dry_run: false, state, held: HeldLock::default() }
    }

    /// Removes what runs that were cut off left in the agent's own places.
    pub fn tidy(&self) {
        [&self.state, &std::env::temp_dir()].into_iter().for_each(|directory| change::tidy(directory));
    }

    /// Takes the host's lock, or says who holds it.
    pub fn lock(&mut self, patience: Duration) -> Result<Option<String>, Failure> {
        match Lock::take(&self.state, &self.system.runs, patience)? {
            Attempt::Held(lock) => self.held.keep(lock),
            Attempt::Taken(holder) => return Ok(Some(holder)),
        }
        Ok(None)
    }
}
