//! Frames: a length in four bytes, little end first, then that many bytes of one message, packed where the highest bit is set.

use super::packing::{MOST_PACKED, Packer, Unpacker};
use super::weigh::weigh;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read};

/// The line after which the agent's output is pure frames. Before it there may be anything: banners, lectures.
pub const MARKER: &[u8] = b"\x1eprovision-agent\x1e\n";

/// The longest message that is accepted.
pub const MOST_BYTES: usize = 32 << 20;

/// Set in the head of a frame whose message is packed.
const PACKED: u32 = 1 << 31;

/// What the first four bytes of a frame say.
#[derive(Clone, Copy)]
pub struct Head {
    /// How many bytes follow.
    pub length: usize,
    is_packed: bool,
}

impl Head {
    /// What a head says, or why it is refused.
    pub fn read(bytes: [u8; 4]) -> Result<Head, String> {
        let number = u32::from_le_bytes(bytes);
        let head = Head { length: (number & !PACKED) as usize, is_packed: number & PACKED != 0 };
        if head.length > MOST_BYTES {
            return Err(format!("announces a message of {} bytes; {MOST_BYTES} is the most", head.length));
        }
        Ok(head)
    }

    /// The message in the bytes behind the head, and what it costs in memory.
    pub fn message<T: DeserializeOwned>(
        self,
        bytes: &[u8],
        unpacker: &mut Unpacker,
    ) -> Result<(T, usize), String> {
        let unpacked = if self.is_packed { unpacker.unpack(bytes)? } else { bytes };
        let weight = weigh(unpacked)?;
        let message = rmp_serde::from_slice(unpacked);
        message.map(|message| (message, weight)).map_err(|error| format!("no message of ours: {error}"))
    }
}

/// The bytes of a frame that holds this message.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, String> {
    let mut frame = vec![0; 4];
    rmp_serde::encode::write_named(&mut frame, message).map_err(|error| error.to_string())?;
    let length = frame.len() - 4;
    if length > MOST_BYTES {
        return Err(format!("a message of {length} bytes is longer than {MOST_BYTES}"));
    }
    set_head(&mut frame, 0);
    Ok(frame)
}

/// The frame as it travels: packed, unless its message is long.
pub fn pack(frame: Vec<u8>, packer: &mut Packer) -> Result<Vec<u8>, String> {
    match frame.get(4..) {
        Some(message) if message.len() <= MOST_PACKED => {
            let mut packed = vec![0; 4];
            packer.pack(message, &mut packed)?;
            set_head(&mut packed, PACKED);
            Ok(packed)
        }
        _ => Ok(frame),
    }
}

fn set_head(frame: &mut [u8], mark: u32) {
    let length = u32::try_from(frame.len() - 4).unwrap_or(u32::MAX);
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = (length | mark).to_le_bytes();
    }
}

/// Reads one message; `None` at the end of the stream. Memory grows with what comes, not with what is announced.
pub fn read<T: DeserializeOwned>(
    reader: &mut impl Read,
    unpacker: &mut Unpacker,
) -> io::Result<Option<(T, usize)>> {
    let mut head = [0; 4];
    match reader.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let head = Head::read(head).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    reader.take(head.length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < head.length {
        return Ok(None);
    }
    head.message(&bytes, unpacker).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ToAgent;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_refused_and_costs_nothing(bytes: Vec<u8>) {
            let _ = read::<ToAgent>(&mut bytes.as_slice(), &mut Unpacker::default());
        }
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused() {
        let error = read::<ToAgent>(&mut [0xff_u8; 8].as_slice(), &mut Unpacker::default()).unwrap_err();
        assert!(error.to_string().contains("announces a message of 2147483647 bytes"));
    }
}
