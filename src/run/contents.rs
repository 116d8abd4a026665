//! Bytes that agents may ask for, by their hash.

use crate::host::{Bytes, Content, Hash};
use crate::source::Diagnostic;
use crate::ssh::AgentBinary;
use crate::wire::{Contents, Make, Served};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

/// Texts up to this many bytes go along with the call.
const INLINE: usize = 8 << 10;

/// Every content of the run: small ones travel with their call, others by hash.
#[derive(Default)]
pub struct ContentStore {
    served: Mutex<HashMap<Hash, Served>>,
    /// The hashes of files, as long as they do not change.
    known: Mutex<HashMap<PathBuf, (SystemTime, Content)>>,
}

impl ContentStore {
    /// Serves the packed binary of a program under the hash of the unpacked one.
    pub fn offer(&self, program: Arc<AgentBinary>) -> Hash {
        let hash = Hash(program.digest);
        let packed = move || program.packed().map_err(|error| error.to_string());
        lock(&self.served).insert(hash, Served::Made(Make(Arc::new(packed))));
        hash
    }

    /// The content of these bytes.
    pub fn inline(&self, bytes: Vec<u8>) -> Content {
        if bytes.len() <= INLINE {
            return Content::Inline(Bytes(bytes));
        }
        let (hash, size) = (Hash::of(&bytes), bytes.len() as u64);
        lock(&self.served).insert(hash, Served::Bytes(Arc::new(bytes)));
        Content::Held { hash, size }
    }

    /// A file that holds the bytes of this hash.
    pub fn serve(&self, hash: Hash, path: &Path) {
        lock(&self.served).insert(hash, Served::File(path.to_owned()));
    }

    /// The content of a file; `decrypt` gives the plain text where it is encrypted.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or decrypted.
    pub fn of_file(
        &self,
        path: &Path,
        decrypt: impl FnOnce(&str) -> Result<Option<String>, Box<Diagnostic>>,
    ) -> Result<Content, Diagnostic> {
        let failed =
            |error: std::io::Error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display()));
        let changed = std::fs::metadata(path).and_then(|meta| meta.modified()).map_err(failed)?;
        if let Some((since, content)) = lock(&self.known).get(path)
            && *since == changed
        {
            return Ok(content.clone());
        }
        let mut file = File::open(path).map_err(failed)?;
        let mut start = Vec::new();
        file.by_ref().take(INLINE as u64 + 1).read_to_end(&mut start).map_err(failed)?;
        if start.starts_with(b"$ANSIBLE_VAULT;") {
            file.read_to_end(&mut start).map_err(failed)?;
            let text = std::str::from_utf8(&start).ok();
            if let Some(plain) = text.map(decrypt).transpose().map_err(|diagnostic| *diagnostic)?.flatten() {
                return Ok(self.inline(plain.into_bytes()));
            }
        }
        let content = self.held(path, start, file).map_err(failed)?;
        lock(&self.known).insert(path.to_owned(), (changed, content.clone()));
        Ok(content)
    }

    /// The content of a file of which the start is read.
    fn held(&self, path: &Path, start: Vec<u8>, rest: File) -> std::io::Result<Content> {
        if start.len() <= INLINE {
            return Ok(Content::Inline(Bytes(start)));
        }
        let (hash, size) = Hash::of_all(start.chain(rest))?;
        lock(&self.served).insert(hash, Served::File(path.to_owned()));
        Ok(Content::Held { hash, size })
    }
}

impl Contents for ContentStore {
    fn find(&self, hash: &Hash) -> Result<Served, String> {
        lock(&self.served).get(hash).cloned().ok_or_else(|| "the controller does not have it".to_owned())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
