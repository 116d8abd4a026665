//! The last step of evaluation: what leaves it is plain data.

use super::eval::lazy;
use super::objects::{self, known};
use super::python::datetime::{Duration, Moment};
use super::python::types;
use super::{Answer, Error, Scope};
use crate::vars::{Data, Kind, Map, Marks, Value};

/// A result without undefined or omitted elements; tuples and objects that stand for lists and
/// dicts become such.
pub fn finished(value: &Value, scope: &dyn Scope) -> Answer<Value> {
    if value.is_secret()
        && let Some(text) = value.as_str()
    {
        scope.context().surroundings.services.secret(text);
    }
    if is_plain(value) { Ok(value.clone()) } else { plain(value) }
}

fn is_plain(value: &Value) -> bool {
    match value.data() {
        Data::None | Data::Bool(_) | Data::Int(_) | Data::Big(_) | Data::Float(_) | Data::Text(_) => true,
        Data::List(list) => list.items().iter().all(|item| !item.is_omit() && is_plain(item)),
        Data::Dict(dict) => {
            dict.entries().iter().all(|(key, value)| !value.is_omit() && is_plain(key) && is_plain(value))
        }
        Data::Omit => true,
        Data::Undefined(_) | Data::Tuple(_) | Data::Object(_) | Data::Promise(_) => false,
    }
}

/// Whether a list or dict has an element, at any depth, that is omitted.
pub fn holds_omitted(value: &Value) -> bool {
    let omits = |value: &Value| value.is_omit() || holds_omitted(value);
    match value.data() {
        Data::List(list) => list.items().iter().any(omits),
        Data::Dict(dict) => dict.entries().values().any(omits),
        _ => false,
    }
}

/// The value without what is omitted in it; tuples and objects that stand for lists and dicts become such.
///
/// # Errors
/// Where something in it is undefined, pending, or no data.
pub fn plain(value: &Value) -> Answer<Value> {
    let result = match value.data() {
        Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
        Data::Promise(promise) => match promise.value() {
            Some(value) => return plain(value),
            None => return Err(Error::Pending(promise.clone())),
        },
        Data::List(list) => Value::list(plain_items(&list.items())?),
        Data::Tuple(items) => Value::list(plain_items(items)?),
        Data::Dict(dict) => Value::dict(plain_entries(&dict.entries())?),
        Data::Object(object) => match object.kind() {
            Kind::Mapping => Value::dict(plain_entries(&lazy::entries(value).unwrap_or_default())?),
            Kind::Sequence => Value::list(plain_items(&object.items())?),
            _ if is_shown(value) => object.text().into(),
            _ => return Err(no_data(value)),
        },
        _ => return Ok(value.clone()),
    };
    Ok(result.marked(value.marks()).at(value.span()))
}

/// The text of a file that a template gives: nothing is an empty file.
pub fn written(value: &Value, scope: &dyn Scope) -> Answer<Value> {
    let value = finished(value, scope)?;
    let text = match value.data() {
        Data::Text(_) => return Ok(value),
        Data::None | Data::Omit => String::new(),
        _ => value.str().map_err(types::unprintable)?,
    };
    Ok(Value::text(text).marked(value.marks().without(Marks::LAZY)))
}

/// A value whose tuples, and objects that stand for lists, are lists: as ansible-core 2.19 prints
/// what a template puts out.
pub fn without_tuples(value: Value) -> Value {
    if is_plain(&value) {
        return value;
    }
    let lists = |items: &[Value]| Value::list(items.iter().cloned().map(without_tuples).collect());
    let result = match value.data() {
        Data::List(list) => lists(&list.items()),
        Data::Tuple(items) => lists(items),
        Data::Object(object) if object.kind() == Kind::Sequence => lists(&object.items()),
        Data::Dict(dict) => {
            let entries = dict.entries();
            let entries = entries.iter().map(|(key, value)| (key.clone(), without_tuples(value.clone())));
            Value::dict(entries.collect::<Map>())
        }
        _ => return value,
    };
    result.marked(value.marks()).at(value.span())
}

/// Objects that have a text that is worth having.
fn is_shown(value: &Value) -> bool {
    known::<Moment>(value).is_some() || known::<Duration>(value).is_some()
}

fn no_data(value: &Value) -> Error {
    let what = types::type_name(value);
    let error = Error::failed(format!("the result is a `{what}`, which is no data"));
    match known::<objects::BoundMethod>(value) {
        Some(method) => error.hint(format!("`{0}()` calls the method; `['{0}']` is the key", method.method)),
        None => error,
    }
}

fn plain_items(items: &[Value]) -> Answer<Vec<Value>> {
    items.iter().filter(|item| !item.is_omit()).map(plain).collect()
}

fn plain_entries(entries: &Map) -> Answer<Map> {
    let kept = entries.iter().filter(|(_, value)| !value.is_omit());
    kept.map(|(key, value)| Ok((key.clone(), plain(value)?))).collect()
}

/// An error with a hint at the variable that was perhaps meant.
pub fn hinted(error: Error, scope: &dyn Scope) -> Error {
    let Error::Undefined(diagnostic) = &error else { return error };
    if !diagnostic.hints.is_empty() {
        return error;
    }
    let name = diagnostic.message.strip_prefix('`').and_then(|rest| rest.strip_suffix("` is not defined"));
    let Some(name) = name.filter(|name| !name.contains(['.', '[', ' '])) else { return error };
    let names = scope.names();
    match super::eval::nearest(name, names.iter().map(|name| &**name)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}
