//! Frames: a length in four bytes, little end first, then that many bytes of one message.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};

/// The line after which the agent's output is pure frames. Before it there may be anything: banners, lectures.
pub const MARKER: &[u8] = b"\x1eprovision-agent\x1e\n";

/// The longest message that is accepted.
pub const MOST_BYTES: usize = 32 << 20;

/// The bytes of a frame that holds this message.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, String> {
    let mut frame = vec![0; 4];
    rmp_serde::encode::write_named(&mut frame, message).map_err(|error| error.to_string())?;
    let length = frame.len() - 4;
    if length > MOST_BYTES {
        return Err(format!("a message of {length} bytes is longer than {MOST_BYTES}"));
    }
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    }
    Ok(frame)
}

/// The message that the bytes of a frame hold.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    rmp_serde::from_slice(bytes).map_err(|error| format!("no message of ours: {error}"))
}

/// How long the message behind this head is, or why it is refused.
pub fn length(head: [u8; 4]) -> Result<usize, String> {
    let length = u32::from_le_bytes(head) as usize;
    if length > MOST_BYTES {
        return Err(format!("announces a message of {length} bytes; {MOST_BYTES} is the most"));
    }
    Ok(length)
}

/// Reads one message; `None` at the end of the stream. Memory grows with what comes, not with what is announced.
pub fn read<T: DeserializeOwned>(reader: &mut impl Read) -> io::Result<Option<(T, usize)>> {
    let mut head = [0; 4];
    match reader.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = length(head).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    reader.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Ok(None);
    }
    decode(&bytes).map(|message| Some((message, length))).map_err(io::Error::other)
}

/// Writes one message at once.
pub fn write<T: Serialize>(writer: &mut impl Write, message: &T) -> io::Result<()> {
    writer.write_all(&encode(message).map_err(io::Error::other)?)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ToAgent;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_is_refused_and_costs_nothing(bytes: Vec<u8>) {
            let _ = read::<ToAgent>(&mut bytes.as_slice());
        }
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused() {
        let error = read::<ToAgent>(&mut [0xff_u8; 8].as_slice()).unwrap_err();
        assert!(error.to_string().contains("announces a message of 4294967295 bytes"));
    }
}
