//! What must not be forgotten between runs: notifications whose handlers have not run, kept on the host.

use super::{Failure, change};
use rustix::fs::FlockOperation;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The notifications that are pending, and the file that keeps them.
pub struct Notes {
    path: PathBuf,
    pending: BTreeSet<String>,
}

impl Notes {
    /// Reads what earlier runs left. A file that cannot be read holds nothing.
    pub fn open(directory: &Path) -> Notes {
        let path = directory.join("pending");
        Notes { pending: read(&path), path }
    }

    /// The notifications whose handlers have not run.
    pub fn pending(&self) -> Vec<String> {
        self.pending.iter().cloned().collect()
    }

    /// Writes down notifications, before the change that causes them is made.
    pub fn add(&mut self, keys: &[String]) -> Result<(), Failure> {
        let before = self.pending.len();
        self.pending.extend(keys.iter().cloned());
        if self.pending.len() == before {
            Ok(())
        } else {
            self.change(|kept| kept.extend(keys.iter().cloned()))
        }
    }

    /// Forgets notifications: their handlers have run.
    pub fn settle(&mut self, keys: &[String]) -> Result<(), Failure> {
        let before = self.pending.len();
        self.pending.retain(|key| !keys.contains(key));
        if self.pending.len() == before {
            Ok(())
        } else {
            self.change(|kept| kept.retain(|key| !keys.contains(key)))
        }
    }

    /// Changes what is kept. A machine may have several names in a run, each with a session that keeps its notes here: they take turns.
    fn change(&self, change: impl FnOnce(&mut BTreeSet<String>)) -> Result<(), Failure> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        change::make_own_directory(directory)?;
        let turn = File::open(directory).map_err(|error| Failure::at(directory, "open", error))?;
        let taken = rustix::fs::flock(&turn, FlockOperation::LockExclusive);
        taken.map_err(|error| Failure::at(directory, "lock", error))?;
        let mut kept = read(&self.path);
        change(&mut kept);
        let lines: String = kept.iter().map(|key| super::json::print(&key.as_str().into()) + "\n").collect();
        change::write_own(&self.path, lines.as_bytes(), 0o600)
    }
}

fn read(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read(path).map(|bytes| super::text::from_bytes(&bytes)).unwrap_or_default();
    let notes = text.lines().filter_map(|line| super::json::parse(line).ok());
    notes.filter_map(|data| data.as_text().map(str::to_owned)).collect()
}

/// Where the agent keeps what it must not forget: one place for root, one in the home of everybody else.
pub fn state_directory() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/provision");
    }
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    home.join(".local/state/provision")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_on_one_machine_keep_each_others_notes() {
        let directory = tempfile::tempdir().expect("a directory");
        let key = |number: usize| vec![format!("host{number}")];
        std::thread::scope(|scope| {
            for number in 0..8 {
                let directory = directory.path();
                scope.spawn(move || {
                    let mut notes = Notes::open(directory);
                    notes.add(&key(number)).expect("noted");
                    if number % 2 == 0 {
                        notes.settle(&key(number)).expect("settled");
                    }
                });
            }
        });
        assert_eq!(Notes::open(directory.path()).pending(), ["host1", "host3", "host5", "host7"]);
    }
}
