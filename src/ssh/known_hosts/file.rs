//! The lines of all known_hosts files that speak of one host.

use super::line::{Line, Marker};
use super::pattern;
use russh::keys::ssh_key::public::KeyData;
use std::path::{Path, PathBuf};

/// A key that is recorded for a host.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub marker: Marker,
    pub key: KeyData,
    pub place: Place,
}

/// A line of a file; counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "`{}:{}`", self.path.display(), self.line)
    }
}

/// Everything that the files say of a name, in their order. A file that cannot be read says nothing.
pub(super) fn entries(files: &[PathBuf], name: &str) -> Vec<Entry> {
    files.iter().flat_map(|path| in_file(path, name)).collect()
}

fn in_file(path: &Path, name: &str) -> Vec<Entry> {
    let content = std::fs::read(path).unwrap_or_default();
    in_text(&String::from_utf8_lossy(&content), path, name)
}

fn in_text(text: &str, path: &Path, name: &str) -> Vec<Entry> {
    let entry = |(index, line): (usize, &str)| {
        let line = Line::parse(line).filter(|line| pattern::names(name, line.names))?;
        let place = Place { path: path.to_owned(), line: index + 1 };
        Some(Entry { marker: line.marker, key: line.key()?, place })
    };
    text.split('\n').enumerate().filter_map(entry).collect()
}
