//! HTML and addresses: `escape`, `urlencode`, `urlize`, `striptags`, `xmlattr`, `tojson`.

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
    ("urlize", urlize),
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

fn urlize(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"])?;
    let limit = args.int("trim_url_limit")?.and_then(|limit| usize::try_from(limit).ok());
    let mut rel: Vec<String> = args.text_or("rel", "")?.split_whitespace().map(str::to_owned).collect();
    rel.push("noopener".into());
    if args.bool_or("nofollow", false)? {
        rel.push("nofollow".into());
    }
    rel.sort();
    rel.dedup();
    let target = args.some("target").map(types::text).transpose()?;
    let target = target.map(|target| format!(" target=\"{}\"", escaped(&target))).unwrap_or_default();
    let attributes = format!(" rel=\"{}\"{target}", rel.join(" "));
    let text = escaped(&args.text("value")?);
    let linked = text.split_inclusive(char::is_whitespace).map(|word| link(word, limit, &attributes));
    Ok(linked.collect::<String>().into())
}

fn link(word: &str, limit: Option<usize>, attributes: &str) -> String {
    let (bare, blank) = word.split_at(word.trim_end().len());
    let core = bare.trim_start_matches(['(', '<']).trim_end_matches([')', '>', '.', ',', ';']);
    let Some(at) = bare.find(core).filter(|_| !core.is_empty()) else { return word.to_owned() };
    let (before, after) = (&bare[..at], &bare[at + core.len()..]);
    let has_scheme = core.starts_with("http://") || core.starts_with("https://");
    let looks_like_host =
        [".org", ".com", ".net"].iter().any(|end| core.ends_with(end)) || core.starts_with("www.");
    let address = match (has_scheme, looks_like_host && !core.contains('@')) {
        (true, _) => core.to_owned(),
        (false, true) => format!("https://{core}"),
        _ => return word.to_owned(),
    };
    let shown: String = match limit {
        Some(limit) if core.chars().count() > limit => {
            core.chars().take(limit).chain("...".chars()).collect()
        }
        _ => core.to_owned(),
    };
    format!("{before}<a href=\"{address}\"{attributes}>{shown}</a>{after}{blank}")
}

fn xml_attributes(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "autospace"])?;
    let mut parts = Vec::new();
    for (key, value) in args.entries("value")?.iter() {
        if !value.is_none() && !value.is_undefined() {
            parts.push(format!("{}=\"{}\"", escaped(&types::text(key)?), escaped(&types::text(value)?)));
        }
    }
    let joined = parts.join(" ");
    let spaced = !joined.is_empty() && args.bool_or("autospace", true)?;
    Ok(if spaced { format!(" {joined}") } else { joined }.into())
}
