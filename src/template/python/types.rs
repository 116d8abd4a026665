//! Names and classes of types.

use crate::template::{Answer, Error};
use crate::vars::{Data, Unprintable, Value};

/// The name of a value's type, as Python has it.
pub fn type_name(value: &Value) -> String {
    match value.data() {
        Data::Undefined(_) => "Undefined",
        Data::None => "NoneType",
        Data::Bool(_) => "bool",
        Data::Int(_) | Data::Big(_) => "int",
        Data::Float(_) => "float",
        Data::Text(_) => "str",
        Data::List(_) => "list",
        Data::Tuple(_) => "tuple",
        Data::Dict(_) => "dict",
        Data::Object(object) => return object.type_name().to_owned(),
        Data::Promise(_) => "promise",
        Data::Omit => "Omit",
    }
    .to_owned()
}

/// Whether Python takes the value for true.
pub fn is_true(value: &Value) -> Answer<bool> {
    Ok(match value.data() {
        Data::Undefined(undefined) if undefined.is_no_choice() => false,
        Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
        Data::Promise(promise) => match promise.value() {
            Some(value) => return is_true(value),
            None => return Err(Error::Pending(promise.clone())),
        },
        Data::None => false,
        Data::Bool(bool) => *bool,
        Data::Int(int) => *int != 0,
        Data::Big(_) | Data::Omit => true,
        Data::Float(float) => *float != 0.0,
        Data::Text(text) => !text.is_empty(),
        Data::List(list) => !list.items().is_empty(),
        Data::Tuple(items) => !items.is_empty(),
        Data::Dict(dict) => !dict.entries().is_empty(),
        Data::Object(object) => match object.kind() {
            crate::vars::Kind::Mapping | crate::vars::Kind::Sequence => !object.items().is_empty(),
            _ => true,
        },
    })
}

/// What `str()` shows.
pub fn text(value: &Value) -> Answer<String> {
    value.str().map_err(unprintable)
}

/// What `repr()` shows.
pub fn repr(value: &Value) -> Answer<String> {
    value.repr().map_err(unprintable)
}

/// The error of printing what cannot be printed.
pub fn unprintable(unprintable: Unprintable) -> Error {
    match unprintable {
        Unprintable::Undefined(undefined) => Error::undefined(&undefined),
        Unprintable::Pending(promise) => Error::Pending(promise),
    }
}
