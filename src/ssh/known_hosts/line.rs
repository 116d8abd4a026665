//! One line of a known_hosts file.

use base64::{Engine, engine::general_purpose::STANDARD};
use russh::keys::ssh_encoding::Decode;
use russh::keys::ssh_key::PublicKey;
use russh::keys::ssh_key::public::KeyData;

/// What a line says of its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Marker {
    /// The host has it.
    None,
    /// It signs the certificates of hosts.
    Authority,
    /// It is not to be trusted any more.
    Revoked,
}

/// A line that can be used; `None` for empty lines, comments and lines that OpenSSH does not understand either.
pub(super) struct Line<'a> {
    pub marker: Marker,
    /// Patterns or one hashed name.
    pub names: &'a str,
    /// The word for the type of key, and the key itself in base64.
    kind: &'a str,
    blob: &'a str,
}

impl<'a> Line<'a> {
    /// Takes a line apart. The key is not looked at yet.
    pub fn parse(line: &'a str) -> Option<Line<'a>> {
        let line = line.trim_start_matches([' ', '\t']);
        if line.is_empty() || line.starts_with(['#', '\r', '\n']) {
            return None;
        }
        let (marker, rest) = match line.starts_with('@') {
            true => marker(line)?,
            false => (Marker::None, line),
        };
        let (names, rest) = word(rest)?;
        let (kind, rest) = word(rest)?;
        let (blob, _) = word(rest)?;
        Some(Line { marker, names, kind, blob })
    }

    /// The key; `None` where it is none.
    pub fn key(&self) -> Option<KeyData> {
        let compact: String = self.blob.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(compact).ok()?;
        let mut reader = bytes.as_slice();
        let key = KeyData::decode(&mut reader).ok()?;
        let known = !key.is_other() && name(&key) == self.kind;
        (known && reader.is_empty()).then_some(key)
    }
}

/// The word for the type of a key.
fn name(key: &KeyData) -> String {
    match key.is_certificate() {
        true => key.algorithm().to_certificate_type(),
        false => key.algorithm().as_str().to_owned(),
    }
}

fn marker(line: &str) -> Option<(Marker, &str)> {
    let (word, rest) = word(line)?;
    let marker = match word {
        "@cert-authority" => Marker::Authority,
        "@revoked" => Marker::Revoked,
        _ => return None,
    };
    (!rest.starts_with('@')).then_some((marker, rest))
}

/// The first word, and what follows the blanks behind it.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty()).then_some((word, rest.trim_start_matches([' ', '\t'])))
}

/// A line for a key.
pub(super) fn write(names: &str, key: &KeyData) -> Option<String> {
    let key = PublicKey::new(key.clone(), "").to_openssh().ok()?;
    Some(format!("{names} {}\n", key.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in "[@|!*,# \\ta-z0-9AZ=/+\\r]{0,80}") {
            let _ = Line::parse(&line).map(|line| line.key());
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let key = KeyData::decode(&mut STANDARD.decode(ED25519).unwrap().as_slice()).unwrap();
        let text = write("web1,web2", &key).unwrap();
        assert_eq!(text, format!("web1,web2 ssh-ed25519 {ED25519}\n"));
        let line = Line::parse(&text).unwrap();
        assert_eq!((line.marker, line.names), (Marker::None, "web1,web2"));
        // The line break is no part of what files are split into.
        assert_eq!(Line::parse(text.trim_end()).unwrap().key(), Some(key));
    }

    const ED25519: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIHExZwzGEDFdX9y0sRQXW0mvcSBmOi0tWvAtAAAAAAAA";
}
