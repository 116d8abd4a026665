//! Methods of dicts.

use crate::template::eval::{Call, lazy};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Dict, Map, Value};

pub const NAMES: [&str; 11] =
    ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

/// Calls a method of a dict.
pub fn call(dict: &Dict, value: &Value, call: &mut Call) -> Answer<Value> {
    match call.name {
        "get" => {
            let args = call.bind(&["key", "default"])?;
            let found = dict.get(&args.value("key")?);
            Ok(found.unwrap_or_else(|| args.given("default").cloned().unwrap_or_else(Value::none)))
        }
        "items" => {
            let pair = |(key, value): (&Value, &Value)| Value::tuple(vec![key.clone(), value.clone()]);
            Ok(Value::list(dict.entries().iter().map(pair).collect()))
        }
        "keys" => Ok(Value::list(dict.entries().keys().cloned().collect())),
        "values" => Ok(Value::list(dict.entries().values().cloned().collect())),
        "copy" => Ok(Value::dict((*dict.entries()).clone()).marked(value.marks())),
        "clear" => {
            dict.change(Map::clear);
            Ok(Value::none())
        }
        "update" => update(dict, call),
        "setdefault" => {
            let args = call.bind(&["key", "default"])?;
            let (key, default) = (args.value("key")?, args.given("default").cloned());
            Ok(dict.change(|map| map.entry(key).or_insert(default.unwrap_or_else(Value::none)).clone()))
        }
        "pop" => {
            let args = call.bind(&["key", "default"])?;
            let key = args.value("key")?;
            let taken = dict.change(|map| map.shift_remove(&key));
            let missing = || Error::failed(format!("the dict has no key `{key}`"));
            taken.or_else(|| args.given("default").cloned()).ok_or_else(missing)
        }
        "popitem" => {
            let taken = dict.change(Map::pop);
            let pair = taken.map(|(key, value)| Value::tuple(vec![key, value]));
            pair.ok_or_else(|| Error::failed("`popitem` from an empty dict"))
        }
        "fromkeys" => {
            let args = call.bind(&["iterable", "value"])?;
            let value = args.given("value").cloned().unwrap_or_else(Value::none);
            Ok(Value::dict(args.items("iterable")?.iter().map(|key| (key.clone(), value.clone())).collect()))
        }
        name => Err(super::unknown(value, name)),
    }
}

fn update(dict: &Dict, call: &mut Call) -> Answer<Value> {
    let args = std::mem::take(&mut call.args);
    for value in &args.positional {
        let added = pairs(value)?;
        dict.change(|map| map.extend(added));
    }
    dict.change(|map| map.extend(args.keyword.into_iter().map(|(key, value)| (Value::text(key), value))));
    Ok(Value::none())
}

/// Entries of a dict, or of a list of pairs.
pub fn pairs(value: &Value) -> Answer<Map> {
    if let Some(entries) = lazy::entries(value) {
        return Ok((*entries).clone());
    }
    let mut map = Map::new();
    for item in iterate::items(value)?.iter() {
        match iterate::items(item)?.as_slice() {
            [key, value] => drop(map.insert(key.clone(), value.clone())),
            _ => {
                let what = types::type_name(item);
                return Err(Error::failed(format!("a dict is made of pairs, not of `{what}`")));
            }
        }
    }
    Ok(map)
}
