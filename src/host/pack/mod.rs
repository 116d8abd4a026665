//! Archives that are made of files of the host: written as a stream, so that their size does not matter.

mod filter;
mod tar;
mod zip;

use super::{Content, Failure, Hash, Probe, text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::PathBuf;

/// Bytes that are read at once.
const PART: usize = 256 << 10;

/// An archive that is yet to be made. The same files give the same bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Packing {
    pub format: Format,
    pub members: Vec<Packed>,
    /// Whether it is one file that is only compressed.
    pub single: bool,
}

/// A file of the host and its name in the archive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Packed {
    pub path: String,
    pub name: String,
}

/// How it is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Format {
    Tar,
    Gzip,
    Bzip2,
    Xz,
    Zip,
}

impl Packed {
    /// Where the file is.
    pub fn place(&self) -> PathBuf {
        text::to_path(&self.path)
    }
}

impl Packing {
    /// The content that the archive would have. Files are read once to know it, and once more when it is written.
    pub fn content(self, host: &dyn Probe) -> Result<Content, Failure> {
        let mut measure = Measure { hash: Sha256::new(), size: 0 };
        self.write(host, &mut measure)?;
        let hash = Hash(measure.hash.finalize().into());
        Ok(Content::Packed { packing: Box::new(self), hash, size: measure.size })
    }

    /// Writes the archive.
    pub fn write(&self, host: &dyn Probe, sink: &mut dyn Write) -> Result<(), Failure> {
        match self.format {
            Format::Tar => self.plain(host, sink),
            Format::Zip => zip::write(host, &self.members, sink),
            Format::Bzip2 => filter::through(host, "bzip2", |input| self.plain(host, input), sink),
            Format::Xz => filter::through(host, "xz", |input| self.plain(host, input), sink),
            Format::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(sink, flate2::Compression::default());
                self.plain(host, &mut packer)?;
                packer.finish().map(drop).map_err(cannot)
            }
        }
    }

    fn plain(&self, host: &dyn Probe, sink: &mut dyn Write) -> Result<(), Failure> {
        match self.members.first() {
            Some(member) if self.single => {
                let size = host.follow(&member.place())?.map_or(0, |stat| stat.size);
                copy(host, member, size, sink)
            }
            _ => tar::write(host, &self.members, sink),
        }
    }
}

/// Copies so many bytes of a file; one that has become shorter is filled up with zeros, for its size is written already.
fn copy(host: &dyn Probe, member: &Packed, size: u64, sink: &mut dyn Write) -> Result<(), Failure> {
    let path = member.place();
    let mut offset = 0;
    while offset < size {
        let length = usize::try_from(size - offset).unwrap_or(PART).min(PART);
        let mut part = host.read_part(&path, offset, length)?;
        if part.is_empty() {
            part.resize(length, 0);
        }
        sink.write_all(&part).map_err(cannot)?;
        offset += part.len() as u64;
    }
    Ok(())
}

fn cannot(error: io::Error) -> Failure {
    Failure::new(format!("cannot write the archive: {error}"))
}

/// Counts and hashes what is written.
struct Measure {
    hash: Sha256,
    size: u64,
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{NoContents, System, unpack};
    use std::os::unix::fs::symlink;

    fn packed(format: Format, single: bool, names: &[&str]) -> (System, tempfile::TempDir, Vec<u8>) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/deep")).unwrap();
        std::fs::write(root.path().join("a/one"), "one\n").unwrap();
        std::fs::write(root.path().join("a/deep/two"), vec![7_u8; 700_000]).unwrap();
        symlink("one", root.path().join("a/link")).unwrap();
        let long = format!("a/{}", "long-name-".repeat(20));
        std::fs::write(root.path().join(&long), "long").unwrap();
        let system = System::below(root.path().to_owned(), Box::new(NoContents));
        let names = names.iter().map(|name| (*name).to_owned()).chain((!single).then_some(long));
        let member = |name: String| Packed { path: format!("/{name}"), name };
        let packing = Packing { format, members: names.map(member).collect(), single };
        let mut bytes = Vec::new();
        packing.write(&system, &mut bytes).unwrap();
        let content = packing.content(&system).unwrap();
        assert_eq!((content.hash(), content.size()), (Hash::of(&bytes), bytes.len() as u64));
        (system, root, bytes)
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        for format in [Format::Tar, Format::Gzip, Format::Bzip2, Format::Xz, Format::Zip] {
            let (_, _root, bytes) = packed(format, false, &["a", "a/one", "a/deep", "a/deep/two", "a/link"]);
            let system = System::new(Box::new(NoContents));
            let members = unpack::members(&system, &crate::host::Stored::inline(&bytes).unwrap()).unwrap();
            let paths: Vec<&str> = members.iter().map(|member| member.path.as_str()).take(5).collect();
            assert_eq!(paths, ["a", "a/one", "a/deep", "a/deep/two", "a/link"], "{format:?}");
            let crate::host::tar::MemberKind::File(content) = &members[1].kind else {
                panic!("{:?}", members[1])
            };
            assert_eq!(system.content(content).unwrap(), b"one\n");
            assert_eq!(members[5].path, format!("a/{}", "long-name-".repeat(20)));
            assert_eq!(members[1].mode, 0o644);
        }
    }

    #[test]
    fn one_file_is_only_compressed() {
        let (_, _root, bytes) = packed(Format::Gzip, true, &["a/one"]);
        let mut plain = String::new();
        io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut plain).unwrap();
        assert_eq!(plain, "one\n");
    }
}
