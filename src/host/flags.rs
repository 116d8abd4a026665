//! Attributes of files beyond owner and mode: the flags of `chattr`, the SELinux context.

use super::answer::output_of;
use super::{Failure, Probe, Query, Subject, System, text};
use rustix::fs::{IFlags, Mode, OFlags, ioctl_getflags};
use std::path::Path;

/// Letters of `lsattr`, the bits that they stand for, and Ansible's words for them.
const LETTERS: [(char, u32, &str); 18] = [
    ('s', 0x1, "zero"),
    ('u', 0x2, "undelete"),
    ('S', 0x8, "synchronous"),
    ('D', 0x0001_0000, "dirsync"),
    ('i', 0x10, "immutable"),
    ('a', 0x20, "append"),
    ('d', 0x40, "nodump"),
    ('A', 0x80, "noatime"),
    ('c', 0x4, "compressed"),
    ('E', 0x800, "encrypted"),
    ('j', 0x4000, "journalled"),
    ('I', 0x1000, "indexed"),
    ('t', 0x8000, "notail"),
    ('T', 0x0002_0000, "blockroot"),
    ('e', 0x0008_0000, "extents"),
    ('h', 0x0004_0000, "blocksize"),
    ('C', 0x0080_0000, "nocow"),
    ('N', 0x1000_0000, "inline"),
];

/// The flags that are set, as letters; none where the file system has no flags.
pub fn flags(host: &dyn Probe, path: &Path) -> Result<String, Failure> {
    let subject = Subject::Flags(text::from_path(path));
    Ok(host.ask(&Query::about(subject))?.as_text().unwrap_or_default().to_owned())
}

/// The words for letters.
pub fn words(letters: &str) -> Vec<&'static str> {
    let word = |letter| LETTERS.iter().find(|(known, ..)| *known == letter).map(|(.., word)| *word);
    letters.chars().filter_map(word).collect()
}

/// The flags of a file, by asking the file system.
pub(in crate::host) fn read(system: &System, path: &str) -> String {
    let Some(bits) = open(system, &text::to_path(path)).and_then(|file| ioctl_getflags(file).ok()) else {
        return String::new();
    };
    LETTERS.iter().filter(|(_, bit, _)| bits.bits() & bit != 0).map(|(letter, ..)| *letter).collect()
}

/// Sets the flags of a file; those that have no letter are kept.
pub(in crate::host) fn write(system: &System, path: &Path, letters: &str) -> Result<(), Failure> {
    let file =
        open(system, path).ok_or_else(|| Failure::at(path, "set the flags of", "it cannot be opened"))?;
    let cannot = |error| Failure::at(path, "set the flags of", error);
    let before = ioctl_getflags(&file).map_err(cannot)?.bits();
    let known = LETTERS.iter().fold(0, |bits, (_, bit, _)| bits | bit);
    let wanted = LETTERS
        .iter()
        .filter(|(letter, ..)| letters.contains(*letter))
        .fold(0, |bits, (_, bit, _)| bits | bit);
    let after = IFlags::from_bits_retain(before & !known | wanted);
    rustix::fs::ioctl_setflags(&file, after).map_err(cannot)
}

fn open(system: &System, path: &Path) -> Option<std::os::fd::OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let way = system.way(path, "set the flags of").ok()?;
    rustix::fs::openat(way.directory, way.name, flags, Mode::empty()).ok()
}

/// The flags that `chattr` would leave.
pub fn wanted(argument: &str, before: &str) -> String {
    let (sign, letters) = match argument.split_at_checked(1) {
        Some((sign @ ("+" | "-" | "="), letters)) => (sign, letters),
        _ => ("=", argument),
    };
    match sign {
        "+" => before.chars().chain(letters.chars().filter(|letter| !before.contains(*letter))).collect(),
        "-" => before.chars().filter(|letter| !letters.contains(*letter)).collect(),
        // `e` says how the file is laid out and cannot be taken away.
        _ => letters
            .chars()
            .chain(before.chars().filter(|letter| *letter == 'e' && !letters.contains('e')))
            .collect(),
    }
}

/// Whether both are the same flags in any order.
pub fn same(left: &str, right: &str) -> bool {
    let sorted = |letters: &str| {
        let mut letters: Vec<char> = letters.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(left) == sorted(right)
}

/// The SELinux context; `None` where SELinux is off.
pub fn context(host: &dyn Probe, path: &Path) -> Result<Option<String>, Failure> {
    if host.stat(Path::new("/sys/fs/selinux/enforce"))?.is_none() {
        return Ok(None);
    }
    let said = host.ask(&output_of(&["stat", "-c", "%C", "--", &text::from_path(path)]))?;
    Ok(said.text("stdout").map(|context| context.trim().to_owned()).filter(|context| context.contains(':')))
}
