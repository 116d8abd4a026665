//! Methods of objects: `loop`, cyclers, dates, and mappings of the program.

use crate::template::Answer;
use crate::template::eval::{Call, Loop, lazy};
use crate::template::objects::{Cycler, known};
use crate::template::python::datetime;
use crate::vars::{Data, Kind, Value};
use std::sync::atomic::Ordering;

/// Whether an object has a method of that name.
pub(super) fn exists(value: &Value, name: &str) -> bool {
    if known::<Loop>(value).is_some() {
        return matches!(name, "cycle" | "changed");
    }
    let Data::Object(object) = value.data() else { return false };
    object.kind() == Kind::Mapping && matches!(name, "get" | "items" | "keys" | "values")
}

pub(super) fn call(value: &Value, call: &mut Call) -> Answer<Value> {
    let name = call.name;
    if let Some(state) = known::<Loop>(value) {
        let values = std::mem::take(&mut call.args.positional);
        return Ok(match name {
            "changed" => state.changed(values).into(),
            _ => state.cycle(&values).unwrap_or_else(Value::none),
        });
    }
    if let Some(cycler) = known::<Cycler>(value) {
        return Ok(turn(&cycler, name));
    }
    if let Some(result) = datetime::method(value, name, &call.args.positional) {
        return result;
    }
    mapping(value, call)
}

fn turn(cycler: &Cycler, name: &str) -> Value {
    if name == "reset" {
        cycler.position.store(0, Ordering::Relaxed);
        return Value::none();
    }
    let position = cycler.position.load(Ordering::Relaxed);
    cycler.position.store((position + 1) % cycler.items.len().max(1), Ordering::Relaxed);
    cycler.items.get(position).cloned().unwrap_or_else(Value::none)
}

fn mapping(value: &Value, call: &mut Call) -> Answer<Value> {
    let Data::Object(object) = value.data() else { return Err(super::unknown(value, call.name)) };
    if call.name == "get" {
        let args = call.bind(&["key", "default"])?;
        let found = object.get(&args.value("key")?);
        return Ok(found.unwrap_or_else(|| args.given("default").cloned().unwrap_or_else(Value::none)));
    }
    if call.name == "keys" {
        return Ok(Value::list(object.items()));
    }
    let entries = lazy::entries(value).unwrap_or_default();
    Ok(match call.name {
        "items" => {
            entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect()
        }
        _ => entries.values().cloned().collect(),
    })
}
