//! The outer form of an encrypted text: a header line, and hexadecimal digits in lines of 80.

use super::DEFAULT;
use std::fmt::Write;

const START: &str = "$ANSIBLE_VAULT;";
const LINE: usize = 80;

/// Whether a text or a file starts as an encrypted one does.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(b"$ANSIBLE_VAULT")
}

/// The parts of an encrypted text, still encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Which secret it was encrypted with, where it says so (format 1.2).
    pub label: Option<String>,
    pub(super) salt: Vec<u8>,
    pub(super) mac: Vec<u8>,
    pub(super) hidden: Vec<u8>,
}

impl Envelope {
    /// Takes an encrypted text apart.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the rest of a sentence about it.
    pub fn parse(text: &str) -> Result<Envelope, String> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let (header, body) = text.split_once(['\n', '\r', ' ']).unwrap_or((text, ""));
        let label = label(header.trim())?;
        let body: String = body.split_whitespace().collect();
        let parts = unhex(body.as_bytes()).ok_or("its lines are not hexadecimal digits")?;
        let mut parts = parts.splitn(3, |byte| *byte == b'\n').map(unhex);
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
            (Some(salt), Some(mac), Some(hidden)) => Ok(Envelope { label, salt, mac, hidden }),
            _ => Err("it is cut off or damaged".into()),
        }
    }

    /// The label, or what counts as one.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(DEFAULT)
    }
}

/// The envelope as text: format 1.2 with a label, else 1.1; ends with a line break.
impl std::fmt::Display for Envelope {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.label.as_deref().filter(|label| *label != DEFAULT) {
            Some(label) => writeln!(out, "{START}1.2;AES256;{label}")?,
            None => writeln!(out, "{START}1.1;AES256")?,
        }
        let parts = [hex(&self.salt), hex(&self.mac), hex(&self.hidden)].join("\n");
        let digits = hex(parts.as_bytes());
        let mut rest = digits.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(LINE));
            writeln!(out, "{line}")?;
            rest = after;
        }
        Ok(())
    }
}

fn label(header: &str) -> Result<Option<String>, String> {
    let rest = header.strip_prefix(START).ok_or("it does not start with `$ANSIBLE_VAULT;`")?;
    let mut parts = rest.split(';').map(str::trim);
    let version = parts.next().unwrap_or("");
    if !["1.1", "1.2"].contains(&version) {
        return Err(format!("its format is `{version}`, and 1.1 and 1.2 are known"));
    }
    match parts.next() {
        Some("AES256") => Ok(parts.next().filter(|label| !label.is_empty()).map(str::to_owned)),
        cipher => Err(format!("its cipher is `{}`, and AES256 is known", cipher.unwrap_or(""))),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_damaged_says_how() {
        let message = |text| Envelope::parse(text).unwrap_err();
        assert_eq!(message("abc"), "it does not start with `$ANSIBLE_VAULT;`");
        assert_eq!(message("$ANSIBLE_VAULT;1.0;AES\n00"), "its format is `1.0`, and 1.1 and 1.2 are known");
        assert_eq!(message("$ANSIBLE_VAULT;1.1;AES\n00"), "its cipher is `AES`, and AES256 is known");
        assert_eq!(message("$ANSIBLE_VAULT;1.1;AES256\n0x"), "its lines are not hexadecimal digits");
        assert_eq!(message("$ANSIBLE_VAULT;1.1;AES256\n3132"), "it is cut off or damaged");
        assert_eq!(message("$ANSIBLE_VAULT;1.1;AES256"), "it is cut off or damaged");
    }

    proptest! {
        #[test]
        fn an_envelope_reads_back(
            label in prop::option::of("[a-z_]{1,8}"),
            salt in any::<Vec<u8>>(), mac in any::<Vec<u8>>(), hidden in any::<Vec<u8>>(),
        ) {
            let envelope = Envelope { label, salt, mac, hidden };
            let text = envelope.to_string();
            prop_assert!(text.lines().skip(1).all(|line| line.len() <= LINE));
            prop_assert_eq!(Envelope::parse(&text), Ok(envelope));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(\\$ANSIBLE_VAULT;1\\.[12];AES256(;x)?\n)?\\PC*") {
            let _ = Envelope::parse(&text);
        }
    }
}
