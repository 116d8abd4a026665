//! `bool`: words for true and false.

use super::Table;
use crate::source::Diagnostic;
use crate::template::Answer;
use crate::template::context::Language;
use crate::template::eval::Call;
use crate::template::python::types;
use crate::vars::{Data, Value};

pub const TABLE: Table = &[("bool", to_bool)];

/// What one of the many words that modules understand, or a number, says.
pub fn meant_loosely(value: &Value) -> Option<bool> {
    match value.as_str().map(str::to_lowercase).as_deref() {
        Some("y" | "t" | "1.0") => Some(true),
        Some("n" | "f" | "0.0") => Some(false),
        _ => meant(value),
    }
}

/// What a word or number says; nothing if it says neither.
pub fn meant(value: &Value) -> Option<bool> {
    let text = match value.data() {
        Data::Bool(bool) => return Some(*bool),
        Data::Float(1.0) => return Some(true),
        Data::Float(0.0) => return Some(false),
        Data::Text(text) => text.to_lowercase(),
        Data::Int(int) => int.to_string(),
        _ => return None,
    };
    match text.as_str() {
        "yes" | "on" | "1" | "true" => Some(true),
        "no" | "off" | "0" | "false" => Some(false),
        _ => None,
    }
}

fn to_bool(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    if value.is_none() {
        return Ok(match call.ev.language() {
            Language::Native => false.into(),
            Language::Classic => value,
        });
    }
    let meant = meant(&value);
    if meant.is_none() {
        let what = types::type_name(&value);
        let message = format!("`bool` takes this `{what}` for false, but it is no word for true or false");
        call.ev.warn(Diagnostic::warning(message).at(call.ev.span(call.part)));
    }
    Ok(meant.unwrap_or(false).into())
}
