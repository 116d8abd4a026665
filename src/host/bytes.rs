//! Bytes and their hashes, as they travel.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;

/// Bytes that travel as bytes, not as a list of numbers.
#[derive(Clone, PartialEq, Eq, std::hash::Hash, PartialOrd, Ord, Default)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor).map(Bytes)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

/// SHA-256 of a content.
#[derive(Clone, Copy, PartialEq, Eq, std::hash::Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// The hash of all that is read, and how many bytes that is; little of it is held at a time.
    ///
    /// # Errors
    ///
    /// Where reading fails.
    pub fn of_all(mut from: impl Read) -> std::io::Result<(Hash, u64)> {
        let (mut hash, mut size) = (Sha256::new(), 0);
        let mut buffer = vec![0; 64 << 10];
        loop {
            match from.read(&mut buffer)? {
                0 => return Ok((Hash(hash.finalize().into()), size)),
                count => {
                    hash.update(buffer.get(..count).unwrap_or_default());
                    size += count as u64;
                }
            }
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let bytes = deserializer.deserialize_byte_buf(BytesVisitor)?;
        let bytes = bytes.try_into().map_err(|_| serde::de::Error::custom("a hash has 32 bytes"))?;
        Ok(Hash(bytes))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// A content: small ones travel with the call, others are asked for by their hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Content {
    Inline(Bytes),
    Held {
        hash: Hash,
        size: u64,
    },
    /// A file of the host itself, to be put elsewhere.
    OnHost {
        path: String,
        hash: Hash,
        size: u64,
    },
    /// An archive of files of the host, made when it is written.
    Packed {
        packing: Box<super::pack::Packing>,
        hash: Hash,
        size: u64,
    },
    /// Bytes that the agent has in a file: they do not travel.
    #[serde(skip)]
    Stored {
        stored: super::Stored,
        hash: Hash,
    },
}

impl Content {
    /// A content that is at hand.
    pub fn inline(bytes: impl Into<Vec<u8>>) -> Content {
        Content::Inline(Bytes(bytes.into()))
    }

    pub fn hash(&self) -> Hash {
        match self {
            Content::Inline(bytes) => Hash::of(&bytes.0),
            Content::Held { hash, .. }
            | Content::OnHost { hash, .. }
            | Content::Packed { hash, .. }
            | Content::Stored { hash, .. } => *hash,
        }
    }

    pub fn size(&self) -> u64 {
        match self {
            Content::Inline(bytes) => bytes.0.len() as u64,
            Content::Held { size, .. } | Content::OnHost { size, .. } | Content::Packed { size, .. } => *size,
            Content::Stored { stored, .. } => stored.size,
        }
    }
}
