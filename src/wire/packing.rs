//! What one end says in a session is one deflate stream, frame after frame: the same names and paths come again and again.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

/// Longer messages travel as they are: contents, which would cost more time than they save.
pub const MOST_PACKED: usize = 64 << 10;

/// The end that speaks.
pub struct Packer(Compress);

/// The end that listens.
pub struct Unpacker {
    stream: Decompress,
    /// The last message; its place is used again, for a new one of that size each time is what an agent would do most.
    message: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Packer {
        Packer(Compress::new(Compression::default(), false))
    }
}

impl Default for Unpacker {
    fn default() -> Unpacker {
        Unpacker { stream: Decompress::new(false), message: Vec::new() }
    }
}

impl Packer {
    /// The next message of the stream, whole: the other end can read it without what follows.
    ///
    /// # Errors
    ///
    /// Never, as far as the library is right.
    pub fn pack(&mut self, message: &[u8], packed: &mut Vec<u8>) -> Result<(), String> {
        let mut rest = message;
        loop {
            packed.reserve(rest.len() / 2 + 64);
            let before = self.0.total_in();
            self.0.compress_vec(rest, packed, FlushCompress::Sync).map_err(|error| error.to_string())?;
            rest = taken(rest, self.0.total_in() - before);
            if rest.is_empty() && packed.len() < packed.capacity() {
                return Ok(());
            }
        }
    }
}

impl Unpacker {
    /// The message that was packed next.
    ///
    /// # Errors
    ///
    /// It is not what a [`Packer`] makes, or is longer than [`MOST_PACKED`].
    pub fn unpack(&mut self, packed: &[u8]) -> Result<&[u8], String> {
        let Unpacker { stream, message } = self;
        message.clear();
        message.reserve(packed.len().saturating_mul(3).min(MOST_PACKED) + 64);
        let mut rest = packed;
        loop {
            let (read, written) = (stream.total_in(), message.len());
            let unpacked = stream.decompress_vec(rest, message, FlushDecompress::Sync);
            unpacked.map_err(|error| format!("a message cannot be unpacked: {error}"))?;
            rest = taken(rest, stream.total_in() - read);
            if message.len() > MOST_PACKED {
                return Err(format!("a packed message is longer than {MOST_PACKED} bytes"));
            }
            let has_room = message.len() < message.capacity();
            match rest.is_empty() {
                true if has_room => return Ok(message),
                false if has_room && message.len() == written && stream.total_in() == read => {
                    return Err("a packed message has something behind its end".to_owned());
                }
                _ => message.reserve(MOST_PACKED / 4),
            }
        }
    }
}

fn taken(bytes: &[u8], count: u64) -> &[u8] {
    usize::try_from(count).ok().and_then(|count| bytes.get(count..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(packer: &mut Packer, message: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        packer.pack(message, &mut packed).unwrap();
        packed
    }

    proptest! {
        #[test]
        fn messages_come_through_one_by_one(messages: Vec<Vec<u8>>) {
            let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
            for message in messages {
                prop_assert_eq!(unpacker.unpack(&packed(&mut packer, &message)).unwrap(), message);
            }
        }

        #[test]
        fn garbage_is_no_message_or_a_bounded_one(bytes: Vec<u8>) {
            let mut unpacker = Unpacker::default();
            let unpacked = unpacker.unpack(&bytes);
            prop_assert!(unpacked.map_or(0, |message| message.len()) <= MOST_PACKED);
        }
    }

    /// The library keeps the last 32 kilobytes, and turns around where they end.
    #[test]
    fn a_long_stream_comes_through() {
        let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
        for number in 0..3000_u32 {
            let length = usize::try_from(number * 7919 % 700).unwrap();
            let message: Vec<u8> = (0..length).map(|at| (at * at % 251) as u8 ^ number as u8).collect();
            assert_eq!(unpacker.unpack(&packed(&mut packer, &message)).unwrap(), message, "number {number}");
        }
    }

    #[test]
    fn what_was_said_before_makes_the_next_short() {
        let mut packer = Packer::default();
        let message = b"a message of some length, with words that do not repeat themselves";
        let first = packed(&mut packer, message).len();
        let again = packed(&mut packer, message).len();
        assert!(again * 2 < first, "{again} of {first}");
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = Vec::new();
        Packer::default().pack(&vec![0; 64 << 20], &mut bomb).unwrap();
        assert!(bomb.len() < 1 << 20);
        assert!(Unpacker::default().unpack(&bomb).unwrap_err().contains("longer than"));
    }
}
