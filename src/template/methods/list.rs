//! Methods of lists and tuples.

use crate::template::eval::Call;
use crate::template::filters::order;
use crate::template::python::{slice, types};
use crate::template::{Answer, Error};
use crate::vars::{List, Value};

pub const NAMES: [&str; 11] =
    ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];

/// Calls a method of a list.
pub fn call(list: &List, value: &Value, call: &mut Call) -> Answer<Value> {
    match call.name {
        "append" => {
            let item = call.bind(&["object"])?.value("object")?;
            list.change(|items| items.push(item));
        }
        "extend" => {
            let more = call.bind(&["iterable"])?.items("iterable")?;
            list.change(|items| items.extend(more.iter().cloned()));
        }
        "insert" => {
            let args = call.bind(&["index", "object"])?;
            let (index, item) = (args.int_or("index", 0)?, args.value("object")?);
            list.change(|items| items.insert(insertion(items.len(), index), item));
        }
        "clear" => list.change(Vec::clear),
        "reverse" => list.change(|items| items.reverse()),
        "copy" => return Ok(Value::list(list.items().to_vec()).marked(value.marks())),
        "pop" => return pop(list, call),
        "remove" => {
            let wanted = call.bind(&["value"])?.value("value")?;
            let index = list.items().iter().position(|item| *item == wanted);
            let index = index.ok_or_else(|| not_there(&wanted))?;
            list.change(|items| items.remove(index));
        }
        "sort" => sort(list, call)?,
        _ => return search(&list.items(), call),
    }
    Ok(Value::none())
}

fn insertion(length: usize, index: i64) -> usize {
    match usize::try_from(index) {
        Ok(index) => index.min(length),
        Err(_) => slice::index(length, index).unwrap_or(0),
    }
}

fn pop(list: &List, call: &mut Call) -> Answer<Value> {
    let index = call.bind(&["index"])?.int_or("index", -1)?;
    let taken = list.change(|items| slice::index(items.len(), index).map(|index| items.remove(index)));
    taken.ok_or_else(|| match list.items().is_empty() {
        true => Error::failed("`pop` from an empty list"),
        false => Error::failed(format!("the list has no item {index}")),
    })
}

fn sort(list: &List, call: &mut Call) -> Answer<()> {
    let args = call.bind(&["key", "reverse"])?;
    let reverse = args.bool_or("reverse", false)?;
    let mut items = list.items().to_vec();
    order::sort(&mut items, reverse, |item| Ok(item.clone()))?;
    list.change(|old| *old = items);
    Ok(())
}

/// `index` and `count`, of lists and tuples.
pub fn search(items: &[Value], call: &mut Call) -> Answer<Value> {
    match call.name {
        "count" => {
            let wanted = call.bind(&["value"])?.value("value")?;
            Ok(items.iter().filter(|item| **item == wanted).count().into())
        }
        "index" => {
            let args = call.bind(&["value", "start", "stop"])?;
            let wanted = args.value("value")?;
            let bound = |index: i64| insertion(items.len(), index);
            let start = args.int("start")?.map_or(0, bound);
            let stop = args.int("stop")?.map_or(items.len(), bound);
            let within = items.iter().enumerate().take(stop).skip(start);
            let found = within.into_iter().find(|(_, item)| **item == wanted);
            found.map(|(index, _)| index.into()).ok_or_else(|| not_there(&wanted))
        }
        name => Err(Error::failed(format!("a list has no method `{name}`"))),
    }
}

fn not_there(wanted: &Value) -> Error {
    let shown = if wanted.is_secret() { "the value".into() } else { types::repr(wanted).unwrap_or_default() };
    Error::failed(format!("{shown} is not in the list"))
}
