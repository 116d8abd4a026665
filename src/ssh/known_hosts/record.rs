//! Writing down a host's keys.

use super::{line, pattern};
use russh::keys::ssh_key::public::KeyData;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Appends keys of a host to a file: readable by its owner alone, each line written in one piece, the name hashed if
/// asked for.
///
/// # Errors
/// Where the file or its directory cannot be made or written.
pub(in crate::ssh) fn append(path: &Path, name: &str, keys: &[KeyData], hash: bool) -> io::Result<()> {
    let mut text = String::new();
    for key in keys {
        let names = if hash { hashed(name)? } else { name.to_owned() };
        text += &line::write(&names, key).ok_or_else(|| io::Error::other("a key that cannot be written"))?;
    }
    let mut file = open(path)?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
    if !ends_with_line_break(&mut file)? {
        text.insert(0, '\n');
    }
    file.write_all(text.as_bytes())?;
    // `/dev/null` stands for a file by those who want none, and cannot be synced.
    if file.metadata()?.is_file() { file.sync_data() } else { Ok(()) }
}

fn hashed(name: &str) -> io::Result<String> {
    let mut salt = [0; 20];
    File::open("/dev/urandom")?.read_exact(&mut salt)?;
    pattern::hashed(name, &salt).ok_or_else(|| io::Error::other("no hash of the name"))
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent().filter(|directory| !directory.exists()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

fn ends_with_line_break(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
