//! Secrets stay secret whatever is made of them.

use crate::vars::{Data, Map, Marks, Value};

/// Marks a value and all text inside of it as secret.
pub fn hidden(value: Value) -> Value {
    let hidden = match value.data() {
        Data::List(list) => Value::list(list.items().iter().cloned().map(hidden).collect()),
        Data::Tuple(items) => Value::tuple(items.iter().cloned().map(hidden).collect()),
        Data::Dict(dict) => {
            let entries: Map =
                dict.entries().iter().map(|(key, value)| (key.clone(), hidden(value.clone()))).collect();
            Value::dict(entries)
        }
        Data::Bool(_) | Data::None | Data::Undefined(_) | Data::Omit | Data::Object(_) => return value,
        _ => return value.marked(Marks::SECRET),
    };
    hidden.marked(value.marks().without(Marks::HOLDS_SECRET)).at(value.span())
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
