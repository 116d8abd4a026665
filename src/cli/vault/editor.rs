//! The user's editor, on a file that only the user can read and that is gone afterwards.

use crate::source::Diagnostic;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use zeroize::Zeroizing;

/// A directory of our own, removed with all that is in it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lets the user edit a text; the file is called `name`, so that the editor knows what it holds.
///
/// # Errors
/// The editor cannot be started, or says that it failed.
pub fn edit(text: &str, name: &Path) -> Result<Zeroizing<String>, Diagnostic> {
    let failed = |error: std::io::Error| Diagnostic::error(format!("cannot edit: {error}"));
    let folder = folder().map_err(failed)?;
    let path = folder.0.join(name.file_name().unwrap_or("vault.yml".as_ref()));
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let editor = std::env::var("EDITOR").ok().filter(|editor| !editor.trim().is_empty());
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let script = format!("{editor} \"$1\"");
    let status = Command::new("sh").args(["-c", &script, "sh"]).arg(&path).status().map_err(failed)?;
    if !status.success() {
        return Err(Diagnostic::error(format!("the editor `{editor}` failed: {status}"))
            .hint("nothing was changed; `EDITOR` names another one"));
    }
    fs::read_to_string(&path).map(Zeroizing::new).map_err(failed)
}

/// In memory where that can be had.
fn folder() -> std::io::Result<Folder> {
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let mut random = [0; 8];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
    let path = root.join(format!("provision-{:016x}", u64::from_ne_bytes(random)));
    fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(Folder(path))
}
