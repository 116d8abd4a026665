//! Making a change.

use super::{Change, Done, attributes, backup, draft, remove, write};
use crate::host::{Failure, Owner, System, flags, http, process, wait};
use rustix::fs::{AtFlags, FileType, Mode};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::path::Path;

impl Change {
    /// Makes the change.
    pub fn apply(&self, system: &System) -> Result<Done, Failure> {
        match self {
            Change::Write(file) => write::write(system, file)?,
            Change::Directory { path, mode, owner } => make_directory(system, path, *mode, *owner)?,
            Change::Mode { path, after, .. } => attributes::set_mode(system, path, *after)?,
            Change::Owner { path, after, .. } => attributes::set_owner(system, path, *after)?,
            Change::Times { path, accessed, modified } => {
                attributes::set_times(system, path, *accessed, *modified)?;
            }
            Change::Flags { path, after, .. } => flags::write(system, path, after)?,
            Change::Context { path, after, .. } => attributes::set_context(system, path, after)?,
            Change::Link { path, target, .. } => link(system, path, target)?,
            Change::HardLink { path, target } => hard_link(system, path, target)?,
            Change::Remove { path, .. } => remove::remove(system, path)?,
            Change::Rename { from, to } => rename(system, from, to)?,
            Change::Backup { path, copy } => backup::backup(system, path, copy)?,
            Change::Run(run) => return process::run_judged(system, run).map(Done::Ran),
            Change::Docker(order) => return order.give(system),
            Change::Request(exchange) => {
                let answer = http::send(system, exchange);
                system.answered.replace(Some(answer.clone()));
                return Ok(Done::Answered(answer));
            }
            Change::Wait(condition) => return wait::wait(system, condition).map(Done::Said),
            Change::Start(start) => return start.carry_out(system).map(Done::Said),
        }
        Ok(Done::Made)
    }
}

/// Makes a directory that nobody else can enter, then gives it its owner and permissions.
fn make_directory(system: &System, path: &Path, mode: u32, owner: Owner) -> Result<(), Failure> {
    let cannot = |error: Errno| Failure::at(path, "make the directory", error);
    let way = system.way(path, "make the directory")?;
    match rustix::fs::mkdirat(&way.directory, &way.name, Mode::RWXU) {
        Err(Errno::EXIST) if way.kind() == Some(FileType::Directory) => {}
        made => made.map_err(cannot)?,
    }
    let made = way.open().map_err(cannot)?;
    let found = rustix::fs::fstat(&made).map_err(cannot)?;
    if (found.st_uid, found.st_gid) != (owner.uid, owner.gid) {
        attributes::give(&made, owner).map_err(|error| Failure::at(path, "set the owner of", error))?;
    }
    attributes::permit(&made, mode).map_err(|error| Failure::at(path, "set the mode of", error))
}

/// Puts a link in place of whatever link or file is there, at once.
fn link(system: &System, path: &Path, target: &Path) -> Result<(), Failure> {
    through_aside(system, path, |directory, aside| rustix::fs::symlinkat(target, directory, aside))
}

fn hard_link(system: &System, path: &Path, target: &Path) -> Result<(), Failure> {
    let other = system.way(target, "link to")?;
    through_aside(system, path, |directory, aside| {
        rustix::fs::linkat(&other.directory, &other.name, directory, aside, AtFlags::empty())
    })
}

fn through_aside(
    system: &System,
    path: &Path,
    make: impl Fn(&OwnedFd, &str) -> Result<(), Errno>,
) -> Result<(), Failure> {
    let cannot = |error: Errno| Failure::at(path, "link", error);
    let way = system.way(path, "link")?;
    if system.directories.is_first(system.real(path).parent().unwrap_or(Path::new("/"))) {
        draft::remove_leftovers(&way.directory);
    }
    let _lock = draft::lock_for_links(&way.directory);
    let aside = draft::aside_name()?;
    make(&way.directory, &aside).map_err(cannot)?;
    let renamed = rustix::fs::renameat(&way.directory, &aside, &way.directory, &way.name);
    // Two names of one file: the rename does nothing, and the name aside stays.
    let _ = rustix::fs::unlinkat(&way.directory, &aside, AtFlags::empty());
    renamed.map_err(cannot)
}

fn rename(system: &System, from: &Path, to: &Path) -> Result<(), Failure> {
    let (from_way, to_way) = (system.way(from, "rename")?, system.way(to, "rename to")?);
    rustix::fs::renameat(&from_way.directory, &from_way.name, &to_way.directory, &to_way.name)
        .map_err(|error| Failure::at(from, "rename", error))
}
