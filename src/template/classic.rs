//! The meaning that results had up to Ansible 2.18: text, turned back where it looks like data.

use super::Answer;
use super::literal;
use crate::vars::{Data, Marks, Value};

/// The value of a lone `{{ name }}`: it keeps its type, text may turn back, `None` is nothing.
pub fn kept(value: Value) -> Answer<Value> {
    match value.data() {
        Data::None => Ok(Value::from("").at(value.span())),
        Data::Text(_) => Ok(converted(value)),
        _ => Ok(value),
    }
}

/// Text as a list, a dict or a boolean, where it reads as one.
pub fn converted(value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    let looks_like_data = (text.starts_with('{') && !text.starts_with("{{")) || text.starts_with('[');
    if !looks_like_data && text != "True" && text != "False" {
        return value;
    }
    match literal::evaluate(text, true) {
        Some(data) => {
            let secret = value.marks().has(Marks::SECRET);
            if secret { super::eval::secret::hidden(data) } else { data }
        }
        None => value,
    }
}
