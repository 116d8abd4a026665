//! Bytes that are no UTF-8 survive as text: byte `0xNN` becomes the private-use scalar `U+10FFNN`.
//!
//! Names of files, arguments and outputs of a host may hold any bytes. Everywhere inside they are text; at the border
//! to the system they are bytes again.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

const BASE: u32 = 0x10_FF00;

/// The text that stands for the bytes; valid UTF-8 stands for itself.
pub fn from_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(BASE + u32::from(*byte))));
    }
    text
}

/// The bytes that the text stands for.
pub fn to_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for scalar in text.chars() {
        match stands_for(scalar) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

fn stands_for(scalar: char) -> Option<u8> {
    let code = u32::from(scalar);
    (BASE + 0x80..=BASE + 0xFF).contains(&code).then_some((code & 0xFF) as u8)
}

/// The text of a path.
pub fn from_path(path: &Path) -> String {
    from_bytes(path.as_os_str().as_bytes())
}

/// The text of a name.
pub fn from_os(name: &OsStr) -> String {
    from_bytes(name.as_bytes())
}

/// The path that the text stands for.
pub fn to_path(text: &str) -> PathBuf {
    PathBuf::from(to_os(text))
}

/// The name that the text stands for.
pub fn to_os(text: &str) -> OsString {
    OsString::from_vec(to_bytes(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_survive(bytes: Vec<u8>) {
            // The scalars themselves, spelled out in UTF-8, are the one thing that cannot be told apart.
            prop_assume!(!String::from_utf8_lossy(&bytes).chars().any(|c| stands_for(c).is_some()));
            prop_assert_eq!(to_bytes(&from_bytes(&bytes)), bytes);
        }
    }

    #[test]
    fn latin_one_is_kept() {
        let text = from_bytes(b"caf\xe9");
        assert_eq!(text, "caf\u{10FFE9}");
        assert_eq!(to_bytes(&text), b"caf\xe9");
    }
}
