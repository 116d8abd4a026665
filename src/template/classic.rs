//! The meaning that results had up to Ansible 2.18: text, turned back where it looks like data.

use super::Answer;
use super::eval::output::Output;
use super::literal;
use crate::vars::{Data, Marks, Value, lazy_marks};

/// Whether the variable of a lone `{{ name }}`, without signs for white space, is taken as it is.
pub fn is_kept(text: &str, value: &Value) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let inner = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
    let is_plain = inner.is_some_and(|inner| !inner.starts_with(['-', '+']) && !inner.ends_with(['-', '+']));
    is_plain
        && matches!(value.data(), Data::None | Data::Bool(_) | Data::Int(_) | Data::Big(_) | Data::Float(_))
}

/// What a template gives: its text, turned back where it looks like data. What some filters gave
/// (`to_json`, `string`, ...) stays text while it is alone.
pub fn result(out: Output) -> Answer<Value> {
    match out.single() {
        None if out.is_omitted() => Ok(Value::new(Data::Omit)),
        Some(value) if is_whole(value) => Ok(value.clone()),
        _ => {
            let is_own = out.is_own();
            let value = converted(out.into_text()?);
            Ok(if is_own { own(&value) } else { value })
        }
    }
}

/// The same as what the project itself wrote, with all that is in it.
pub fn own(value: &Value) -> Value {
    let all = |items: &[Value]| items.iter().map(own).collect();
    let owned = match value.data() {
        Data::List(list) => Value::list(all(&list.items())),
        Data::Tuple(items) => Value::tuple(all(items)),
        Data::Dict(dict) => {
            Value::dict(dict.entries().iter().map(|(key, value)| (own(key), own(value))).collect())
        }
        _ => return value.clone().marked(Marks::TRUSTED),
    };
    owned.marked(value.marks()).at(value.span())
}

/// What `set_fact` keeps: text of the project that has templates in it is evaluated when it is used. Text from elsewhere
/// never is, whatever it is put into.
#[must_use]
pub fn kept(value: &Value) -> Value {
    value.map_leaves(&|leaf| match leaf.as_str() {
        Some(text) if leaf.marks().has(Marks::TRUSTED) => leaf.clone().marked(lazy_marks(text)),
        _ => leaf.clone(),
    })
}

/// A list or dict would be printed and read again; what is undefined is told by whoever uses it.
fn is_whole(value: &Value) -> bool {
    match value.data() {
        Data::List(_) | Data::Dict(_) => true,
        Data::Undefined(_) => !value.is_no_choice(),
        Data::Text(_) => value.marks().has(Marks::STAYS_TEXT),
        _ => false,
    }
}

/// Text as a list, a dict or a boolean, where it reads as one.
pub fn converted(value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    // A last line of blanks is no Python.
    let blank_end =
        text.rsplit_once('\n').is_some_and(|(_, last)| !last.is_empty() && last.trim().is_empty());
    if blank_end || !text.starts_with(['{', '[']) && text != "True" && text != "False" {
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
