//! What kind of value it is: `defined`, `string`, `mapping`, ...

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::python::number::{self, Number};
use crate::template::python::{iterate, types};
use crate::template::{filters, tests};
use crate::vars::{Data, Kind, Value};

pub const TABLE: Table = &[
    ("defined", |call| Ok(!call.first().is_undefined())),
    ("undefined", |call| Ok(call.first().is_undefined())),
    ("none", |call| Ok(call.only()?.is_none())),
    ("boolean", |call| Ok(call.only()?.as_bool().is_some())),
    ("true", |call| Ok(call.only()?.as_bool() == Some(true))),
    ("false", |call| Ok(call.only()?.as_bool() == Some(false))),
    ("integer", |call| Ok(matches!(call.only()?.data(), Data::Int(_) | Data::Big(_)))),
    ("float", |call| Ok(matches!(call.only()?.data(), Data::Float(_)))),
    ("number", |call| Ok(number::number(&call.only()?).is_some())),
    ("string", |call| Ok(call.only()?.as_str().is_some())),
    ("mapping", |call| Ok(is_mapping(&call.only()?))),
    ("sequence", |call| Ok(is_sequence(&call.only()?))),
    ("iterable", |call| Ok(iterate::items(&call.only()?).is_ok())),
    ("ansible_type", is_of_type),
    ("callable", |call| Ok(is_callable(&call.only()?))),
    ("escaped", |call| call.only().map(|_| false)),
    ("lower", |call| Ok(is_case(&types::text(&call.only()?)?, char::is_lowercase, char::is_uppercase))),
    ("upper", |call| Ok(is_case(&types::text(&call.only()?)?, char::is_uppercase, char::is_lowercase))),
    ("odd", |call| Ok(remainder(&call.only()?, 2)? == Some(1))),
    ("even", |call| Ok(remainder(&call.only()?, 2)? == Some(0))),
    ("divisibleby", divisible),
    ("filter", |call| Ok(filters::find(&types::text(&call.only()?)?).is_some())),
    ("test", |call| Ok(tests::find(&types::text(&call.only()?)?).is_some())),
];

pub fn is_mapping(value: &Value) -> bool {
    match value.data() {
        Data::Dict(_) => true,
        Data::Object(object) => object.kind() == Kind::Mapping,
        _ => false,
    }
}

/// Text and dicts have items and a length too, so Jinja2 takes them for sequences.
fn is_sequence(value: &Value) -> bool {
    match value.data() {
        Data::Text(_) | Data::List(_) | Data::Tuple(_) | Data::Dict(_) => true,
        Data::Object(object) => matches!(object.kind(), Kind::Mapping | Kind::Sequence),
        _ => false,
    }
}

fn is_callable(value: &Value) -> bool {
    matches!(value.data(), Data::Object(object) if object.kind() == Kind::Callable)
}

fn is_case(text: &str, wanted: fn(char) -> bool, other: fn(char) -> bool) -> bool {
    text.chars().any(wanted) && !text.chars().any(other)
}

fn remainder(value: &Value, divisor: i64) -> Answer<Option<i64>> {
    let Some(found) = number::number(value) else {
        let what = types::type_name(value);
        return Err(crate::template::Error::failed(format!("the test needs a number, not `{what}`")));
    };
    Ok(match number::remainder(&found, &Number::Int(divisor))? {
        Number::Int(rest) => Some(rest),
        Number::Big(rest) => i64::try_from(rest).ok(),
        Number::Float(0.0) => Some(0),
        Number::Float(1.0) => Some(1),
        Number::Float(_) => None,
    })
}

fn divisible(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "num"])?;
    Ok(remainder(&args.value("value")?, args.int_or("num", 1)?)? == Some(0))
}

/// Whether the type, with those of the elements, is one of those named.
fn is_of_type(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "dtype", "alias"])?;
    let aliases = args.some("alias").and_then(crate::template::eval::lazy::entries);
    let found = filters::reshape::type_of(&args.value("value")?, aliases.as_ref());
    let wanted = args.value("dtype")?;
    Ok(match wanted.as_items() {
        Some(all) => all.iter().any(|one| one.as_str() == Some(&found)),
        None => wanted.as_str() == Some(&found),
    })
}
