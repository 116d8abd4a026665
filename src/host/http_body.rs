//! What comes behind the head of an answer, as a stream.

use std::io::{self, BufRead, Read};

/// How the end of a body is known.
pub(in crate::host) enum Length {
    Known(u64),
    Chunks,
    /// It ends with the connection.
    Open,
}

/// A body as it comes. What ends early is an error.
pub(in crate::host) struct Body<R> {
    reader: R,
    length: Length,
    /// What is left, of the body or of the chunk.
    left: u64,
    /// Whether a chunk has begun.
    inside: bool,
}

impl<R: BufRead> Body<R> {
    pub fn new(reader: R, length: Length) -> Body<R> {
        let left = if let Length::Known(left) = length { left } else { 0 };
        Body { reader, length, left, inside: false }
    }

    /// Goes on to the next chunk; whether there is one.
    fn next_chunk(&mut self) -> io::Result<bool> {
        if self.inside {
            line(&mut self.reader)?;
        }
        let size = line(&mut self.reader)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let broken = |_| io::Error::other("no size of a chunk");
        self.left = u64::from_str_radix(size, 16).map_err(broken)?;
        self.inside = true;
        Ok(self.left > 0)
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Length::Open = self.length {
            return self.reader.read(buffer);
        }
        if let (Length::Chunks, 0) = (&self.length, self.left)
            && !self.next_chunk()?
        {
            self.length = Length::Known(0);
        }
        if self.left == 0 {
            return Ok(0);
        }
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.reader.read(buffer.get_mut(..room).unwrap_or_default())?;
        if count == 0 && room > 0 {
            return Err(io::Error::other("it ended early"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// The longest line between chunks, in bytes.
const MOST_LINE: u64 = 16 << 10;

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.take(MOST_LINE).read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Err(io::Error::other("it ended early"));
    }
    Ok(super::text::from_bytes(&line).trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], length: Length) -> Result<String, String> {
        let mut text = String::new();
        let read = Body::new(bytes, length).read_to_string(&mut text);
        read.map(|_| text).map_err(|error| error.to_string())
    }

    #[test]
    fn bodies_end_where_they_say() {
        assert_eq!(read(b"abcdef", Length::Known(3)), Ok("abc".to_owned()));
        assert_eq!(read(b"abcdef", Length::Open), Ok("abcdef".to_owned()));
        assert_eq!(read(b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", Length::Chunks), Ok("abcde".to_owned()));
        for (bytes, length) in [
            (&b"ab"[..], Length::Known(3)),
            (b"3\r\nab", Length::Chunks),
            (b"3\r\nabc", Length::Chunks),
            (b"x\r\n", Length::Chunks),
            (b"", Length::Chunks),
        ] {
            assert!(read(bytes, length).is_err(), "{bytes:?}");
        }
    }
}
