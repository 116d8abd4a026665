//! Secrets stay secret whatever is made of them.

use crate::vars::{Data, Marks, Value};

/// Marks a value and all text inside of it as secret.
pub fn hidden(value: Value) -> Value {
    value.map_leaves(&|leaf| match leaf.data() {
        Data::Bool(_) | Data::None | Data::Undefined(_) | Data::Omit | Data::Object(_) => leaf.clone(),
        _ => leaf.clone().marked(Marks::SECRET),
    })
}

/// What the result of an operation has of its arguments' secrets: all of it if one of them is a
/// secret itself, and text if a secret is anywhere in them.
pub fn inherited(result: Value, arguments: Marks) -> Value {
    if arguments.has(Marks::SECRET) {
        return hidden(result);
    }
    match result.data() {
        Data::Text(_) if arguments.has(Marks::HOLDS_SECRET) => result.marked(Marks::SECRET),
        _ => result,
    }
}
