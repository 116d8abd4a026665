//! Writing archives of zip: deflated members, whose sizes stand behind them.

use super::{Packed, cannot, copy};
use crate::host::{Failure, Kind, Probe, Stat, clock, text};
use std::io::{self, Write};

/// Links are followed, as everybody expects of a zip; sockets and the like are left out.
pub(super) fn write(host: &dyn Probe, members: &[Packed], sink: &mut dyn Write) -> Result<(), Failure> {
    let mut sink = Counted { sink, count: 0 };
    let mut entries = Vec::new();
    for member in members {
        if let Some(stat) = host.follow(&member.place())?.filter(is_kept) {
            entries.push(put(host, member, &stat, &mut sink)?);
        }
    }
    let start = sink.count;
    for entry in &entries {
        sink.write_all(&entry.listed()).map_err(cannot)?;
    }
    sink.write_all(&end(entries.len(), start, sink.count - start)?).map_err(cannot)
}

fn is_kept(stat: &Stat) -> bool {
    matches!(stat.kind, Kind::File | Kind::Directory)
}

/// A member, as the list at the end tells of it.
struct Entry {
    name: Vec<u8>,
    is_directory: bool,
    mode: u32,
    moment: [u8; 4],
    sum: u32,
    packed: u32,
    plain: u32,
    start: u32,
}

fn put(host: &dyn Probe, member: &Packed, stat: &Stat, sink: &mut Counted) -> Result<Entry, Failure> {
    let is_directory = stat.is_directory();
    let slash = if is_directory { "/" } else { "" };
    let mut entry = Entry {
        name: text::to_bytes(&format!("{}{slash}", member.name)),
        is_directory,
        mode: stat.mode,
        moment: moment(stat.modified.seconds),
        sum: 0,
        packed: 0,
        plain: small(stat.size)?,
        start: small(sink.count)?,
    };
    sink.write_all(&entry.head()).map_err(cannot)?;
    if is_directory {
        entry.plain = 0;
        return Ok(entry);
    }
    let before = sink.count;
    entry.sum = pack(host, member, stat.size, sink)?;
    entry.packed = small(sink.count - before)?;
    sink.write_all(&entry.behind()).map_err(cannot)?;
    Ok(entry)
}

/// Writes a content packed, and says its sum.
fn pack(host: &dyn Probe, member: &Packed, size: u64, sink: &mut dyn Write) -> Result<u32, Failure> {
    let packer = flate2::write::DeflateEncoder::new(sink, flate2::Compression::default());
    let mut summed = Summed { inner: packer, sum: flate2::Crc::new() };
    copy(host, member, size, &mut summed)?;
    let Summed { inner, sum } = summed;
    inner.finish().map_err(cannot)?;
    Ok(sum.sum())
}

fn small(number: u64) -> Result<u32, Failure> {
    u32::try_from(number).map_err(|_| Failure::new("a zip cannot hold more than 4 GiB: use another format"))
}

impl Entry {
    /// Names are UTF-8; sizes of files stand behind their contents.
    fn flags(&self) -> u16 {
        if self.is_directory { 0x0800 } else { 0x0808 }
    }

    fn method(&self) -> u16 {
        if self.is_directory { 0 } else { 8 }
    }

    fn head(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        out.extend(20_u16.to_le_bytes());
        out.extend(self.flags().to_le_bytes());
        out.extend(self.method().to_le_bytes());
        out.extend(self.moment);
        out.extend([0; 12]);
        out.extend(length(&self.name).to_le_bytes());
        out.extend([0; 2]);
        out.extend(&self.name);
        out
    }

    fn behind(&self) -> Vec<u8> {
        let mut out = b"PK\x07\x08".to_vec();
        [self.sum, self.packed, self.plain].iter().for_each(|number| out.extend(number.to_le_bytes()));
        out
    }

    fn listed(&self) -> Vec<u8> {
        let mut out = b"PK\x01\x02".to_vec();
        // Made on Unix: the high half of the attributes is the mode.
        out.extend([20, 3, 20, 0]);
        out.extend(self.flags().to_le_bytes());
        out.extend(self.method().to_le_bytes());
        out.extend(self.moment);
        [self.sum, self.packed, self.plain].iter().for_each(|number| out.extend(number.to_le_bytes()));
        out.extend(length(&self.name).to_le_bytes());
        out.extend([0; 8]);
        let kind = if self.is_directory { 0o040_000 } else { 0o100_000 };
        let of_dos = if self.is_directory { 0x10 } else { 0 };
        out.extend(((kind | self.mode) << 16 | of_dos).to_le_bytes());
        out.extend(self.start.to_le_bytes());
        out.extend(&self.name);
        out
    }
}

fn end(count: usize, start: u64, size: u64) -> Result<Vec<u8>, Failure> {
    let count = u16::try_from(count).map_err(|_| Failure::new("a zip cannot hold more than 65535 names"))?;
    let mut out = b"PK\x05\x06".to_vec();
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(small(size)?.to_le_bytes());
    out.extend(small(start)?.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

fn length(name: &[u8]) -> u16 {
    u16::try_from(name.len()).unwrap_or(u16::MAX)
}

/// A moment as DOS kept it, in steps of two seconds from 1980 on.
fn moment(seconds: i64) -> [u8; 4] {
    let date = clock::local(seconds);
    let year = u16::try_from(date.year - 1980).unwrap_or(0);
    let small = |number: i64| u16::try_from(number).unwrap_or(0);
    let time = (small(date.hour) << 11) | (small(date.minute) << 5) | (small(date.second) / 2);
    let day = (year << 9) | (small(date.month) << 5) | small(date.day);
    let (time, day) = (time.to_le_bytes(), day.to_le_bytes());
    [time[0], time[1], day[0], day[1]]
}

/// Counts what is written.
struct Counted<'a> {
    sink: &'a mut dyn Write,
    count: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Sums up what is written before it is packed.
struct Summed<W: Write> {
    inner: W,
    sum: flate2::Crc,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
