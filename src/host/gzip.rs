//! Gzip: deflate between a head and a sum. The sum of flate2 brings tables of 20 kB that do not pack, and the agent travels.

use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// The most bytes of a name or a comment in a head.
const MOST_NAME: u64 = 64 << 10;

/// What each byte does to the sum.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let (mut value, mut bit) = (at as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

/// The sum of bytes that both gzip and zip know, and their number.
#[derive(Clone, Copy, Default)]
pub struct Sum {
    pub crc: u32,
    length: u32,
}

impl Sum {
    fn update(&mut self, bytes: &[u8]) {
        let step = |crc: u32, byte: &u8| TABLE[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
        self.crc = !bytes.iter().fold(!self.crc, step);
        self.length = self.length.wrapping_add(bytes.len() as u32);
    }

    fn end(&self) -> [u8; 8] {
        let (mut end, length) = ([0; 8], self.length.to_le_bytes());
        end[..4].copy_from_slice(&self.crc.to_le_bytes());
        end[4..].copy_from_slice(&length);
        end
    }
}

/// Packs what is written, and sums it up.
pub struct Packer<W: Write> {
    packed: DeflateEncoder<W>,
    sum: Sum,
}

impl<W: Write> Packer<W> {
    /// One without head and sum around it.
    pub fn bare(sink: W) -> Packer<W> {
        Packer { packed: DeflateEncoder::new(sink, Compression::default()), sum: Sum::default() }
    }

    /// One that makes a whole file.
    pub fn new(mut sink: W) -> io::Result<Packer<W>> {
        sink.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])?;
        Ok(Packer::bare(sink))
    }

    /// Ends what is bare.
    pub fn end(self) -> io::Result<(W, Sum)> {
        Ok((self.packed.finish()?, self.sum))
    }

    /// Ends a whole file.
    pub fn finish(self) -> io::Result<()> {
        let (mut sink, sum) = self.end()?;
        sink.write_all(&sum.end())
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.packed.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.packed.flush()
    }
}

/// Unpacks a file: one member after the other.
pub struct Unpacker<R> {
    state: State<R>,
    sum: Sum,
    /// Whether a member has been read, so that the file may end.
    may_end: bool,
}

enum State<R> {
    Between(R),
    Inside(DeflateDecoder<R>),
    Ended,
}

impl<R: BufRead> Unpacker<R> {
    /// Unpacks what this reads.
    pub fn new(packed: R) -> Unpacker<R> {
        Unpacker { state: State::Between(packed), sum: Sum::default(), may_end: false }
    }

    fn begin(&mut self, mut packed: R) -> io::Result<State<R>> {
        if self.may_end && is_at_end(&mut packed)? {
            return Ok(State::Ended);
        }
        read_head(&mut packed)?;
        self.sum = Sum::default();
        Ok(State::Inside(DeflateDecoder::new(packed)))
    }

    fn end(&mut self, mut packed: R) -> io::Result<State<R>> {
        let mut end = [0; 8];
        packed.read_exact(&mut end)?;
        if end != self.sum.end() {
            return Err(broken("the sum of what is packed is another one"));
        }
        self.may_end = true;
        Ok(State::Between(packed))
    }
}

impl<R: BufRead> Read for Unpacker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(packed) => self.begin(packed)?,
                State::Inside(mut inside) => match inside.read(buffer) {
                    Ok(0) if !buffer.is_empty() => self.end(inside.into_inner())?,
                    read => {
                        self.sum.update(buffer.get(..*read.as_ref().unwrap_or(&0)).unwrap_or_default());
                        self.state = State::Inside(inside);
                        return read;
                    }
                },
            }
        }
    }
}

fn is_at_end(packed: &mut impl BufRead) -> io::Result<bool> {
    loop {
        match packed.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read.map(<[u8]>::is_empty),
        }
    }
}

fn read_head(packed: &mut impl BufRead) -> io::Result<()> {
    let mut head = [0; 10];
    packed.read_exact(&mut head)?;
    let [0x1f, 0x8b, 8, flags, ..] = head else { return Err(broken("it is not packed by gzip")) };
    if flags & 4 != 0 {
        let mut length = [0; 2];
        packed.read_exact(&mut length)?;
        let more = &mut packed.take(u64::from(u16::from_le_bytes(length)));
        io::copy(more, &mut io::sink())?;
    }
    for _ in 0..(flags >> 3 & 1) + (flags >> 4 & 1) {
        let mut name = Vec::new();
        packed.take(MOST_NAME).read_until(0, &mut name)?;
        if name.last() != Some(&0) {
            return Err(broken("a name in it does not end"));
        }
    }
    if flags & 2 != 0 {
        packed.read_exact(&mut [0; 2])?;
    }
    Ok(())
}

fn broken(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::GzBuilder;
    use flate2::read::MultiGzDecoder;

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Unpacker::new(bytes).read_to_end(&mut plain).map(|_| plain)
    }

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut packer = Packer::new(&mut out).unwrap();
        packer.write_all(plain).unwrap();
        packer.finish().unwrap();
        out
    }

    #[test]
    fn what_is_packed_is_what_others_pack() {
        let plain: Vec<u8> =
            (0..200_000_u32).map(|number| (number.wrapping_mul(number) >> 7) as u8).collect();
        let mut theirs = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
        theirs.write_all(&plain).unwrap();
        assert_eq!(packed(&plain), theirs.finish().unwrap());
        assert_eq!(unpacked(&packed(&plain)).unwrap(), plain);
        assert_eq!(unpacked(&packed(b"")).unwrap(), b"");
    }

    #[test]
    fn members_and_heads() {
        let builder = GzBuilder::new().filename("a").comment("b c").extra(vec![1, 2, 3]).mtime(7);
        let mut first = builder.write(Vec::new(), Compression::best());
        first.write_all(b"one ").unwrap();
        let both = [first.finish().unwrap(), packed(b"two")].concat();
        let mut theirs = Vec::new();
        MultiGzDecoder::new(both.as_slice()).read_to_end(&mut theirs).unwrap();
        assert_eq!(theirs, b"one two");
        assert_eq!(unpacked(&both).unwrap(), theirs);
    }

    #[test]
    fn what_is_broken_is_told() {
        let whole = packed(b"some text");
        for length in 0..whole.len() {
            assert!(unpacked(&whole[..length]).is_err(), "{length}");
        }
        let mut other = whole.clone();
        other[whole.len() - 8] ^= 1;
        assert!(unpacked(&other).unwrap_err().to_string().contains("the sum"));
        assert!(unpacked(b"plain text").unwrap_err().to_string().contains("not packed"));
        assert!(unpacked(&[&whole[..], b"plain text"].concat()).is_err());
    }
}
