//! HTML and addresses: `escape`, `urlencode`, `striptags`, `xmlattr`, `tojson`.

use super::Table;
use crate::template::eval::{Call, lazy};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("escape", |call| Ok(escaped(&types::text(&call.only()?)?).into())),
    ("e", |call| Ok(escaped(&types::text(&call.only()?)?).into())),
    ("forceescape", |call| Ok(escaped(&types::text(&call.only()?)?).into())),
    ("safe", |call| Ok(types::text(&call.only()?)?.into())),
    ("striptags", |call| Ok(without_tags(&types::text(&call.only()?)?).into())),
    ("urlencode", url_encode),
    ("xmlattr", xml_attributes),
];

/// Text with HTML's special characters written out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(char),
        }
    }
    out
}

fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let close = if rest[at..].starts_with("<!--") { "-->" } else { ">" };
        let Some(end) = rest[at..].find(close) else { break };
        out.push_str(&rest[..at]);
        rest = &rest[at + end + close.len()..];
    }
    out.push_str(rest);
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let plain = named.iter().fold(out, |text, (name, char)| text.replace(name, char));
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Percent escapes for everything but letters, digits, `_.-~` and what is named safe.
pub fn quoted(text: &str, safe: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let char = char::from(byte);
        if byte.is_ascii_alphanumeric() || "_.-~".contains(char) || (byte.is_ascii() && safe.contains(char)) {
            out.push(char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn url_encode(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let pairs: Vec<Value> = match (value.data(), lazy::entries(&value)) {
        (_, Some(entries)) => {
            entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect()
        }
        (Data::List(_) | Data::Tuple(_), None) => iterate::items(&value)?.to_vec(),
        _ => return Ok(quoted(&types::text(&value)?, "/").into()),
    };
    let mut parts = Vec::new();
    for pair in pairs {
        let both = iterate::items(&pair)?;
        let [key, value] = both.as_slice() else {
            return Err(Error::failed("`urlencode` needs pairs of a key and a value"));
        };
        let text = |part: &Value| Ok::<_, Error>(quoted(&types::text(part)?, "").replace("%20", "+"));
        parts.push(format!("{}={}", text(key)?, text(value)?));
    }
    Ok(parts.join("&").into())
}

fn xml_attributes(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "autospace"])?;
    let mut parts = Vec::new();
    for (key, value) in args.entries("value")?.iter() {
        if !value.is_none() && !value.is_undefined() {
            parts.push(format!("{}=\"{}\"", attribute_name(key)?, escaped(&types::text(value)?)));
        }
    }
    let joined = parts.join(" ");
    let spaced = !joined.is_empty() && args.bool_or("autospace", true)?;
    Ok(if spaced { format!(" {joined}") } else { joined }.into())
}

/// A name in which nothing ends the attribute and begins another one (CVE-2024-22195, CVE-2024-34064).
fn attribute_name(key: &Value) -> Answer<String> {
    let name = types::text(key)?;
    match name.contains(|char: char| char.is_ascii_whitespace() || matches!(char, '\x0b' | '/' | '>' | '=')) {
        true => Err(Error::failed(format!("`{}` cannot be the name of an attribute", name.escape_default()))),
        false => Ok(escaped(&name)),
    }
}
