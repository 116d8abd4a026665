//! What must not be forgotten between runs: notifications whose handlers have not run, kept on the host.

use super::{Failure, change};
use std::collections::BTreeSet;
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
        let text = std::fs::read(&path).map(|bytes| super::text::from_bytes(&bytes)).unwrap_or_default();
        let pending = text.lines().filter_map(|line| super::json::parse(line).ok());
        let pending = pending.filter_map(|data| data.as_text().map(str::to_owned)).collect();
        Notes { path, pending }
    }

    /// The notifications whose handlers have not run.
    pub fn pending(&self) -> Vec<String> {
        self.pending.iter().cloned().collect()
    }

    /// Writes down notifications, before the change that causes them is made.
    pub fn add(&mut self, keys: &[String]) -> Result<(), Failure> {
        let before = self.pending.len();
        self.pending.extend(keys.iter().cloned());
        if self.pending.len() == before { Ok(()) } else { self.save() }
    }

    /// Forgets notifications: their handlers have run.
    pub fn settle(&mut self, keys: &[String]) -> Result<(), Failure> {
        let before = self.pending.len();
        keys.iter().for_each(|key| {
            self.pending.remove(key);
        });
        if self.pending.len() == before { Ok(()) } else { self.save() }
    }

    fn save(&self) -> Result<(), Failure> {
        let lines: String =
            self.pending.iter().map(|key| super::json::print(&key.as_str().into()) + "\n").collect();
        change::write_own(&self.path, lines.as_bytes(), 0o600)
    }
}

/// Where the agent keeps what it must not forget: one place for root, one in the home of everybody else.
pub fn state_directory() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/provision");
    }
    let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    home.join(".local/state/provision")
}
