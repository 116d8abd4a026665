//! Removing what is there, through open directories so that nobody can lead it elsewhere.

use crate::host::{Failure, Probe, System};
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Removes whatever is there; a directory with all that is in it. Links are removed, never followed.
pub(super) fn remove(system: &System, path: &Path) -> Result<(), Failure> {
    let what = "remove";
    // Where its directory is gone, so is what is in it.
    if system.stat(path)?.is_none() {
        return Ok(());
    }
    let way = system.way(path, what)?;
    remove_at(way.directory.as_fd(), &way.name).map_err(|error| Failure::at(path, what, error))?;
    system.directories.sync_later(system.real(path).parent().unwrap_or(Path::new("/")));
    Ok(())
}

fn remove_at(directory: BorrowedFd, name: &OsStr) -> Result<(), Errno> {
    match rustix::fs::unlinkat(directory, name, AtFlags::empty()) {
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(Errno::NOENT) => return Ok(()),
        removed => return removed,
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let inner = rustix::fs::openat(directory, name, flags, Mode::empty())?;
    for name in names(&inner)? {
        remove_at(inner.as_fd(), OsStr::from_bytes(name.as_bytes()))?;
    }
    match rustix::fs::unlinkat(directory, name, AtFlags::REMOVEDIR) {
        Err(Errno::NOENT) => Ok(()),
        removed => removed,
    }
}

fn names(directory: &std::os::fd::OwnedFd) -> Result<Vec<CString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    Ok(names)
}
