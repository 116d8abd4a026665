//! What to do about values that are not there: `default`, `mandatory`, `ternary`.

use super::Table;
use crate::template::context::Language;
use crate::template::eval::Call;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("default", default),
    ("d", default),
    ("mandatory", mandatory),
    ("ternary", ternary),
    ("type_debug", type_debug),
];

fn default(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "default_value", "boolean"])?;
    let value = args.value("value")?;
    let missing = value.is_undefined() || (args.bool_or("boolean", false)? && !types::is_true(&value)?);
    match (missing, args.given("default_value")) {
        (false, _) => Ok(value),
        (true, Some(default)) => Ok(default.clone()),
        (true, None) => Ok("".into()),
    }
}

fn mandatory(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "msg"])?;
    let value = args.value("value")?;
    let Data::Undefined(undefined) = value.data() else { return Ok(value) };
    match args.some("msg") {
        Some(message) => Err(Error::failed(types::text(message)?)),
        None => Err(Error::failed(format!("Mandatory variable '{}' not defined.", undefined.name))),
    }
}

fn ternary(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "true_val", "false_val", "none_val"])?;
    let value = args.value("value")?;
    if value.is_none()
        && let Some(none) = args.some("none_val")
    {
        return Ok(none.clone());
    }
    if types::is_true(&value)? { args.value("true_val") } else { args.value("false_val") }
}

fn type_debug(call: &mut Call) -> Answer<Value> {
    let value = call.first();
    let name = match (value.is_undefined(), call.ev.language()) {
        (true, Language::Native) => "UndefinedMarker".into(),
        (true, Language::Classic) => "AnsibleUndefined".into(),
        (false, _) => types::type_name(&value).into(),
    };
    Ok(name)
}
