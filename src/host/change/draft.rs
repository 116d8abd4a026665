//! Files that are not yet in place, and what is left of them when a run is cut off.

use crate::host::Failure;
use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// How names begin of what is not yet in place; what a run that was cut off left of them, the next removes.
const ASIDE: &str = ".provision-aside-";

/// How often a file is made anew that others took for a leftover.
const TRIES: usize = 8;

/// A name that nobody can guess, for what is not yet in place.
pub(in crate::host) fn aside_name() -> Result<String, Failure> {
    Ok(format!("{ASIDE}{}-{}", std::process::id(), random_word()?))
}

/// Letters that nobody can guess.
pub fn random_word() -> Result<String, Failure> {
    let mut bytes = [0_u8; 12];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| format!("no random numbers: {error}"))?;
    Ok(crate::host::hex(&bytes))
}

/// A file that is not yet in place. It is removed unless it is put there.
pub struct Draft {
    pub directory: OwnedFd,
    pub name: String,
    pub file: File,
    placed: bool,
}

impl Draft {
    /// Makes a new file that nobody else can read. `path` is where it is to go, for the failure.
    pub fn create(directory: OwnedFd, path: &Path) -> Result<Draft, Failure> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for _ in 0..TRIES {
            let name = aside_name()?;
            let file = rustix::fs::openat(&directory, &name, flags, Mode::RUSR | Mode::WUSR);
            let file = File::from(file.map_err(|error| Failure::at(path, "write beside", error))?);
            if hold(&directory, &name, &file) {
                return Ok(Draft { directory, name, file, placed: false });
            }
        }
        Err(Failure::at(path, "write beside", "what is made there is gone at once"))
    }

    /// A file in a directory for passing things, with this content and these permissions. It goes when this is dropped.
    pub fn passing(directory: &Path, bytes: &[u8], mode: Mode) -> Result<Draft, Failure> {
        let opened =
            rustix::fs::open(directory, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let mut draft =
            Draft::create(opened.map_err(|error| Failure::at(directory, "write into", error))?, directory)?;
        let cannot = |error: std::io::Error| Failure::at(&directory.join(&draft.name), "write", error);
        draft.file.write_all(bytes).map_err(cannot)?;
        rustix::fs::fchmod(&draft.file, mode).map_err(|error| cannot(error.into()))?;
        // Nobody can run what somebody may still write into.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&draft.directory, &draft.name, flags, Mode::empty());
        let file = File::from(file.map_err(|error| cannot(error.into()))?);
        hold(&draft.directory, &draft.name, &file);
        draft.file = file;
        Ok(draft)
    }

    /// Puts the file in place of whatever has the name.
    pub fn put(&mut self, name: &OsStr) -> Result<(), Errno> {
        rustix::fs::renameat(&self.directory, &self.name, &self.directory, name)?;
        self.placed = true;
        Ok(())
    }
}

/// Locks a file: that tells others whether whoever made it is still at work. One who looked before it was locked has removed
/// it; whether it is still there is told.
///
/// The name is asked for: not every file system counts links.
fn hold(directory: &OwnedFd, name: &str, file: &File) -> bool {
    let _ = rustix::fs::flock(file, FlockOperation::LockShared);
    rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
    }
}

/// A link that is not yet in place has no lock of its own: while there is one, its directory has one that others share.
pub(super) fn lock_for_links(directory: &OwnedFd) -> Option<OwnedFd> {
    let directory = readable(directory)?;
    let _ = rustix::fs::flock(&directory, FlockOperation::NonBlockingLockShared);
    Some(directory)
}

/// Removes what a run that was cut off left in a directory.
pub fn remove_leftovers(directory: &OwnedFd) {
    let Some(directory) = readable(directory) else { return };
    let Ok(entries) = Dir::read_from(&directory) else { return };
    for entry in entries.flatten() {
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name.as_bytes().starts_with(ASIDE.as_bytes()) {
            remove_if_left(&directory, name);
        }
    }
}

/// Removes what nobody is at work on, while nobody can begin to be.
fn remove_if_left(directory: &OwnedFd, name: &OsStr) {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let remove = |held: &OwnedFd| {
        if rustix::fs::flock(held, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
            let _ = rustix::fs::flock(held, FlockOperation::Unlock);
        }
    };
    match rustix::fs::openat(directory, name, flags, Mode::empty()) {
        Ok(file) => remove(&file),
        Err(Errno::LOOP) => remove(directory),
        Err(_) => {}
    }
}

fn readable(directory: &OwnedFd) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(directory, c".", flags, Mode::empty()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_its_name_is_however_links_are_counted() {
        let root = tempfile::tempdir().unwrap();
        let directory: OwnedFd = File::open(root.path()).unwrap().into();
        let file = File::create(root.path().join("a")).unwrap();
        std::fs::remove_file(root.path().join("a")).unwrap();
        assert!(!hold(&directory, "a", &file));
        // A file that counts no links, and a name that is there.
        std::fs::write(root.path().join("a"), "").unwrap();
        assert!(hold(&directory, "a", &file));
    }
}
