//! Archives of zip: stored and deflated members.

use super::tar::{Member, MemberKind, safe};
use super::{Failure, text};
use std::io::Read;

/// The most bytes that all of an archive may have.
const MOST_BYTES: u64 = 4 << 30;

/// Reads an archive. What leads out of it is refused.
pub fn read(bytes: &[u8]) -> Result<Vec<Member>, Failure> {
    let broken = || Failure::new("the archive is broken");
    let (count, mut at) = directory(bytes).ok_or_else(broken)?;
    let mut members = Vec::new();
    let mut left = MOST_BYTES;
    for _ in 0..count {
        let (member, next) = member(bytes, at, &mut left)?.ok_or_else(broken)?;
        members.extend(member);
        at = next;
    }
    Ok(members)
}

/// How many members there are, and where they are listed.
fn directory(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = bytes.len().saturating_sub(66_000);
    let tail = bytes.get(start..)?;
    let end = start + tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    Some((half(bytes, end + 10)?, word(bytes, end + 16)?))
}

type Found = Option<(Option<Member>, usize)>;

fn member(bytes: &[u8], at: usize, left: &mut u64) -> Result<Found, Failure> {
    let read = || {
        let is_entry = bytes.get(at..at + 4)? == b"PK\x01\x02";
        let lengths = (half(bytes, at + 28)?, half(bytes, at + 30)?, half(bytes, at + 32)?);
        let name = bytes.get(at + 46..at + 46 + lengths.0)?;
        let next = at + 46 + lengths.0 + lengths.1 + lengths.2;
        is_entry.then_some((text::from_bytes(name), next))
    };
    let Some((name, next)) = read() else { return Ok(None) };
    let number = |offset: usize| word(bytes, at + offset).unwrap_or(0);
    let bits = u32::try_from(number(38) >> 16).unwrap_or(0);
    let from_unix = bytes.get(at + 5) == Some(&3);
    let path = safe(&name)?;
    if path.is_empty() {
        return Ok(Some((None, next)));
    }
    let (method, packed, local) = (half(bytes, at + 10).unwrap_or(0), number(20), number(42));
    let is_link = from_unix && bits & 0o170_000 == 0o120_000;
    let kind = if name.ends_with('/') {
        MemberKind::Directory
    } else {
        let content = content(bytes, local, packed, method, left)?;
        if is_link { MemberKind::Link(text::from_bytes(&content)) } else { MemberKind::File(content) }
    };
    let plain = if kind == MemberKind::Directory { 0o755 } else { 0o644 };
    let mode = if from_unix && bits & 0o777 != 0 { bits & 0o7777 } else { plain };
    let member = Member {
        path,
        kind,
        mode,
        uid: 0,
        gid: 0,
        user: String::new(),
        group: String::new(),
        modified: moment(half(bytes, at + 12).unwrap_or(0), half(bytes, at + 14).unwrap_or(0)),
    };
    Ok(Some((Some(member), next)))
}

fn content(
    bytes: &[u8],
    local: usize,
    packed: usize,
    method: usize,
    left: &mut u64,
) -> Result<Vec<u8>, Failure> {
    let start =
        half(bytes, local + 26).zip(half(bytes, local + 28)).map(|(name, extra)| local + 30 + name + extra);
    let data = start.and_then(|start| bytes.get(start..start + packed)).ok_or("the archive ends early")?;
    let mut content = Vec::new();
    let read = match method {
        0 => data.take(*left).read_to_end(&mut content),
        8 => flate2::read::DeflateDecoder::new(data).take(*left).read_to_end(&mut content),
        other => {
            return Err(Failure::new(format!("the archive is packed in a way that is not known: {other}")));
        }
    };
    read.map_err(|error| Failure::new(format!("the archive is broken: {error}")))?;
    *left = left.saturating_sub(content.len() as u64);
    if *left == 0 { Err(Failure::new("the archive holds too much")) } else { Ok(content) }
}

/// The time of DOS as seconds since 1970.
fn moment(time: usize, date: usize) -> i64 {
    let part = |number: usize| i64::try_from(number).unwrap_or(0);
    let date = super::clock::Date {
        year: 1980 + part(date >> 9),
        month: part(date >> 5 & 15).max(1),
        day: part(date & 31).max(1),
        hour: part(time >> 11),
        minute: part(time >> 5 & 63),
        second: part(time & 31) * 2,
        weekday: 0,
        yearday: 1,
    };
    date.seconds()
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?)))
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}
