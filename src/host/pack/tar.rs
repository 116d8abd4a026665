//! Writing archives of tar: ustar, with the extension of POSIX for what does not fit.

use super::{Packed, cannot, copy};
use crate::host::{Failure, Kind, Probe, Stat, text, users};
use std::io::Write;

/// The size of a head, and what contents are filled up to.
const BLOCK: usize = 512;
/// The largest number that fits into the field of a size, in octal digits.
const MOST_SIZE: u64 = 0o77_777_777_777;

/// Writes all members and the end of the archive.
pub(super) fn write(host: &dyn Probe, members: &[Packed], sink: &mut dyn Write) -> Result<(), Failure> {
    for member in members {
        put(host, member, sink)?;
    }
    sink.write_all(&[0; 2 * BLOCK]).map_err(cannot)
}

fn put(host: &dyn Probe, member: &Packed, sink: &mut dyn Write) -> Result<(), Failure> {
    let path = member.place();
    let Some(stat) = host.stat(&path)? else { return Ok(()) };
    let (kind, size, link) = match stat.kind {
        Kind::File => (b'0', stat.size, Vec::new()),
        Kind::Directory => (b'5', 0, Vec::new()),
        Kind::Link => (b'2', 0, text::to_bytes(&text::from_path(&host.read_link(&path)?))),
        Kind::Fifo => (b'6', 0, Vec::new()),
        // Sockets and devices are nothing that could be kept.
        _ => return Ok(()),
    };
    let slash = if kind == b'5' { "/" } else { "" };
    let name = text::to_bytes(&format!("{}{slash}", member.name));
    let head =
        Head { name, link, kind, size, user: user(host, &stat)?, group: group(host, &stat)?, stat: &stat };
    head.write(sink)?;
    if kind == b'0' {
        copy(host, member, size, sink)?;
        fill(size, sink)?;
    }
    Ok(())
}

fn user(host: &dyn Probe, stat: &Stat) -> Result<String, Failure> {
    Ok(users::user_with(host, stat.owner.uid)?.map_or_else(String::new, |user| user.name))
}

fn group(host: &dyn Probe, stat: &Stat) -> Result<String, Failure> {
    Ok(users::group_with(host, stat.owner.gid)?.map_or_else(String::new, |group| group.name))
}

/// What stands before a content.
struct Head<'a> {
    name: Vec<u8>,
    link: Vec<u8>,
    kind: u8,
    size: u64,
    user: String,
    group: String,
    stat: &'a Stat,
}

impl Head<'_> {
    fn write(&self, sink: &mut dyn Write) -> Result<(), Failure> {
        let mut records = Vec::new();
        let mut record = |name: &str, value: &[u8]| records.extend(record(name, value));
        if self.name.len() > 100 {
            record("path", &self.name);
        }
        if self.link.len() > 100 {
            record("linkpath", &self.link);
        }
        if self.size > MOST_SIZE {
            record("size", self.size.to_string().as_bytes());
        }
        if !records.is_empty() {
            let size = records.len() as u64;
            sink.write_all(&self.block(b"./PaxHeaders", b"", b'x', size)).map_err(cannot)?;
            sink.write_all(&records).map_err(cannot)?;
            fill(size, sink)?;
        }
        let size = if self.size > MOST_SIZE { 0 } else { self.size };
        sink.write_all(&self.block(&self.name, &self.link, self.kind, size)).map_err(cannot)
    }

    fn block(&self, name: &[u8], link: &[u8], kind: u8, size: u64) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        let octal = |number: u64, digits: usize| format!("{number:0digits$o}\0").into_bytes();
        let seconds = u64::try_from(self.stat.modified.seconds).unwrap_or(0);
        put_at(&mut block, 0, 100, name);
        put_at(&mut block, 100, 8, &octal(u64::from(self.stat.mode), 7));
        put_at(&mut block, 108, 8, &octal(u64::from(self.stat.owner.uid & 0o7_777_777), 7));
        put_at(&mut block, 116, 8, &octal(u64::from(self.stat.owner.gid & 0o7_777_777), 7));
        put_at(&mut block, 124, 12, &octal(size, 11));
        put_at(&mut block, 136, 12, &octal(seconds, 11));
        put_at(&mut block, 148, 8, b"        ");
        put_at(&mut block, 156, 1, &[kind]);
        put_at(&mut block, 157, 100, link);
        put_at(&mut block, 257, 8, b"ustar\x0000");
        put_at(&mut block, 265, 31, self.user.as_bytes());
        put_at(&mut block, 297, 31, self.group.as_bytes());
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        put_at(&mut block, 148, 8, format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

fn put_at(block: &mut [u8; BLOCK], at: usize, length: usize, bytes: &[u8]) {
    let bytes = bytes.get(..length).unwrap_or(bytes);
    if let Some(place) = block.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// `LENGTH NAME=VALUE` and a line end; the length counts itself.
fn record(name: &str, value: &[u8]) -> Vec<u8> {
    let rest = name.len() + value.len() + 3;
    let digits = (rest + rest.to_string().len()).to_string().len();
    let mut record = format!("{} {name}=", rest + digits).into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}

fn fill(size: u64, sink: &mut dyn Write) -> Result<(), Failure> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    let zeros = [0; BLOCK];
    let missing = zeros.get(over..).filter(|_| over > 0).unwrap_or_default();
    sink.write_all(missing).map_err(cannot)
}
