//! AES-256 in counter mode, keys from PBKDF2, the HMAC checked before anything is decrypted.

use super::Envelope;
use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How often PBKDF2 hashes: the format fixes it.
const ROUNDS: u32 = 10_000;
/// Plain bytes are padded to a multiple of this.
const BLOCK: usize = 16;

/// Two keys of 32 bytes and the first counter block of 16.
struct Keys(Zeroizing<[u8; 80]>);

impl Keys {
    fn derive(password: &[u8], salt: &[u8]) -> Keys {
        let mut bytes = Zeroizing::new([0; 80]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, ROUNDS, &mut *bytes);
        Keys(bytes)
    }

    /// Encrypts or decrypts, which is the same in counter mode.
    fn apply(&self, bytes: &mut [u8]) -> Option<()> {
        let mut cipher = ctr::Ctr128BE::<Aes256>::new_from_slices(&self.0[..32], &self.0[64..]).ok()?;
        cipher.apply_keystream(bytes);
        Some(())
    }

    fn mac(&self, hidden: &[u8]) -> Option<Vec<u8>> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0[32..64]).ok()?;
        mac.update(hidden);
        Some(mac.finalize().into_bytes().to_vec())
    }
}

/// The bytes inside, if this is the password.
pub(super) fn open(envelope: &Envelope, password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let keys = Keys::derive(password, &envelope.salt);
    let mac = keys.mac(&envelope.hidden)?;
    if !bool::from(mac.ct_eq(&envelope.mac)) {
        return None;
    }
    let mut bytes = Zeroizing::new(envelope.hidden.clone());
    keys.apply(&mut bytes)?;
    let padding = usize::from(*bytes.last()?);
    let length = bytes.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding))?;
    bytes.truncate(length);
    Some(bytes)
}

/// The bytes in an envelope that opens with this password only.
///
/// # Errors
///
/// Where the system gives no random bytes for the salt.
pub(super) fn seal(bytes: &[u8], password: &[u8], label: Option<&str>) -> Result<Envelope, String> {
    let mut salt = vec![0; 32];
    random(&mut salt).map_err(|error| format!("the system gives no random bytes: {error}"))?;
    sealed(bytes, password, label, salt).ok_or_else(|| "the cipher does not take its keys".to_owned())
}

/// Encrypts bytes with a salt.
pub(super) fn sealed(bytes: &[u8], password: &[u8], label: Option<&str>, salt: Vec<u8>) -> Option<Envelope> {
    let keys = Keys::derive(password, &salt);
    let padding = BLOCK - bytes.len() % BLOCK;
    let mut hidden = bytes.to_vec();
    hidden.resize(bytes.len() + padding, u8::try_from(padding).ok()?);
    keys.apply(&mut hidden)?;
    Some(Envelope { label: label.map(str::to_owned), salt, mac: keys.mac(&hidden)?, hidden })
}

/// Fills bytes from the system's generator.
pub(super) fn random(mut bytes: &mut [u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        let count = rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty())?;
        bytes = bytes.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_password_only() {
        for length in [0, 1, 15, 16, 17, 100] {
            let bytes = vec![b'x'; length];
            let envelope = seal(&bytes, b"right", None).unwrap();
            assert_eq!(envelope.hidden.len() % BLOCK, 0);
            assert_eq!(open(&envelope, b"right").as_deref(), Some(&bytes));
            assert_eq!(open(&envelope, b"wrong"), None);
        }
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let mut envelope = seal(b"text", b"right", None).unwrap();
        envelope.hidden[0] ^= 1;
        assert_eq!(open(&envelope, b"right"), None);
    }
}
