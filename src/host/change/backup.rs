//! Copies of files under a new name beside them.

use crate::host::{Failure, Probe, System};
use std::path::Path;

/// Copies a file with its permissions, owner and times.
pub(super) fn backup(system: &System, path: &Path, copy: &Path) -> Result<(), Failure> {
    let stat = system.follow(path)?.ok_or_else(|| Failure::at(path, "back up", "no such file"))?;
    let write = super::Write {
        path: copy.to_owned(),
        content: system.file_content(path)?,
        mode: stat.mode,
        owner: stat.owner,
        before: None,
        validate: None,
        in_place: false,
        modified: Some(stat.modified),
    };
    super::write::write(system, &write)
}
