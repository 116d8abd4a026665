//! `password_hash`: what `/etc/shadow` holds, as passlib writes it.

use super::Table;
use super::bcrypt;
use crate::template::eval::Call;
use crate::template::python::random::Random;
use crate::template::{Answer, Error};
use crate::vars::Value;
use md5::{Digest, Md5};
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

pub const TABLE: Table = &[("password_hash", password_hash)];

/// The digits of crypt's base 64, in order.
pub const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The rounds that crypt assumes where a hash names none.
const IMPLICIT_ROUNDS: i64 = 5000;

fn password_hash(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "hashtype", "salt", "salt_size", "rounds", "ident"])?;
    let settings = Settings {
        algorithm: args.text_or("hashtype", "sha512")?,
        salt: args.some("salt").map(ToString::to_string).filter(|salt| !salt.is_empty()),
        salt_size: args.int("salt_size")?.and_then(|size| usize::try_from(size).ok()),
        rounds: args.int("rounds")?.filter(|rounds| *rounds != 0),
        ident: args.some("ident").map(ToString::to_string),
    };
    let password = args.text("value")?;
    let part = call.part;
    call.ev.once(part, || settings.hash(&password).map(Value::from))
}

/// How a password is hashed.
pub struct Settings {
    pub algorithm: String,
    pub salt: Option<String>,
    pub salt_size: Option<usize>,
    pub rounds: Option<i64>,
    pub ident: Option<String>,
}

impl Settings {
    /// The hash with its settings before it.
    ///
    /// # Errors
    /// If a setting is not of the algorithm.
    pub fn hash(&self, password: &str) -> Answer<String> {
        match self.algorithm.as_str() {
            "sha512" | "sha512_crypt" => self.sha(password, "6", 656_000),
            "sha256" | "sha256_crypt" => self.sha(password, "5", 535_000),
            "md5" | "md5_crypt" => {
                let salt = self.salt(8, 8)?;
                Ok(format!("$1${salt}${}", md5_crypt(password.as_bytes(), salt.as_bytes())))
            }
            "blowfish" | "bcrypt" => {
                let rounds = self.rounds.unwrap_or(12);
                bcrypt::hash(password, &self.salt(22, 22)?, rounds, self.ident.as_deref().unwrap_or("2b"))
            }
            other => {
                let error = Error::failed(format!("there is no password hash `{other}`"));
                Err(error.hint("known are `sha512`, `sha256`, `md5`, `blowfish`"))
            }
        }
    }

    fn salt(&self, usual: usize, longest: usize) -> Answer<String> {
        let Some(salt) = &self.salt else {
            let alphabet: Vec<char> = DIGITS.iter().map(|digit| char::from(*digit)).collect();
            return Ok(Random::of_system().text(self.salt_size.unwrap_or(usual).min(longest), &alphabet));
        };
        if !salt.bytes().all(|byte| DIGITS.contains(&byte)) {
            return Err(Error::failed("the salt has a character that is no letter, digit, `.` or `/`"));
        }
        if salt.len() > longest {
            return Err(Error::failed(format!("the salt is longer than {longest} characters")));
        }
        Ok(salt.clone())
    }

    fn sha(&self, password: &str, ident: &str, usual_rounds: i64) -> Answer<String> {
        let salt = self.salt(16, 16)?;
        let rounds = self.rounds.unwrap_or(usual_rounds);
        let params = u32::try_from(rounds).ok().and_then(|rounds| Params::new(rounds).ok());
        let params =
            params.ok_or_else(|| Error::failed(format!("{rounds} rounds are too few or too many")))?;
        let digest = match ident {
            "6" => sha512_text(&sha512_crypt(password.as_bytes(), salt.as_bytes(), params)),
            _ => sha256_text(&sha256_crypt(password.as_bytes(), salt.as_bytes(), params)),
        };
        Ok(match rounds == IMPLICIT_ROUNDS {
            true => format!("${ident}${salt}${digest}"),
            false => format!("${ident}$rounds={rounds}${salt}${digest}"),
        })
    }
}

/// Three bytes as digits, the lowest first.
fn digits(bytes: [u8; 3], count: usize) -> String {
    let number = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
    (0..count).map(|at| char::from(DIGITS[(number >> (6 * at) & 63) as usize])).collect()
}

fn sha512_text(hash: &[u8; 64]) -> String {
    let (mut out, mut at) = (String::new(), [0, 21, 42]);
    for _ in 0..21 {
        out.push_str(&digits(at.map(|at: usize| hash[at]), 4));
        at = [at[1] + 1, at[2] + 1, at[0] + 1];
    }
    out + &digits([0, 0, hash[63]], 2)
}

fn sha256_text(hash: &[u8; 32]) -> String {
    let (mut out, mut at) = (String::new(), [0, 10, 20]);
    for _ in 0..10 {
        out.push_str(&digits(at.map(|at: usize| hash[at]), 4));
        at = [at[2] + 1, at[0] + 1, at[1] + 1];
    }
    out + &digits([0, hash[31], hash[30]], 3)
}

/// The scheme of FreeBSD's MD5 passwords.
fn md5_crypt(password: &[u8], salt: &[u8]) -> String {
    let inner: [u8; 16] = Md5::digest([password, salt, password].concat()).into();
    let mut start = [password, b"$1$", salt].concat();
    start.extend(inner.iter().cycle().take(password.len()));
    let mut length = password.len();
    while length > 0 {
        start.push(if length & 1 == 1 { 0 } else { password[0] });
        length >>= 1;
    }
    let mut hash: [u8; 16] = Md5::digest(start).into();
    for round in 0..1000 {
        let mut text = if round % 2 == 1 { password.to_vec() } else { hash.to_vec() };
        if round % 3 != 0 {
            text.extend(salt);
        }
        if round % 7 != 0 {
            text.extend(password);
        }
        text.extend(if round % 2 == 1 { &hash[..] } else { password });
        hash = Md5::digest(text).into();
    }
    let groups = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let text: String = groups.iter().map(|at| digits(at.map(|at: usize| hash[at]), 4)).collect();
    text + &digits([0, 0, hash[11]], 2)
}
