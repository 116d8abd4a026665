//! Modules that a project brings along: the files of `library` folders.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Endings of files that are no modules.
const NO_MODULES: &[&str] =
    &["bak", "cfg", "ini", "json", "md", "pyc", "pyo", "rst", "swp", "txt", "yaml", "yml"];

/// The folders in which modules are looked for, in order.
#[derive(Debug, Default)]
pub struct Library {
    folders: Mutex<Vec<PathBuf>>,
    /// What was found in them, or not: every task asks.
    found: Mutex<HashMap<String, Option<PathBuf>>>,
}

impl Library {
    /// These folders first.
    pub fn new(folders: Vec<PathBuf>) -> Library {
        Library { folders: Mutex::new(folders), found: Mutex::default() }
    }

    /// Looks in the `library` of this playbook's or role's directory, too.
    pub(super) fn add(&self, directory: &Path) {
        let folder = directory.join("library");
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains(&folder) && folder.is_dir() {
            folders.push(folder);
            self.found().clear();
        }
    }

    /// The file of the module with this name.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        if name.contains('/') {
            return None;
        }
        if let Some(known) = self.found().get(name) {
            return known.clone();
        }
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let found = folders.iter().find_map(|folder| find_in(folder, name));
        self.found().insert(name.to_owned(), found.clone());
        found
    }

    fn found(&self) -> MutexGuard<'_, HashMap<String, Option<PathBuf>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file of this name, with any ending, in a folder or the folders in it.
fn find_in(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let own = paths.iter().find(|path| path.is_file() && is_module(path, name)).cloned();
    own.or_else(|| paths.iter().filter(|path| path.is_dir()).find_map(|folder| find_in(folder, name)))
}

fn is_module(path: &Path, name: &str) -> bool {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let ending = text(path.extension());
    let known = text(path.file_name()) == name || text(path.file_stem()) == name;
    known && !NO_MODULES.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_by_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("library");
        std::fs::create_dir_all(folder.join("more")).unwrap();
        for file in ["one", "two.py", "two.pyc", "notes.md", "more/three.sh"] {
            std::fs::write(folder.join(file), "").unwrap();
        }
        let library = Library::default();
        library.add(directory.path());
        let found =
            |name: &str| library.find(name).map(|path| path.strip_prefix(&folder).unwrap().to_owned());
        assert_eq!(found("one"), Some("one".into()));
        assert_eq!(found("two"), Some("two.py".into()));
        assert_eq!(found("three"), Some("more/three.sh".into()));
        assert_eq!(found("notes"), None);
        assert_eq!(found("../library/one"), None);
    }
}
