//! From the bytes of a file to text: UTF-8, or UTF-16 with its mark.

use super::bare_tag;
use crate::source::Diagnostic;
use std::path::Path;

/// The largest text that is read as YAML, in bytes.
const LARGEST: usize = 64 << 20;

/// The text of a file's bytes, without a byte order mark.
///
/// # Errors
///
/// Where the bytes are neither UTF-8 nor UTF-16 with a byte order mark.
pub fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => utf16(path, &bytes, u16::from_le_bytes),
        Some([0xfe, 0xff]) => utf16(path, &bytes, u16::from_be_bytes),
        _ => utf8(path, bytes),
    }
}

fn utf16(path: &Path, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Diagnostic> {
    let units: Vec<u16> = bytes.chunks_exact(2).skip(1).map(|pair| unit([pair[0], pair[1]])).collect();
    let broken = || Diagnostic::error(format!("`{}` starts as UTF-16 but is not UTF-16", path.display()));
    if bytes.len() % 2 == 1 {
        return Err(broken());
    }
    String::from_utf16(&units).map_err(|_| broken())
}

fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(&text).to_owned()),
        Err(error) => Err(not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

fn not_utf8(path: &Path, bytes: &[u8], at: usize) -> Diagnostic {
    let before = &bytes[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes.get(at).copied().unwrap_or(0);
    let path = path.display();
    Diagnostic::error(format!("`{path}` is not UTF-8: byte {byte:#04x} in line {line}"))
        .hint("save the file in UTF-8; if it is meant to be binary, it cannot be read here")
}

/// The text without a byte order mark at its start.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// What forbids to read a text at all: a character that YAML has not, too much of it, a tag that stops the parser.
pub(super) fn unreadable(text: &str) -> Option<(usize, String)> {
    if text.len() > LARGEST {
        let limit = LARGEST >> 20;
        return Some((0, format!("the text is larger than {limit} MiB, the most that is read as YAML")));
    }
    let Some((at, character)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) else {
        return bare_tag::found(text);
    };
    let code = u32::from(character);
    Some((at, format!("the control character U+{code:04X} cannot stand in YAML")))
}

/// The characters that libyaml reads.
fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
        | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, String> {
        decode(Path::new("x.yml"), bytes.to_vec()).map_err(|error| error.message)
    }

    #[test]
    fn marks_are_taken_off_and_utf16_is_read() {
        assert_eq!(decoded(b"\xef\xbb\xbfa: 1"), Ok("a: 1".into()));
        assert_eq!(decoded(b"\xff\xfea\0:\0"), Ok("a:".into()));
        assert_eq!(decoded(b"\xfe\xff\0a\xd8\x3d\xde\x00"), Ok("a\u{1f600}".into()));
        assert_eq!(decoded(b""), Ok(String::new()));
    }

    #[test]
    fn other_bytes_are_refused_with_their_line() {
        let message = "`x.yml` is not UTF-8: byte 0xe4 in line 2";
        assert_eq!(decoded(b"a: 1\nb: \xe4"), Err(message.into()));
        assert!(decoded(b"\xff\xfea").is_err());
        assert!(decoded(b"\xff\xfe\x00\xd8").is_err());
    }

    #[test]
    fn control_characters_are_found() {
        assert_eq!(unreadable("a: \u{1}").map(|found| found.0), Some(3));
        assert_eq!(unreadable("a: \u{85}\u{1f600}\t"), None);
    }
}
