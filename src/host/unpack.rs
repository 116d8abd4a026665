//! What an archive holds, however it is packed.

use super::tar::Member;
use super::{Bytes, Failure, Probe, Query, Subject, tar, zip};
use std::io::Read;

/// The most bytes that an archive may have when it is unpacked.
const MOST_BYTES: u64 = 4 << 30;

/// What an archive holds. What packed it is found out by its first bytes.
pub fn members(host: &dyn Probe, packed: Vec<u8>) -> Result<Vec<Member>, Failure> {
    if packed.starts_with(b"PK") {
        return zip::read(&packed);
    }
    tar::read(&plain(host, packed)?)
}

fn plain(host: &dyn Probe, packed: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let program = match packed.get(..6).unwrap_or_default() {
        [0x1f, 0x8b, ..] => return gunzip(&packed),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => "xz",
        [b'B', b'Z', b'h', ..] => "bzip2",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        _ => return Ok(packed),
    };
    let said = host.ask(&Query::about(Subject::Filtered(program.to_owned(), Bytes(packed))))?;
    match said.text("stdout") {
        Some(text) => Ok(super::text::to_bytes(&text)),
        None => Err(host.missing(format!("the archive needs `{program}`, which is not on this host"))),
    }
}

fn gunzip(packed: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(packed).take(MOST_BYTES).read_to_end(&mut plain);
    read.map_err(|error| Failure::new(format!("the archive is broken: {error}")))?;
    Ok(plain)
}
