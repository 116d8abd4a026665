//! Hashes of passwords, as files of web servers hold them.

use super::answer::ask_about;
use super::{Bytes, Dialogue, Failure, Probe, base64, text};
use md5::Md5;
use sha1::{Digest, Sha1};

/// The letters that hashes of `crypt` are written in.
const LETTERS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The order in which the bytes of an MD5 are written, three a group.
const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];

/// `{SHA}` and the SHA-1 in base64.
pub fn sha1(password: &str) -> String {
    format!("{{SHA}}{}", base64::encode(&Sha1::digest(text::to_bytes(password))))
}

/// The hash that `crypt` calls `1`, and Apache `apr1`, with another magic word.
pub fn md5(magic: &str, salt: &str, password: &str) -> String {
    let password = text::to_bytes(password);
    let salt: String = salt.chars().take(8).collect();
    let mixed = mixed(magic, &salt, &password);
    let mut hash = String::new();
    for group in ORDER {
        let word = group.iter().fold(0_u32, |word, index| word << 8 | byte(&mixed, *index));
        push_letters(&mut hash, word, 4);
    }
    push_letters(&mut hash, byte(&mixed, 11), 2);
    format!("{magic}{salt}${hash}")
}

fn byte(bytes: &[u8], index: usize) -> u32 {
    bytes.get(index).copied().unwrap_or_default().into()
}

fn push_letters(hash: &mut String, mut word: u32, count: usize) {
    for _ in 0..count {
        hash.push(char::from(LETTERS.get((word & 63) as usize).copied().unwrap_or(b'.')));
        word >>= 6;
    }
}

/// A thousand rounds of MD5.
fn mixed(magic: &str, salt: &str, password: &[u8]) -> Vec<u8> {
    let inner = Md5::new().chain_update(password).chain_update(salt).chain_update(password).finalize();
    let mut digest = Md5::new().chain_update(password).chain_update(magic).chain_update(salt);
    let mut left = password.len();
    while left > 0 {
        digest = digest.chain_update(inner.get(..left.min(16)).unwrap_or_default());
        left = left.saturating_sub(16);
    }
    let mut bits = password.len();
    while bits > 0 {
        let first = password.get(..1).unwrap_or_default();
        digest = digest.chain_update(if bits & 1 == 1 { &[0_u8][..] } else { first });
        bits >>= 1;
    }
    let mut mixed = digest.finalize().to_vec();
    for round in 0..1000 {
        let odd = round % 2 == 1;
        let mut digest = if odd { Md5::new_with_prefix(password) } else { Md5::new_with_prefix(&mixed) };
        if round % 3 != 0 {
            digest = digest.chain_update(salt);
        }
        if round % 7 != 0 {
            digest = digest.chain_update(password);
        }
        digest = if odd { digest.chain_update(&mixed) } else { digest.chain_update(password) };
        mixed = digest.finalize().to_vec();
    }
    mixed
}

/// The hash of `crypt` with SHA-256 (`5`) or SHA-512 (`6`), from the host's `openssl`.
pub fn sha2(host: &dyn Probe, kind: &str, salt: &str, password: &str) -> Result<String, Failure> {
    let argv =
        ["openssl", "passwd", &format!("-{kind}"), "-salt", salt, "-stdin"].map(str::to_owned).to_vec();
    let stdin = Bytes(text::to_bytes(&format!("{password}\n")));
    let said = ask_about(host, Dialogue { stdin, ..Dialogue::of(argv) }.query(), "openssl")?;
    said.well()
        .map(|hash| hash.trim().to_owned())
        .ok_or_else(|| Failure::new("openssl cannot hash the password"))
}

/// A bcrypt hash, from the host's `htpasswd`.
pub fn bcrypt(host: &dyn Probe, password: &str) -> Result<String, Failure> {
    let argv = ["htpasswd", "-n", "-i", "-B", "-C", "12", "user"].map(str::to_owned).to_vec();
    let stdin = Bytes(text::to_bytes(&format!("{password}\n")));
    let said = ask_about(host, Dialogue { stdin, ..Dialogue::of(argv) }.query(), "htpasswd")?;
    let line = said.well().unwrap_or_default();
    line.trim()
        .split_once(':')
        .map(|(_, hash)| hash.to_owned())
        .ok_or_else(|| Failure::new("htpasswd cannot hash the password"))
}

/// Whether the host's `htpasswd` finds that a file has this password for a user.
pub fn htpasswd_agrees(host: &dyn Probe, file: &str, user: &str, password: &str) -> Result<bool, Failure> {
    let argv = ["htpasswd", "-v", "-i", file, user].map(str::to_owned).to_vec();
    let stdin = Bytes(text::to_bytes(&format!("{password}\n")));
    Ok(ask_about(host, Dialogue { stdin, ..Dialogue::of(argv) }.query(), "htpasswd")?.rc == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected texts are those of `openssl passwd`.
    #[test]
    fn hashes_are_those_of_others() {
        assert_eq!(md5("$apr1$", "saltsalt", "password"), "$apr1$saltsalt$yAAkm4libquA.ZWLHbSBq/");
        assert_eq!(
            md5("$1$", "salt", "a password that is longer than sixteen"),
            "$1$salt$HbYiUUqSh8xahV81kSmSt."
        );
        assert_eq!(sha1("password"), "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=");
    }
}
