//! Encodings: base 64, quotes of the shell, parts of addresses.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE};

pub const TABLE: Table = &[
    ("b64encode", b64_encode),
    ("b64decode", b64_decode),
    ("quote", |call| Ok(shell_quoted(&quotable(&call.only()?)?).into())),
    ("urldecode", |call| Ok(url_decoded(&types::text(&call.only()?)?).into())),
    ("urlsplit", url_split),
];

fn b64_encode(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "encoding", "urlsafe"])?;
    let bytes = encoded(&args.text("value")?, &args.text_or("encoding", "utf-8")?)?;
    let engine = if args.bool_or("urlsafe", false)? { &URL_SAFE } else { &STANDARD };
    Ok(engine.encode(bytes).into())
}

/// Text in an encoding that is named as Python names it.
fn encoded(text: &str, encoding: &str) -> Answer<Vec<u8>> {
    let units = || text.encode_utf16();
    Ok(match encoding.to_lowercase().replace(['_', '-'], "").as_str() {
        "utf8" | "ascii" => text.as_bytes().to_vec(),
        "utf16le" => units().flat_map(u16::to_le_bytes).collect(),
        "utf16be" => units().flat_map(u16::to_be_bytes).collect(),
        "utf16" => [0xfeff].into_iter().chain(units()).flat_map(u16::to_le_bytes).collect(),
        "latin1" | "iso88591" => {
            let bytes: Option<Vec<u8>> =
                text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
            bytes.ok_or_else(|| Error::failed("the text has characters that are not of latin-1"))?
        }
        _ => return Err(Error::failed(format!("there is no encoding `{encoding}`"))),
    })
}

fn decoded(bytes: Vec<u8>, encoding: &str) -> Answer<String> {
    let units = |order: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes.as_chunks().0.iter().map(|pair| order(*pair)).collect()
    };
    Ok(match encoding.to_lowercase().replace(['_', '-'], "").as_str() {
        "utf16le" | "utf16" => String::from_utf16_lossy(&units(u16::from_le_bytes)).replace('\u{feff}', ""),
        "utf16be" => String::from_utf16_lossy(&units(u16::from_be_bytes)),
        "latin1" | "iso88591" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8(bytes).map_err(|_| Error::failed("the decoded bytes are no text"))?,
    })
}

fn b64_decode(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "encoding", "urlsafe"])?;
    let safe = args.bool_or("urlsafe", false)?;
    let alphabet = if safe { &base64::alphabet::URL_SAFE } else { &base64::alphabet::STANDARD };
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true);
    // Python passes over what is no digit, line breaks first of all.
    let is_digit = |char: &char| char.is_ascii_alphanumeric() || "+/=-_".contains(*char);
    let text: String = args.text("value")?.chars().filter(is_digit).collect();
    let bytes = GeneralPurpose::new(alphabet, lenient).decode(text).map_err(|error| {
        Error::failed(format!("the text is no base 64: {}", error.to_string().to_lowercase()))
    })?;
    Ok(decoded(bytes, &args.text_or("encoding", "utf-8")?)?.into())
}

fn quotable(value: &Value) -> Answer<String> {
    if value.is_none() { Ok(String::new()) } else { types::text(value) }
}

/// Text as one word of the shell.
pub fn shell_quoted(text: &str) -> String {
    let is_safe = |char: char| char.is_ascii_alphanumeric() || "_@%+=:,./-".contains(char);
    match text {
        "" => "''".into(),
        _ if text.chars().all(is_safe) => text.into(),
        _ => format!("'{}'", text.replace('\'', "'\"'\"'")),
    }
}

fn url_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn url_split(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "query", "alias"])?;
    let parts = url_parts(&args.text("value")?)?;
    let query = args.text_or("query", "")?;
    if query.is_empty() {
        return Ok(Value::dict(parts));
    }
    let unknown = || Error::failed(format!("unknown URL component: {query}"));
    parts.get(query.as_str()).cloned().ok_or_else(unknown)
}

/// The parts of an address, as Python's `urlsplit` has them.
pub fn url_parts(url: &str) -> Answer<Map> {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_scheme = |text: &str| {
        text.starts_with(|char: char| char.is_ascii_alphabetic())
            && text.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
    };
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_lowercase(), rest),
        _ => (String::new(), rest),
    };
    let (netloc, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (user, host) = netloc.rsplit_once('@').map_or((None, netloc), |(user, host)| (Some(user), host));
    let (username, password) = match user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
        Some((name, "")) => (Some(name), None),
        Some((name, password)) => (Some(name), Some(password)),
        None => (None, None),
    };
    let (hostname, port) = host_and_port(host)?;
    let text = |text: Option<&str>| text.map_or_else(Value::none, Value::from);
    let entries: [(&str, Value); 9] = [
        ("fragment", fragment.into()),
        ("hostname", hostname.map_or_else(Value::none, Value::from)),
        ("netloc", netloc.into()),
        ("password", text(password)),
        ("path", path.into()),
        ("port", port.map_or_else(Value::none, Value::from)),
        ("query", query.into()),
        ("scheme", scheme.into()),
        ("username", text(username)),
    ];
    Ok(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn host_and_port(host: &str) -> Answer<(Option<String>, Option<i64>)> {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, rest)) => (name, rest.strip_prefix(':').unwrap_or("")),
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let name = (!name.is_empty()).then(|| name.to_lowercase());
    if port.is_empty() {
        return Ok((name, None));
    }
    let port = port.parse::<i64>().map_err(|_| Error::failed(format!("`{port}` is no port")))?;
    Ok((name, Some(port)))
}
