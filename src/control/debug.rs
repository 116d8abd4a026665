//! `debug`: shows a message, or the value of an expression.

use super::{Act, Desk};
use crate::template::{Answer, Error, Language};
use crate::vars::{Data, Value};

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let asked = desk.value("verbosity").and_then(|value| value.str().ok()?.parse().ok()).unwrap_or(0);
    if desk.verbosity < asked {
        return Ok(Act { skipped: Some("Verbosity threshold not met.".to_owned()), ..Act::default() });
    }
    let Some(var) = desk.value("var") else {
        let message = desk.value("msg").cloned().unwrap_or_else(|| "Hello world!".into());
        return Ok(Act { fields: [("msg".into(), message)].into(), ..Act::default() });
    };
    let Some(name) = var.as_str() else {
        // What was written as a template is a value already.
        let name = Value::from(var.str().unwrap_or_default());
        return Ok(Act { fields: [(name, var.clone())].into(), ..Act::default() });
    };
    let value = match desk.engine.expression(name, var.span(), desk.scope) {
        Ok(value) => match value.data() {
            Data::Undefined(undefined) => not_there(desk, undefined.diagnostic().words()),
            _ => value,
        },
        Err(Error::Undefined(diagnostic)) => not_there(desk, diagnostic.words()),
        Err(error) => return Err(error),
    };
    Ok(Act { fields: [(Value::from(name), value)].into(), ..Act::default() })
}

/// What is shown of a value that is not defined.
fn not_there(desk: &Desk, why: &str) -> Value {
    match desk.scope.context().surroundings.language {
        Language::Native => format!("<< error 1 - {why} >>").into(),
        Language::Classic => "VARIABLE IS NOT DEFINED!".into(),
    }
}
