//! Making a change.

use super::{Change, Done, attributes, backup, remove, write};
use crate::host::{Failure, Kind, Owner, Probe, System, flags, http, process, wait};
use rustix::fs::Mode;
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
    let real = system.real(path);
    let cannot = |error: rustix::io::Errno| Failure::at(path, "make the directory", error);
    match rustix::fs::mkdir(&real, Mode::RWXU) {
        Err(rustix::io::Errno::EXIST)
            if system.stat(path)?.is_some_and(|stat| stat.kind == Kind::Directory) => {}
        made => made.map_err(cannot)?,
    }
    if system.stat(path)?.is_some_and(|stat| stat.owner != owner) {
        attributes::set_owner(system, path, owner)?;
    }
    attributes::set_mode(system, path, mode)
}

/// Puts a link in place of whatever link or file is there, at once.
fn link(system: &System, path: &Path, target: &Path) -> Result<(), Failure> {
    through_aside(system, path, |aside| rustix::fs::symlink(target, aside))
}

fn hard_link(system: &System, path: &Path, target: &Path) -> Result<(), Failure> {
    through_aside(system, path, |aside| rustix::fs::link(system.real(target), aside))
}

fn through_aside(
    system: &System,
    path: &Path,
    make: impl Fn(&Path) -> Result<(), rustix::io::Errno>,
) -> Result<(), Failure> {
    let real = system.real(path);
    let cannot = |error: rustix::io::Errno| Failure::at(path, "link", error);
    let aside = real.with_file_name(format!("{}{}", write::ASIDE, write::random_word()?));
    make(&aside).map_err(cannot)?;
    rustix::fs::rename(&aside, &real).map_err(|error| {
        let _ = rustix::fs::unlink(&aside);
        cannot(error)
    })?;
    // Two names of one file: the rename does nothing, and the name aside stays.
    let _ = rustix::fs::unlink(&aside);
    Ok(())
}

fn rename(system: &System, from: &Path, to: &Path) -> Result<(), Failure> {
    rustix::fs::rename(system.real(from), system.real(to)).map_err(|error| Failure::at(from, "rename", error))
}
