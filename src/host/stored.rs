//! Bytes that lie in a file: what is too long for memory is passed on as its place.

use super::change::aside_name;
use super::{Content, Failure, Hash};
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// Bytes that lie in a file, which is held open: all of it, or a part.
#[derive(Clone, Debug)]
pub struct Stored {
    file: Arc<File>,
    start: u64,
    pub size: u64,
}

impl PartialEq for Stored {
    fn eq(&self, other: &Stored) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && (self.start, self.size) == (other.start, other.size)
    }
}

impl Eq for Stored {}

impl Stored {
    /// All of a file.
    pub fn of(file: File) -> io::Result<Stored> {
        let size = file.metadata()?.len();
        Ok(Stored { file: Arc::new(file), start: 0, size })
    }

    /// Bytes at hand, stored all the same.
    pub fn inline(bytes: &[u8]) -> io::Result<Stored> {
        let mut store = Store::new()?;
        store.write_all(bytes)?;
        Ok(store.since(0))
    }

    /// A part; `None` where these bytes end before it.
    pub fn part(&self, start: u64, size: u64) -> Option<Stored> {
        let fits = start.checked_add(size)? <= self.size;
        fits.then(|| Stored { file: self.file.clone(), start: self.start + start, size })
    }

    /// So many bytes from there on; fewer where they end before.
    pub fn bytes(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let left = self.size.saturating_sub(start).min(length as u64);
        Reader { stored: self, at: start }.take(left).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads them from the beginning.
    pub fn reader(&self) -> impl BufRead + '_ {
        BufReader::with_capacity(64 << 10, Reader { stored: self, at: 0 })
    }

    pub fn hash(&self) -> io::Result<Hash> {
        let mut hash = Sha256::new();
        self.each_part(|part| hash.update(part))?;
        Ok(Hash(hash.finalize().into()))
    }

    /// Gives all bytes, part by part.
    pub fn each_part(&self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let mut reader = self.reader();
        loop {
            let part = reader.fill_buf()?;
            let length = part.len();
            if length == 0 {
                return Ok(());
            }
            take(part);
            reader.consume(length);
        }
    }

    /// The same as a content, with its hash.
    pub fn content(self) -> Result<Content, Failure> {
        let hash =
            self.hash().map_err(|error| Failure::new(format!("cannot read a stored file: {error}")))?;
        Ok(Content::Stored { stored: self, hash })
    }

    /// The same as a content: at hand where it is no longer than that.
    pub fn short_or_stored(self, longest: u64) -> io::Result<Content> {
        if self.size <= longest {
            return self.bytes(0, self.size as usize).map(Content::inline);
        }
        let hash = self.hash()?;
        Ok(Content::Stored { stored: self, hash })
    }

    /// The file, for a program that reads or writes it from its beginning.
    pub(in crate::host) fn file(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(self.start))?;
        Ok(file)
    }
}

struct Reader<'a> {
    stored: &'a Stored,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.stored.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..room) else { return Ok(0) };
        let count = self.stored.file.read_at(buffer, self.stored.start + self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// A file of the agent's own that is filled bit by bit.
pub struct Store {
    file: Arc<File>,
    at: u64,
}

impl Store {
    pub fn new() -> io::Result<Store> {
        Ok(Store { file: Arc::new(nameless()?), at: 0 })
    }

    /// Where the next bytes will lie.
    pub fn end(&self) -> u64 {
        self.at
    }

    /// What was written from there on.
    pub fn since(&self, start: u64) -> Stored {
        Stored { file: self.file.clone(), start, size: self.at.saturating_sub(start) }
    }

    /// Takes all that a reader gives, which may be so much.
    pub fn take(&mut self, reader: impl Read, most: u64) -> io::Result<Stored> {
        let start = self.at;
        let count = io::copy(&mut reader.take(most.saturating_add(1)), self)?;
        if count > most {
            Err(io::Error::other(format!("it has more than {most} bytes")))
        } else {
            Ok(self.since(start))
        }
    }
}

impl Write for Store {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write_at(bytes, self.at)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file without a name: it goes when it is closed, whatever becomes of the agent. `/var/tmp` is where large ones belong.
pub(in crate::host) fn nameless() -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let places = [Path::new("/var/tmp").to_owned(), std::env::temp_dir()];
    for place in &places {
        if let Ok(file) = rustix::fs::open(place, flags, Mode::RUSR | Mode::WUSR) {
            return Ok(file.into());
        }
    }
    // The file system knows no files without a name.
    let [_, place] = places;
    let path = place.join(aside_name().map_err(io::Error::other)?);
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    // Another agent that tidies up may have been faster.
    let _ = std::fs::remove_file(&path);
    Ok(file)
}
