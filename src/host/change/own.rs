//! The agent's own small files: outside of plans, since they are not what users asked for.

use super::draft::{self, Draft};
use crate::host::Failure;
use rustix::fs::Mode;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes a directory of the agent's own, with its parents, that nobody else can enter.
pub(in crate::host) fn make_own_directory(path: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Failure::at(path, "make the directory", error))
}

/// Replaces a file of the agent's own, whole or not at all. What runs that were cut off left beside it goes.
pub fn write_own(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    make_own_directory(parent)?;
    let cannot = |error: std::io::Error| Failure::at(path, "write", error);
    let directory = File::open(parent).map_err(cannot)?;
    let held = directory.try_clone().map_err(cannot)?.into();
    draft::remove_leftovers(&held);
    let mut draft = Draft::create(held, path)?;
    draft.file.write_all(bytes).map_err(cannot)?;
    rustix::fs::fchmod(&draft.file, Mode::from_raw_mode(mode)).map_err(|error| cannot(error.into()))?;
    draft.file.sync_all().map_err(cannot)?;
    draft.put(path.file_name().unwrap_or_default()).map_err(|error| cannot(error.into()))?;
    directory.sync_all().map_err(cannot)
}

/// Removes what runs that were cut off left in a directory where the agent keeps or passes something.
pub(in crate::host) fn tidy(directory: &Path) {
    if let Ok(directory) = File::open(directory) {
        draft::remove_leftovers(&directory.into());
    }
}
