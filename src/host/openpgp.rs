//! Keyrings of OpenPGP: packets, fingerprints, armour. As much as is needed to put keys where apt and rpm read them.

use super::{base64, hex};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// The line that armoured keys begin with.
const HEAD: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const FOOT: &str = "-----END PGP PUBLIC KEY BLOCK-----";

/// A key with all that belongs to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Key {
    /// In hexadecimal, large letters; those of the subkeys after it.
    pub fingerprints: Vec<String>,
    /// The packets: the key itself, names, signatures, subkeys.
    pub packets: Vec<u8>,
}

impl Key {
    /// The fingerprint of the key itself.
    pub fn fingerprint(&self) -> &str {
        self.fingerprints.first().map_or("", String::as_str)
    }

    /// The long number: the last 16 digits of the fingerprint.
    pub fn id(&self) -> &str {
        last(self.fingerprint(), 16)
    }

    /// Whether the key, or one of its subkeys, goes by this number, long or short.
    pub fn is(&self, id: &str) -> bool {
        self.fingerprints.iter().any(|fingerprint| fingerprint.ends_with(id))
    }
}

/// The last digits of a number.
pub fn last(digits: &str, count: usize) -> &str {
    digits.get(digits.len().saturating_sub(count)..).unwrap_or(digits)
}

/// The number of a key as it is written, without `0x` and in large letters; `None` where it is none.
pub fn plain_id(id: &str) -> Option<String> {
    let digits = id.trim().replace(' ', "").to_ascii_uppercase();
    let digits = digits.strip_prefix("0X").unwrap_or(&digits);
    let is_id =
        matches!(digits.len(), 8 | 16 | 17..) && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    is_id.then(|| digits.to_owned())
}

/// Whether the bytes are armoured.
pub fn is_armoured(bytes: &[u8]) -> bool {
    bytes.windows(HEAD.len()).any(|window| window == HEAD.as_bytes())
}

/// The keys in a keyring or an armoured text, in their order; nothing where there are none.
pub fn keys(bytes: &[u8]) -> Vec<Key> {
    let plain = if is_armoured(bytes) { unarmoured(&super::text::from_bytes(bytes)) } else { bytes.to_vec() };
    let mut keys: Vec<Key> = Vec::new();
    let mut rest = plain.as_slice();
    while let Some((packet, length)) = packet(rest) {
        let whole = rest.get(..length).unwrap_or_default();
        match (packet.tag, fingerprint(packet.body)) {
            (6, Some(print)) => keys.push(Key { fingerprints: vec![print], packets: whole.to_vec() }),
            (tag, print) => {
                if let Some(key) = keys.last_mut() {
                    key.packets.extend_from_slice(whole);
                    key.fingerprints.extend(print.filter(|_| tag == 14));
                }
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    keys
}

/// The keys as one keyring.
pub fn keyring(keys: &[Key]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.packets.iter().copied()).collect()
}

/// The bytes as armoured text.
pub fn armoured(bytes: &[u8]) -> String {
    let mut text = format!("{HEAD}\n\n");
    let letters = base64::encode(bytes);
    for line in letters.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    let sum = checksum(bytes).to_be_bytes();
    text + &format!("={}\n{FOOT}\n", base64::encode(sum.get(1..).unwrap_or_default()))
}

/// All blocks of an armoured text, one after another.
fn unarmoured(text: &str) -> Vec<u8> {
    let blocks = text.split(HEAD).skip(1).filter_map(|block| block.split("-----END").next());
    blocks.flat_map(block).collect()
}

/// What stands behind the headers of a block, without the checksum at its end.
fn block(block: &str) -> Vec<u8> {
    let lines = block.trim_start_matches([' ', '\t', '\r']).lines().map(str::trim).skip(1);
    let body = lines.skip_while(|line| line.contains(": ")).filter(|line| !line.starts_with('='));
    base64::decode(&body.collect::<String>()).unwrap_or_default()
}

struct Packet<'a> {
    tag: u8,
    body: &'a [u8],
}

/// The first packet, and how long it is with its head.
fn packet(bytes: &[u8]) -> Option<(Packet<'_>, usize)> {
    let first = *bytes.first()?;
    let (tag, head, length) = if first & 0xc0 == 0xc0 {
        let (head, length) = new_length(bytes.get(1..)?)?;
        (first & 0x3f, head + 1, length)
    } else if first & 0x80 != 0 {
        let digits = 1_usize << (first & 3);
        let length = if first & 3 == 3 { bytes.len() - 1 } else { number(bytes.get(1..=digits)?) };
        (first >> 2 & 0xf, if first & 3 == 3 { 1 } else { digits + 1 }, length)
    } else {
        return None;
    };
    let end = head.checked_add(length)?;
    Some((Packet { tag, body: bytes.get(head..end)? }, end))
}

/// The length of a packet as it is written today, and how many bytes that takes.
fn new_length(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.first()? {
        short @ ..192 => Some((1, usize::from(short))),
        first @ 192..224 => Some((2, (usize::from(first - 192) << 8) + usize::from(*bytes.get(1)?) + 192)),
        255 => Some((5, number(bytes.get(1..5)?))),
        _ => None,
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The fingerprint of the body of a key, by the rules of its version (RFC 4880, RFC 9580).
fn fingerprint(body: &[u8]) -> Option<String> {
    let length = u32::try_from(body.len()).ok()?.to_be_bytes();
    let print = match body.first()? {
        4 => {
            let digest = Sha1::new_with_prefix([0x99]).chain_update(length.get(2..)?).chain_update(body);
            hex(&digest.finalize())
        }
        version @ (5 | 6) => {
            let head = if *version == 5 { 0x9a } else { 0x9b };
            hex(&Sha256::new_with_prefix([head]).chain_update(length).chain_update(body).finalize())
        }
        _ => return None,
    };
    Some(print.to_ascii_uppercase())
}

/// The checksum of armour: CRC-24.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 16, |sum, _| {
            let next = sum << 1;
            if next & 0x0100_0000 == 0 { next } else { next ^ 0x0186_4cfb }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key made by GnuPG 2.2 for this test: Ed25519, one subkey.
    const KEY: &str = include_str!("../../tests/modules/apt_key/key.asc");

    #[test]
    fn keys_are_found_with_their_fingerprints() {
        let keys = keys(KEY.as_bytes());
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].fingerprints.len(), 2);
        assert_eq!(keys[0].fingerprint(), include_str!("../../tests/modules/apt_key/fingerprint").trim());
        assert!(keys[0].is(keys[0].id()));
    }

    #[test]
    fn armour_goes_on_and_off() {
        let bytes = keyring(&keys(KEY.as_bytes()));
        assert_eq!(keys(armoured(&bytes).as_bytes()), keys(&bytes));
        assert!(KEY.contains(armoured(&bytes).lines().rev().nth(1).unwrap()));
        assert!(keys(b"no key at all").is_empty());
        assert!(keys(&bytes[..20]).is_empty());
    }

    #[test]
    fn numbers_of_keys_are_read() {
        assert_eq!(plain_id("0xdeadbeef").as_deref(), Some("DEADBEEF"));
        assert_eq!(plain_id("xyz"), None);
    }
}
