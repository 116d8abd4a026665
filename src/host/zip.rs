//! Archives of zip: stored and deflated members.

use super::tar::{Member, MemberKind, safe};
use super::unpack::{MOST_BYTES, broken};
use super::{Failure, Store, Stored, text};
use std::io::{self, Read};

/// The most bytes that the list of all members may have.
const MOST_LISTED: usize = 256 << 20;

/// An archive that is read.
struct Zip<'a> {
    archive: &'a Stored,
    /// Where the members are listed.
    list: Vec<u8>,
    /// What they hold, unpacked.
    store: Store,
}

/// Reads an archive. What leads out of it is refused.
pub fn read(archive: &Stored) -> Result<Vec<Member>, Failure> {
    let broken_list = || Failure::new("the archive is broken");
    let (count, start) = directory(archive).map_err(broken)?.ok_or_else(broken_list)?;
    let list = archive.bytes(start, MOST_LISTED).map_err(broken)?;
    let mut zip = Zip { archive, list, store: Store::new().map_err(broken)? };
    let mut members = Vec::new();
    let mut at = 0;
    for _ in 0..count {
        let (member, next) = zip.member(at)?.ok_or_else(broken_list)?;
        members.extend(member);
        at = next;
    }
    Ok(members)
}

/// How many members there are, and where they are listed.
fn directory(archive: &Stored) -> io::Result<Option<(u64, u64)>> {
    let tail = archive.bytes(archive.size.saturating_sub(66_000), 66_000)?;
    let Some(end) = tail.windows(4).rposition(|window| window == b"PK\x05\x06") else { return Ok(None) };
    let (count, start) = (half(&tail, end + 10), word(&tail, end + 16));
    if let (Some(count), Some(start)) = (count, start)
        && count != WIDE_HALF
        && start != WIDE_WORD
    {
        return Ok(Some((count as u64, start as u64)));
    }
    // The numbers are too large for their places: the list of wide ones says where they are.
    let locator = end.checked_sub(20).filter(|at| tail.get(*at..*at + 4) == Some(b"PK\x06\x07"));
    let Some(place) = locator.and_then(|at| long(&tail, at + 8)) else { return Ok(None) };
    let wide = archive.bytes(place, 56)?;
    Ok(long(&wide, 32).zip(long(&wide, 48)).filter(|_| wide.starts_with(b"PK\x06\x06")))
}

/// What stands where a number has no room: it is in the member's list of wide ones.
const WIDE_HALF: usize = 0xffff;
const WIDE_WORD: usize = 0xffff_ffff;

type Found = Option<(Option<Member>, usize)>;

impl Zip<'_> {
    fn member(&mut self, at: usize) -> Result<Found, Failure> {
        let bytes = &self.list;
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
        let modified = moment(half(bytes, at + 12).unwrap_or(0), half(bytes, at + 14).unwrap_or(0));
        let method = half(bytes, at + 10).unwrap_or(0);
        let Some((packed, local)) = places(bytes.get(at..next).unwrap_or_default()) else { return Ok(None) };
        let is_link = from_unix && bits & 0o170_000 == 0o120_000;
        let kind = if name.ends_with('/') {
            MemberKind::Directory
        } else {
            let content = self.content(local, packed, method)?;
            match is_link {
                true => MemberKind::Link(text::from_bytes(&content.bytes(0, 4096).map_err(broken)?)),
                false => MemberKind::File(content.content()?),
            }
        };
        let plain = if kind == MemberKind::Directory { 0o755 } else { 0o644 };
        let mode = if from_unix && bits & 0o777 != 0 { bits & 0o7777 } else { plain };
        let (user, group) = (String::new(), String::new());
        Ok(Some((Some(Member { path, kind, mode, uid: 0, gid: 0, user, group, modified }), next)))
    }

    /// What a member holds, unpacked.
    fn content(&mut self, local: u64, packed: u64, method: usize) -> Result<Stored, Failure> {
        let head = self.archive.bytes(local, 30).map_err(broken)?;
        let start =
            half(&head, 26).zip(half(&head, 28)).map(|(name, extra)| local + 30 + (name + extra) as u64);
        let data =
            start.and_then(|start| self.archive.part(start, packed)).ok_or("the archive ends early")?;
        let left = MOST_BYTES.saturating_sub(self.store.end());
        let unpacked: Box<dyn Read> = match method {
            0 => return Ok(data),
            8 => Box::new(flate2::bufread::DeflateDecoder::new(data.reader())),
            other => {
                return Err(Failure::new(format!(
                    "the archive is packed in a way that is not known: {other}"
                )));
            }
        };
        self.store.take(unpacked, left).map_err(broken)
    }
}

/// How long a member is when it is packed, and where it begins, by its entry in the list.
fn places(entry: &[u8]) -> Option<(u64, u64)> {
    let mut wide = wide_numbers(entry).unwrap_or_default().chunks_exact(8);
    let mut number = |offset: usize| match word(entry, offset)? {
        WIDE_WORD => long(wide.next()?, 0),
        number => Some(number as u64),
    };
    // They stand in this order: length, length when packed, beginning.
    number(24)?;
    Some((number(20)?, number(42)?))
}

/// The numbers of an entry that have no room in their places.
fn wide_numbers(entry: &[u8]) -> Option<&[u8]> {
    let start = 46 + half(entry, 28)?;
    let mut extra = entry.get(start..start + half(entry, 30)?)?;
    loop {
        let (kind, length) = (half(extra, 0)?, half(extra, 2)?);
        if kind == 1 {
            return extra.get(4..4 + length);
        }
        extra = extra.get(4 + length..)?;
    }
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

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
