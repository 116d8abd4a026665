//! Files that are read and written whole: the standard streams too.

use crate::source::Diagnostic;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Stands for the standard streams.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The bytes of a file, or of the standard input.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = match is_stream(path) {
        true => io::stdin().read_to_end(&mut bytes).map(drop),
        false => fs::read(path).map(|content| bytes = Zeroizing::new(content)),
    };
    read.map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display())))?;
    Ok(bytes)
}

/// Replaces a file in one step, keeping who may read it; a new one is the user's alone.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let written = match is_stream(path) {
        true => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
        false => replace(&path.canonicalize().unwrap_or_else(|_| path.to_owned()), bytes),
    };
    written.map_err(|error| Diagnostic::error(format!("cannot write `{}`: {error}", path.display())))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mode = fs::metadata(path).map_or(0o600, |known| known.mode() & 0o7777);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside: PathBuf = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        fs::set_permissions(&beside, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}
