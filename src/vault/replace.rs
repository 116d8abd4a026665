//! Writing a file whole or not at all.

use crate::source::Diagnostic;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The bytes of a file.
///
/// # Errors
///
/// Where it cannot be read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    fs::read(path).map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display())))
}

/// Writes a file beside and renames it over the old one, whose mode it keeps; a new file is the user's alone.
/// A link stays: what it points at is written.
///
/// # Errors
///
/// Where it cannot be written; the old file is then as it was.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write_beside(&path, bytes)
        .map_err(|error| Diagnostic::error(format!("cannot write `{}`: {error}", path.display())))
}

fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mode = fs::metadata(path).map_or(0o600, |known| known.permissions().mode() & 0o7777);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = fill(&beside, bytes, mode).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn fill(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.sync_all()
}
