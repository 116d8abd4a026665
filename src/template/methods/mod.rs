//! Methods of Python's types.

mod bytes;
mod dict;
mod list;
mod number;
mod other;
mod text;
mod text_split;
mod translation;

pub use dict::pairs;
pub use text_split::lines;

use super::eval::Call;
use super::objects::{Cycler, known};
use super::python::{datetime, types};
use super::{Answer, Error};
use crate::vars::{Data, Value};

/// Whether a value has a method of that name.
pub fn exists(value: &Value, name: &str) -> bool {
    match value.data() {
        Data::Text(_) => text::NAMES.contains(&name),
        Data::List(_) => list::NAMES.contains(&name),
        Data::Tuple(_) => matches!(name, "count" | "index"),
        Data::Dict(_) => dict::NAMES.contains(&name),
        Data::Int(_) | Data::Big(_) | Data::Bool(_) => number::INT_NAMES.contains(&name),
        Data::Float(_) => number::FLOAT_NAMES.contains(&name),
        Data::Object(_) => {
            other::exists(value, name)
                || datetime::has_method(value, name)
                || known::<Cycler>(value).is_some() && matches!(name, "next" | "reset")
        }
        _ => false,
    }
}

/// Calls a method that exists.
pub fn call(value: &Value, call: &mut Call) -> Answer<Value> {
    match value.data() {
        Data::Text(found) => text::call(found, call),
        Data::List(found) => list::call(found, value, call),
        Data::Tuple(items) => list::search(items, call),
        Data::Dict(found) => dict::call(found, value, call),
        Data::Int(_) | Data::Big(_) | Data::Bool(_) | Data::Float(_) => number::call(value, call),
        _ => other::call(value, call),
    }
}

/// Calls a method of a text.
pub fn text_method(value: &std::sync::Arc<str>, call: &mut Call) -> Answer<Value> {
    text::call(value, call)
}

fn unknown(value: &Value, name: &str) -> Error {
    Error::failed(format!("`{}` has no method `{name}`", types::type_name(value)))
}
