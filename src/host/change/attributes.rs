//! Permissions, owners, times and flags of what is there. Links are never followed.

use crate::host::{Failure, Owner, System, Time, text, way};
use rustix::fs::{AtFlags, FileType, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags};
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

pub(super) fn set_mode(system: &System, path: &Path, mode: u32) -> Result<(), Failure> {
    let what = "set the mode of";
    let cannot = |error: Errno| Failure::at(path, what, error);
    let held = system.way(path, what)?.open().map_err(cannot)?;
    let found = rustix::fs::fstat(&held).map_err(cannot)?;
    if FileType::from_raw_mode(found.st_mode).is_symlink() {
        return Err(Failure::at(path, what, "it is a symbolic link"));
    }
    permit(&held, mode).map_err(cannot)
}

pub(super) fn set_owner(system: &System, path: &Path, owner: Owner) -> Result<(), Failure> {
    let what = "set the owner of";
    let cannot = |error: Errno| Failure::at(path, what, error);
    give(&system.way(path, what)?.open().map_err(cannot)?, owner).map_err(cannot)
}

/// Sets the permissions of what is held open.
pub(super) fn permit(held: &OwnedFd, mode: u32) -> Result<(), Errno> {
    rustix::fs::chmod(way::shown(held), Mode::from_raw_mode(mode))
}

/// Sets the owner of what is held open.
pub(super) fn give(held: &OwnedFd, owner: Owner) -> Result<(), Errno> {
    let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    rustix::fs::chownat(held, c"", Some(uid), Some(gid), AtFlags::EMPTY_PATH)
}

pub(super) fn set_times(
    system: &System,
    path: &Path,
    accessed: Option<Time>,
    modified: Option<Time>,
) -> Result<(), Failure> {
    let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
    let way = system.way(path, "set the times of")?;
    rustix::fs::utimensat(&way.directory, &way.name, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|error| Failure::at(path, "set the times of", error))
}

pub(super) fn set_file_times(file: &File, modified: Time) -> Result<(), rustix::io::Errno> {
    let times = Timestamps { last_access: timespec(None), last_modification: timespec(Some(modified)) };
    rustix::fs::futimens(file, &times)
}

fn timespec(time: Option<Time>) -> Timespec {
    match time {
        Some(time) => Timespec { tv_sec: time.seconds, tv_nsec: i64::from(time.nanoseconds) },
        None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
    }
}

pub(super) fn set_context(system: &System, path: &Path, context: &str) -> Result<(), Failure> {
    let what = "set the SELinux context of";
    let cannot = |error: Errno| Failure::at(path, what, error);
    let mut value = text::to_bytes(context);
    value.push(0);
    let held = system.way(path, what)?.open().map_err(cannot)?;
    rustix::fs::setxattr(way::shown(&held), "security.selinux", &value, XattrFlags::empty()).map_err(cannot)
}
