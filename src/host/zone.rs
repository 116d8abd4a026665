//! The time zone of the host, from the file that says it (RFC 8536).

use std::sync::OnceLock;

/// How far a moment of the host's clocks is ahead of UTC, in seconds, and what the zone is called then.
pub fn offset(seconds: i64) -> (i64, String) {
    static ZONE: OnceLock<Option<Zone>> = OnceLock::new();
    let zone = ZONE.get_or_init(|| std::fs::read("/etc/localtime").ok().and_then(|bytes| Zone::read(&bytes)));
    zone.as_ref().and_then(|zone| zone.at(seconds)).unwrap_or((0, "UTC".to_owned()))
}

/// When a zone changes its offset, and to what.
struct Zone {
    changes: Vec<(i64, usize)>,
    kinds: Vec<(i64, String)>,
}

impl Zone {
    fn read(bytes: &[u8]) -> Option<Zone> {
        let first = Header::read(bytes)?;
        // The second block has times of eight bytes.
        let second = bytes.get(first.length(4)..)?;
        let header = Header::read(second)?;
        header.zone(second.get(44..)?)
    }

    fn at(&self, seconds: i64) -> Option<(i64, String)> {
        let kind = self.changes.iter().rev().find(|(from, _)| *from <= seconds).map_or(0, |(_, kind)| *kind);
        self.kinds.get(kind).cloned()
    }
}

struct Header {
    isutc: usize,
    isstd: usize,
    leaps: usize,
    times: usize,
    kinds: usize,
    letters: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Header> {
        if !bytes.starts_with(b"TZif") {
            return None;
        }
        let count = |index: usize| number(bytes.get(20 + index * 4..24 + index * 4)?).try_into().ok();
        Some(Header {
            isutc: count(0)?,
            isstd: count(1)?,
            leaps: count(2)?,
            times: count(3)?,
            kinds: count(4)?,
            letters: count(5)?,
        })
    }

    /// How long the block is whose times have so many bytes.
    fn length(&self, width: usize) -> usize {
        44 + self.times * (width + 1)
            + self.kinds * 6
            + self.letters
            + self.leaps * (width + 4)
            + self.isstd
            + self.isutc
    }

    fn zone(&self, data: &[u8]) -> Option<Zone> {
        let (times, rest) = data.split_at_checked(self.times * 8)?;
        let (indices, rest) = rest.split_at_checked(self.times)?;
        let (kinds, rest) = rest.split_at_checked(self.kinds * 6)?;
        let letters = rest.get(..self.letters)?;
        let changes =
            times.chunks(8).map(number).zip(indices.iter().map(|index| usize::from(*index))).collect();
        let kind = |kind: &[u8]| {
            let start = usize::from(*kind.get(5)?);
            let name = letters.get(start..)?.split(|byte| *byte == 0).next()?;
            Some((number(kind.get(..4)?), String::from_utf8_lossy(name).into_owned()))
        };
        Some(Zone { changes, kinds: kinds.chunks(6).map(kind).collect::<Option<_>>()? })
    }
}

/// A number of four or eight bytes with its sign, great end first.
fn number(bytes: &[u8]) -> i64 {
    let start = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(start, |number: i64, byte| number << 8 | i64::from(*byte))
}
