//! What is done once for a directory, however many files are written into it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The directories that a session has written into.
#[derive(Default)]
pub struct Directories {
    /// Those in which nothing is left of runs that were cut off.
    swept: RefCell<BTreeSet<PathBuf>>,
    /// Those whose names may not yet be on the disk.
    unsynced: RefCell<BTreeSet<PathBuf>>,
}

impl Directories {
    /// Whether this is the first time that somebody asks for this one.
    pub fn is_first(&self, directory: &Path) -> bool {
        self.swept.borrow_mut().insert(directory.to_owned())
    }

    /// Notes that a name in this one has changed. The content is on the disk already, so that a crash leaves the old file or
    /// the new one; which of the two, the next run sees.
    pub fn sync_later(&self, directory: &Path) {
        self.unsynced.borrow_mut().insert(directory.to_owned());
    }

    /// Makes sure of all names.
    pub fn sync(&self) {
        for directory in self.unsynced.take() {
            // One that is gone by now needs nothing.
            let _ = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
        }
    }
}
