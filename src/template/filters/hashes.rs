//! Hashes of text: `hash`, `checksum`, `md5`, `sha1`, `to_uuid`, `crc32`.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;
use sha2::Digest;

pub const TABLE: Table = &[
    ("hash", hash),
    ("md5", |call| Ok(digest("md5", &types::text(&call.only()?)?)?.into())),
    ("sha1", |call| Ok(digest("sha1", &types::text(&call.only()?)?)?.into())),
    ("checksum", |call| Ok(digest("sha1", &types::text(&call.only()?)?)?.into())),
    ("to_uuid", to_uuid),
    ("crc32", |call| Ok(format!("{:x}", crc32(types::text(&call.only()?)?.as_bytes())).into())),
];

fn hash(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "hashtype"])?;
    Ok(digest(&args.text_or("hashtype", "sha1")?, &args.text("value")?)?.into())
}

/// Bytes as pairs of digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a text by the name of its algorithm.
pub fn digest(algorithm: &str, text: &str) -> Answer<String> {
    Ok(match algorithm.to_lowercase().replace(['-', '_'], "").as_str() {
        "md5" => hex(&md5::Md5::digest(text)),
        "sha1" => hex(&sha1::Sha1::digest(text)),
        "sha224" => hex(&sha2::Sha224::digest(text)),
        "sha256" => hex(&sha2::Sha256::digest(text)),
        "sha384" => hex(&sha2::Sha384::digest(text)),
        "sha512" => hex(&sha2::Sha512::digest(text)),
        "sha512224" => hex(&sha2::Sha512_224::digest(text)),
        "sha512256" => hex(&sha2::Sha512_256::digest(text)),
        "sha3224" => hex(&sha3::Sha3_224::digest(text)),
        "sha3256" => hex(&sha3::Sha3_256::digest(text)),
        "sha3384" => hex(&sha3::Sha3_384::digest(text)),
        "sha3512" => hex(&sha3::Sha3_512::digest(text)),
        "blake2b" => hex(&blake2::Blake2b512::digest(text)),
        "blake2s" => hex(&blake2::Blake2s256::digest(text)),
        _ => {
            let error = Error::failed(format!("unsupported hash type '{algorithm}'"));
            return Err(error.hint("known are `md5`, `sha1`, `sha224`, `sha256`, `sha384`, `sha512`, `sha3_256`, `blake2b` and their kin"));
        }
    })
}

/// The namespace of Ansible's own UUIDs.
const NAMESPACE: &str = "361E6D51-FAEC-444A-9079-341386DA8E2E";

fn to_uuid(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "namespace"])?;
    let namespace = args.text_or("namespace", NAMESPACE)?;
    let digits: String = namespace.chars().filter(|char| !matches!(char, '-' | '{' | '}')).collect();
    let bytes: Option<Vec<u8>> = (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok())
        .collect();
    let bytes = bytes.filter(|bytes| bytes.len() == 16);
    let bytes = bytes.ok_or_else(|| Error::failed(format!("Invalid value '{namespace}' for a UUID")))?;
    Ok(named_uuid(&bytes, &args.text("value")?).into())
}

/// A UUID of version 5.
fn named_uuid(namespace: &[u8], name: &str) -> String {
    let mut hash = sha1::Sha1::digest([namespace, name.as_bytes()].concat()).to_vec();
    hash[6] = hash[6] & 0x0f | 0x50;
    hash[8] = hash[8] & 0x3f | 0x80;
    let text = hex(&hash[..16]);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
