//! What a loop sees of a value.

use super::types::type_name;
use crate::template::{Answer, Error};
use crate::vars::{Data, Kind, Value};
use std::sync::Arc;

/// The items of a list, the keys of a dict, the characters of a text.
pub fn items(value: &Value) -> Answer<Arc<Vec<Value>>> {
    Ok(match value.data() {
        Data::List(list) => list.items(),
        Data::Tuple(items) => Arc::new(items.to_vec()),
        Data::Dict(dict) => Arc::new(dict.entries().keys().cloned().collect()),
        Data::Text(text) => {
            let secret = crate::vars::Marks::SECRET.when(value.is_secret());
            Arc::new(text.chars().map(|char| Value::from(char.to_string()).marked(secret)).collect())
        }
        Data::Undefined(undefined) if undefined.is_no_choice() => Arc::default(),
        Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
        Data::Promise(promise) => match promise.value() {
            Some(value) => return items(value),
            None => return Err(Error::Pending(promise.clone())),
        },
        Data::Object(object) if matches!(object.kind(), Kind::Mapping | Kind::Sequence) => {
            Arc::new(object.items())
        }
        _ => return Err(Error::failed(format!("`{}` cannot be walked through", type_name(value)))),
    })
}

/// The number of items, keys or characters.
pub fn length(value: &Value) -> Answer<usize> {
    match value.data() {
        Data::Text(text) if text.is_ascii() => Ok(text.len()),
        Data::Text(text) => Ok(text.chars().count()),
        Data::Dict(dict) => Ok(dict.entries().len()),
        Data::List(list) => Ok(list.items().len()),
        Data::Undefined(_) | Data::Promise(_) | Data::Object(_) | Data::Tuple(_) => Ok(items(value)?.len()),
        _ => Err(Error::failed(format!("`{}` has no length", type_name(value)))),
    }
}
