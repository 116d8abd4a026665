//! What must not be forgotten between runs: notifications whose handlers have not run, kept on the host.

use super::{Failure, change};
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
        if keys.iter().all(|key| self.pending.contains(key)) {
            return Ok(());
        }
        self.edit(|pending| pending.extend(keys.iter().cloned()))
    }

    /// Forgets notifications: their handlers have run.
    pub fn settle(&mut self, keys: &[String]) -> Result<(), Failure> {
        if !keys.iter().any(|key| self.pending.contains(key)) {
            return Ok(());
        }
        self.edit(|pending| pending.retain(|key| !keys.contains(key)))
    }

    /// Changes the file alone: a host that has several names has several sessions, which note in one file.
    fn edit(&mut self, change: impl FnOnce(&mut BTreeSet<String>)) -> Result<(), Failure> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        change::make_own_directory(directory)?;
        let cannot = |error: std::io::Error| Failure::at(directory, "lock", error);
        let alone = File::open(directory).map_err(cannot)?;
        alone.lock().map_err(cannot)?;
        self.pending = read(&self.path);
        change(&mut self.pending);
        let lines: String =
            self.pending.iter().map(|key| super::json::print(&key.as_str().into()) + "\n").collect();
        change::write_own(&self.path, lines.as_bytes(), 0o600)
    }
}

fn read(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read(path).map(|bytes| super::text::from_bytes(&bytes)).unwrap_or_default();
    let pending = text.lines().filter_map(|line| super::json::parse(line).ok());
    pending.filter_map(|data| data.as_text().map(str::to_owned)).collect()
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
    use super::Notes;

    #[test]
    fn sessions_of_one_host_note_in_one_file() {
        let directory = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..4).map(|name| format!("host {name}")).collect();
        std::thread::scope(|scope| {
            for name in &names {
                let mut notes = Notes::open(directory.path());
                scope.spawn(move || {
                    for round in 0..10 {
                        notes.add(&[format!("{name} keeps {round}"), format!("{name} forgets")]).unwrap();
                        notes.settle(&[format!("{name} forgets")]).unwrap();
                    }
                });
            }
        });
        let pending = Notes::open(directory.path()).pending();
        assert_eq!(pending.len(), 40);
        assert!(pending.iter().all(|note| note.contains("keeps")));
    }
}
