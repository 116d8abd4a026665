//! What the program finds around it: the environment, files, its directory.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The world that settings are read from; another one in tests.
pub trait Surroundings {
    /// All variables of the environment, in any order.
    fn variables(&self) -> Vec<(String, String)>;

    /// The text of a file.
    ///
    /// # Errors
    /// It is not there, cannot be read or is no text.
    fn read(&self, path: &Path) -> io::Result<String>;

    fn is_file(&self, path: &Path) -> bool;

    fn exists(&self, path: &Path) -> bool;

    /// Whether anybody may write into a directory.
    fn is_world_writable(&self, directory: &Path) -> bool;

    /// The working directory.
    fn directory(&self) -> PathBuf;

    /// A variable of the environment; none where it is empty.
    fn variable(&self, name: &str) -> Option<String> {
        let found = self.variables().into_iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The user's home.
    fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").map(PathBuf::from)
    }
}

/// The real world.
pub struct Here;

impl Surroundings for Here {
    fn variables(&self) -> Vec<(String, String)> {
        let all = std::env::vars_os();
        all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_world_writable(&self, directory: &Path) -> bool {
        std::fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
    }

    fn directory(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
    }
}
