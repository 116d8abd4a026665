//! Permissions, owners, times and flags of what is there. Links are never followed.

use crate::host::{Failure, Owner, System, Time, text};
use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid};
use std::fs::File;
use std::path::Path;

pub(super) fn set_mode(system: &System, path: &Path, mode: u32) -> Result<(), Failure> {
    let cannot = |error: rustix::io::Errno| Failure::at(path, "set the mode of", error);
    // The open descriptor names the file itself: a link put there meanwhile is refused, not followed.
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::open(system.real(path), flags, Mode::empty()).map_err(cannot)?;
    let is_link =
        rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(&file).map_err(cannot)?.st_mode).is_symlink();
    if is_link {
        return Err(Failure::at(path, "set the mode of", "it is a symbolic link"));
    }
    let through = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file));
    rustix::fs::chmod(through, Mode::from_raw_mode(mode)).map_err(cannot)
}

pub(super) fn set_owner(system: &System, path: &Path, owner: Owner) -> Result<(), Failure> {
    let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
    rustix::fs::chownat(rustix::fs::CWD, system.real(path), Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|error| Failure::at(path, "set the owner of", error))
}

pub(super) fn set_times(
    system: &System,
    path: &Path,
    accessed: Option<Time>,
    modified: Option<Time>,
) -> Result<(), Failure> {
    let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
    rustix::fs::utimensat(rustix::fs::CWD, system.real(path), &times, AtFlags::SYMLINK_NOFOLLOW)
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
    let mut value = text::to_bytes(context);
    value.push(0);
    rustix::fs::lsetxattr(system.real(path), "security.selinux", &value, rustix::fs::XattrFlags::empty())
        .map_err(|error| Failure::at(path, "set the SELinux context of", error))
}
