//! What PostgreSQL keeps of passwords (RFC 5802, RFC 7677).

use super::{base64, hex, text};
use md5::Md5;
use sha2::{Digest, Sha256};

/// Whether what the server keeps, MD5 or SCRAM-SHA-256, is of this password.
pub fn agrees(kept: &str, user: &str, password: &str) -> bool {
    if password == kept {
        return true;
    }
    if kept.starts_with("md5") {
        return kept == md5(user, password);
    }
    scram(kept, password).unwrap_or(false)
}

/// Whether it is no password, but what a server would keep of one.
pub fn is_kept_form(password: &str) -> bool {
    password.starts_with("SCRAM-SHA-256$") || password.starts_with("md5") && password.len() == 35
}

fn md5(user: &str, password: &str) -> String {
    format!("md5{}", hex(&Md5::digest(text::to_bytes(&format!("{password}{user}")))))
}

/// `SCRAM-SHA-256$4096:salt$stored:server`
fn scram(kept: &str, password: &str) -> Option<bool> {
    let (rounds, rest) = kept.strip_prefix("SCRAM-SHA-256$")?.split_once(':')?;
    let (salt, keys) = rest.split_once('$')?;
    let (_, server) = keys.split_once(':')?;
    let rounds: u32 = rounds.parse().ok().filter(|rounds| *rounds <= 1_000_000)?;
    let salted = stretched(&text::to_bytes(password), &base64::decode(salt)?, rounds);
    Some(base64::encode(&authenticated(&salted, b"Server Key")) == server)
}

/// PBKDF2 with one block.
fn stretched(password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
    let mut last = authenticated(password, &[salt, &[0, 0, 0, 1]].concat());
    let mut sum = last.clone();
    for _ in 1..rounds {
        last = authenticated(password, &last);
        sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

/// HMAC-SHA-256.
fn authenticated(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let with = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::new_with_prefix(with(0x36)).chain_update(message).finalize();
    Sha256::new_with_prefix(with(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677.
    #[test]
    fn what_a_server_keeps_is_of_the_password() {
        let kept = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
        assert!(agrees(kept, "user", "pencil"));
        assert!(!agrees(kept, "user", "pen"));
        assert!(agrees("md53175bce1d3201d16594cebf9d7eb3f9d", "postgres", "postgres"));
    }
}
