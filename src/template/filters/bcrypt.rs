//! bcrypt, for `password_hash`.

use crate::template::{Answer, Error};
use blowfish::Blowfish;

/// bcrypt's own order of digits.
const DIGITS: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The hash of a password with a salt of 22 digits.
///
/// # Errors
/// If the salt or the rounds are not of bcrypt.
pub fn hash(password: &str, salt: &str, rounds: i64, ident: &str) -> Answer<String> {
    let cost = u32::try_from(rounds).ok().filter(|cost| (4..=31).contains(cost));
    let cost = cost.ok_or_else(|| Error::failed("bcrypt takes 4 to 31 rounds"))?;
    if !matches!(ident, "2" | "2a" | "2b" | "2y") {
        return Err(Error::failed(format!("bcrypt has no ident `{ident}`")));
    }
    let salt_bytes = decode(salt).ok_or_else(|| Error::failed("a salt of bcrypt has 22 characters"))?;
    let mut key: Vec<u8> = password.bytes().take(72).collect();
    if key.len() < 72 {
        key.push(0);
    }
    let digest = raw(&key, &salt_bytes, cost);
    let (salt, digest) = (encode(&salt_bytes, 22), encode(&digest[..23], 31));
    Ok(format!("${ident}${cost:02}${salt}{digest}"))
}

fn raw(key: &[u8], salt: &[u8; 16], cost: u32) -> [u8; 24] {
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, key);
    for _ in 0..1_u64 << cost {
        state.bc_expand_key(key);
        state.bc_expand_key(salt);
    }
    let mut out = [0; 24];
    let words = b"OrpheanBeholderScryDoubt";
    for (block, text) in out.chunks_exact_mut(8).zip(words.chunks_exact(8)) {
        let half = |bytes: &[u8]| bytes.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let mut pair = [half(&text[..4]), half(&text[4..])];
        for _ in 0..64 {
            pair = state.bc_encrypt(pair);
        }
        block[..4].copy_from_slice(&pair[0].to_be_bytes());
        block[4..].copy_from_slice(&pair[1].to_be_bytes());
    }
    out
}

fn encode(bytes: &[u8], length: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let digit = |index: usize| (0..6).fold(0, |digit, at| digit << 1 | bit(index * 6 + at));
    (0..length).map(|index| char::from(DIGITS[usize::from(digit(index))])).collect()
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != 22 {
        return None;
    }
    let digits: Option<Vec<u8>> =
        text.bytes().map(|byte| DIGITS.iter().position(|digit| *digit == byte).map(|at| at as u8)).collect();
    let digits = digits?;
    let bit = |at: usize| digits.get(at / 6).map_or(0, |digit| digit >> (5 - at % 6) & 1);
    Some(std::array::from_fn(|index| (0..8).fold(0, |byte, at| byte << 1 | bit(index * 8 + at))))
}
