//! What an archive holds, however it is packed.

use super::tar::Member;
use super::{Failure, Probe, Run, Store, Stored, System, process, tar, zip};

/// The most bytes that an archive may have when it is unpacked.
pub(in crate::host) const MOST_BYTES: u64 = 64 << 30;

/// What an archive holds. What packed it is found out by its first bytes.
pub fn members(host: &dyn Probe, packed: &Stored) -> Result<Vec<Member>, Failure> {
    let start = packed.bytes(0, 6).map_err(broken)?;
    if start.starts_with(b"PK") {
        return zip::read(packed);
    }
    tar::read(&plain(host, packed, &start)?)
}

fn plain(host: &dyn Probe, packed: &Stored, start: &[u8]) -> Result<Stored, Failure> {
    let program = match start {
        [0x1f, 0x8b, ..] => {
            let unpacked = flate2::bufread::MultiGzDecoder::new(packed.reader());
            return Store::new().and_then(|mut store| store.take(unpacked, MOST_BYTES)).map_err(broken);
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0] => "xz",
        [b'B', b'Z', b'h', ..] => "bzip2",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        _ => return Ok(packed.clone()),
    };
    let unpacked = host.unpacked(program, packed)?;
    unpacked.ok_or_else(|| host.missing(format!("the archive needs `{program}`, which is not on this host")))
}

/// What is said of an archive that cannot be read.
pub(in crate::host) fn broken(error: std::io::Error) -> Failure {
    Failure::new(format!("the archive is broken: {error}"))
}

/// Unpacks by a program of the host.
pub(in crate::host) fn by_program(
    system: &System,
    program: &str,
    packed: &Stored,
) -> Result<Option<Stored>, Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot unpack with `{program}`: {error}"));
    let (input, output) = (packed.file().map_err(cannot)?, super::stored::nameless().map_err(cannot)?);
    let run = Run::quiet([program, "-dc"].map(str::to_owned).to_vec());
    match process::run_between(system, &run, Some(input), Some(output.try_clone().map_err(cannot)?)) {
        Ok(said) if said.status == 0 => Stored::of(output).map(Some).map_err(cannot),
        Ok(said) => Err(Failure::new(format!("`{program}` cannot unpack it: {}", said.stderr().trim()))),
        Err(_) => Ok(None),
    }
}
