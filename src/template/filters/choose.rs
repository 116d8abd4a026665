//! `map`, `select` and their kin: what is done to each item.

use super::Table;
use crate::template::eval::{Args, Call};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use std::sync::Arc;

pub const TABLE: Table = &[
    ("map", map),
    ("select", |call| choose(call, true)),
    ("reject", |call| choose(call, false)),
    ("attr", attribute),
    ("selectattr", |call| choose_by(call, true)),
    ("rejectattr", |call| choose_by(call, false)),
];

/// The items of a value; what is empty or nothing has none.
fn walked(value: &Value) -> Answer<Arc<Vec<Value>>> {
    if types::is_true(value)? { iterate::items(value) } else { Ok(Arc::default()) }
}

fn map(call: &mut Call) -> Answer<Value> {
    let items = walked(&call.first())?;
    if let Some(path) = call.keyword("attribute") {
        return attributes(call, &items, &path);
    }
    let name = call.first();
    let Some(name) = name.as_str() else {
        return Err(Error::failed("`map` needs the name of a filter, or `attribute=`"));
    };
    let rest = std::mem::take(&mut call.args);
    let mut mapped = Vec::with_capacity(items.len());
    for item in items.iter() {
        let mut args = rest.clone();
        args.positional.insert(0, item.clone());
        mapped.push(call.ev.apply_named(name, args, call.part)?);
    }
    Ok(Value::list(mapped))
}

fn attributes(call: &mut Call, items: &[Value], path: &Value) -> Answer<Value> {
    let default = call.keyword("default");
    let mut mapped = Vec::with_capacity(items.len());
    for item in items {
        let found = call.ev.path(item, path, call.part)?;
        mapped.push(match (found.is_undefined(), &default) {
            (true, Some(default)) => default.clone(),
            _ => found,
        });
    }
    Ok(Value::list(mapped))
}

fn choose(call: &mut Call, wanted: bool) -> Answer<Value> {
    let items = walked(&call.first())?;
    let test = Chosen::read(call)?;
    let mut kept = Vec::new();
    for item in items.iter() {
        if test.holds(call, item)? == wanted {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn choose_by(call: &mut Call, wanted: bool) -> Answer<Value> {
    let items = walked(&call.first())?;
    let path = call.first();
    let test = Chosen::read(call)?;
    let mut kept = Vec::new();
    for item in items.iter() {
        let found = call.ev.path(item, &path, call.part)?;
        if test.holds(call, &found)? == wanted {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

/// The test that decides, with its arguments; without a name it is the value's truth.
struct Chosen {
    name: Option<Arc<str>>,
    args: Args,
}

impl Chosen {
    fn read(call: &mut Call) -> Answer<Chosen> {
        let name = match call.args.positional.is_empty() {
            true => None,
            false => Some(call.first()),
        };
        let args = std::mem::take(&mut call.args);
        match name.as_ref().map(Value::data) {
            None => Ok(Chosen { name: None, args }),
            Some(Data::Text(name)) => Ok(Chosen { name: Some(name.clone()), args }),
            Some(_) => Err(Error::failed(format!("`{}` needs the name of a test", call.name))),
        }
    }

    fn holds(&self, call: &mut Call, value: &Value) -> Answer<bool> {
        let Some(name) = &self.name else { return types::is_true(value) };
        let mut args = self.args.clone();
        args.positional.insert(0, value.clone());
        call.ev.test_named(name, args, call.part)
    }
}

/// An attribute, never an item: of data, the methods.
fn attribute(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "name"])?;
    let (value, name) = (args.value("value")?, args.exact_text("name")?);
    let found = match value.data() {
        Data::Dict(_) if !crate::template::methods::exists(&value, &name) => None,
        _ => call.ev.attribute_of(&value, &name),
    };
    Ok(found.unwrap_or_else(|| Value::undefined(name, call.ev.span(call.part))))
}
