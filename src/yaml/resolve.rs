//! What a plain scalar stands for, by the rules of YAML 1.1 as PyYAML's resolver has them.

use super::{Resolved, moment, number};

/// What a scalar turned out to be; the last two mean something in a mapping only.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Value(Resolved),
    /// `<<`: the value is merged into the mapping.
    Merge,
    /// `=`: as a key it is text, as a value it has no meaning.
    Equals,
}

/// The meaning of an unquoted text.
///
/// # Errors
///
/// Where it looks like a number or a date and is none: `0x_`, `2024-02-30`.
pub(super) fn plain(text: &str) -> Result<Meaning, String> {
    Ok(match text {
        "<<" => Meaning::Merge,
        "=" => Meaning::Equals,
        _ => Meaning::Value(value(text)?),
    })
}

fn value(text: &str) -> Result<Resolved, String> {
    match text.as_bytes().first() {
        None => Ok(Resolved::Null),
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => numeric(text),
        Some(_) => Ok(word(text)),
    }
}

fn word(text: &str) -> Resolved {
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Resolved::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Resolved::Bool(false),
        _ => Resolved::Text,
    }
}

fn numeric(text: &str) -> Result<Resolved, String> {
    if number::is_float(text) {
        return number::float(text).map(Resolved::Float);
    }
    if number::is_int(text) {
        return number::int(text);
    }
    if moment::is_moment(text) {
        return moment::moment(text);
    }
    Ok(Resolved::Text)
}

/// The value of a scalar under one of YAML's own tags, named without its prefix.
///
/// # Errors
///
/// Where the text is no such value, or there is no such tag for scalars.
pub(super) fn tagged(name: &str, text: &str) -> Result<Meaning, String> {
    Ok(Meaning::Value(match name {
        "str" | "python/unicode" | "binary" => Resolved::Text,
        "null" => Resolved::Null,
        "bool" => boolean(text)?,
        "int" => number::int(text)?,
        "float" => Resolved::Float(number::float(text)?),
        "timestamp" => moment::moment(text)?,
        "merge" => return Ok(Meaning::Merge),
        "value" => return Ok(Meaning::Equals),
        "seq" | "set" | "omap" | "pairs" => {
            return Err(format!("`!!{name}` wants a list or mapping, not text"));
        }
        "map" => return Err("`!!map` wants a mapping, not text".into()),
        _ => return Err(format!("there is no tag `!!{name}`")),
    }))
}

fn boolean(text: &str) -> Result<Resolved, String> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" => Ok(Resolved::Bool(true)),
        "no" | "false" | "off" => Ok(Resolved::Bool(false)),
        _ => Err(format!("`{text}` is not a boolean")),
    }
}
