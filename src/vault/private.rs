//! A file in memory that only its user can read, and that is wiped when it is no longer needed.

use crate::source::Diagnostic;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The kinds of file systems that keep nothing on a disk: tmpfs and ramfs.
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// A private directory in memory with one file, so that what an editor leaves beside it goes too.
pub(super) struct Private {
    folder: PathBuf,
    pub(super) path: PathBuf,
}

impl Private {
    /// Makes the file, named as `name` so that an editor knows its kind.
    ///
    /// # Errors
    ///
    /// Where there is no place in memory, or it cannot be written.
    pub(super) fn new(name: &Path, content: &[u8]) -> Result<Private, Diagnostic> {
        let name = name.file_name().unwrap_or("vault.yml".as_ref());
        let places =
            std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).into_iter().chain(["/dev/shm".into()]);
        let mut tried = Vec::new();
        for place in places.filter(|place| is_in_memory(place)) {
            let folder = place.join(format!("provision-{}", random_name()?));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    let private = Private { path: folder.join(name), folder };
                    return private.write(content).map(|()| private);
                }
                Err(error) => tried.push(format!("{}: {error}", place.display())),
            }
        }
        let error = Diagnostic::error(
            "there is no place in memory for the plain text, and it is never put on a disk",
        );
        let hint = if tried.is_empty() {
            "XDG_RUNTIME_DIR or /dev/shm must be a tmpfs".to_owned()
        } else {
            tried.join(", ")
        };
        Err(error.hint(hint))
    }

    fn write(&self, content: &[u8]) -> Result<(), Diagnostic> {
        let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
        open.and_then(|mut file| file.write_all(content)).map_err(|error| {
            Diagnostic::error(format!("cannot write the plain text for the editor: {error}"))
        })
    }

    /// What the file holds now.
    ///
    /// # Errors
    ///
    /// Where it is gone.
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
        let bytes = fs::read(&self.path);
        bytes
            .map(Zeroizing::new)
            .map_err(|error| Diagnostic::error(format!("the edited text is gone: {error}")))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            wipe(&entry.path());
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn wipe(path: &Path) {
    let length = fs::symlink_metadata(path).map_or(0, |known| if known.is_file() { known.len() } else { 0 });
    if let (Ok(mut file), Ok(length)) = (OpenOptions::new().write(true).open(path), usize::try_from(length)) {
        let _ = file.write_all(&vec![0; length]);
    }
    let _ = fs::remove_file(path);
}

fn is_in_memory(place: &Path) -> bool {
    rustix::fs::statfs(place)
        .is_ok_and(|known| u64::try_from(known.f_type).is_ok_and(|kind| IN_MEMORY.contains(&kind)))
}

fn random_name() -> Result<String, Diagnostic> {
    let mut bytes = [0; 12];
    super::cipher::random(&mut bytes)
        .map_err(|error| Diagnostic::error(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
