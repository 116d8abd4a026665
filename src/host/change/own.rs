//! The agent's own small files: outside of plans, since they are not what users asked for.

use super::write::{ASIDE, random_word};
use crate::host::Failure;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a directory of the agent's own, with its parents, that nobody else can enter.
pub(in crate::host) fn make_own_directory(path: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Failure::at(path, "make the directory", error))
}

/// Replaces a file of the agent's own, whole or not at all.
pub fn write_own(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    make_own_directory(parent)?;
    let aside = parent.join(format!("{ASIDE}{}", random_word()?));
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        fs::File::open(parent)?.sync_all()
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&aside);
        Failure::at(path, "write", error)
    })
}
