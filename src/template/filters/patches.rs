//! Changes of nested data as RFC 6902 writes them: `json_patch`, `json_patch_recipe`, `json_diff`.

use super::Table;
use crate::template::data::json_read;
use crate::template::eval::{Bound, Call, lazy};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table =
    &[("json_patch", patch), ("json_patch_recipe", patch_all), ("json_diff", difference)];

fn patch(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["input", "op", "path", "value", "from", "fail_test"])?;
    let mut operation = Map::new();
    for name in ["op", "path", "value", "from"] {
        let missing = || if name == "value" { Some(Value::none()) } else { None };
        operation.extend(args.given(name).cloned().or_else(missing).map(|given| (name.into(), given)));
    }
    apply(&document(&args, "json_patch", "input")?, &[Value::dict(operation)], "json_patch", &args)
}

fn patch_all(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["input", "operations", "fail_test"])?;
    let operations = args.value("operations")?;
    let wrong = || Error::failed("json_patch_recipe: 'operations' needs to be a list");
    let operations = operations.as_items().ok_or_else(wrong)?;
    apply(&document(&args, "json_patch_recipe", "input")?, &operations, "json_patch_recipe", &args)
}

/// The data that is meant, which may be written as JSON.
fn document(args: &Bound, filter: &str, name: &str) -> Answer<Value> {
    let given = args.value(name)?;
    match given.as_str() {
        Some(text) => json_read::read(text).map_err(|error| {
            let why = error.diagnostic().map(|why| why.message.clone()).unwrap_or_default();
            Error::failed(format!("{filter}: could not decode JSON from {name}: {why}"))
        }),
        None if lazy::entries(&given).is_some() || given.as_items().is_some() => Ok(given),
        None => Err(Error::failed(format!("{filter}: {name} is not dictionary, list or string"))),
    }
}

/// The data after all operations; nothing where a test among them does not hold.
fn apply(document: &Value, operations: &[Value], filter: &str, args: &Bound) -> Answer<Value> {
    let mut document = document.clone();
    for operation in operations {
        let failed = |why: String| Error::failed(format!("{filter}: patch failed: {why}"));
        match operate(&document, operation, filter)? {
            Ok(after) => document = after,
            Err(Failed::Test) if args.bool_or("fail_test", false)? => {
                return Err(Error::failed(format!("{filter}: test operation failed")));
            }
            Err(Failed::Test) => return Ok(Value::none()),
            Err(Failed::Place(why)) => return Err(failed(why)),
        }
    }
    Ok(document)
}

/// Why an operation cannot be carried out.
enum Failed {
    Test,
    Place(String),
}

type Changed = Result<Value, Failed>;

fn operate(document: &Value, operation: &Value, filter: &str) -> Answer<Changed> {
    let text = |name: &str| operation.entry(name).as_ref().and_then(Value::as_str).map(str::to_owned);
    let wrong = |name: &str| Error::failed(format!("{filter}: '{name}' argument is not a string"));
    let (op, path) = (text("op").ok_or_else(|| wrong("op"))?, text("path").ok_or_else(|| wrong("path"))?);
    let value = operation.entry("value").unwrap_or_else(Value::none);
    let from = || {
        let missing = || Error::failed(format!("{filter}: 'from' argument missing for '{op}' operation"));
        text("from").ok_or_else(missing)
    };
    Ok(match op.as_str() {
        "add" => change(document, &path, &|place, key| put(place, key, &value), || Ok(value.clone())),
        "replace" => {
            change(document, &path, &|place, key| exchange(place, key, &value), || Ok(value.clone()))
        }
        "remove" => change(document, &path, &take, || Ok(Value::none())),
        "test" => match at(document, &path) {
            Ok(found) if found == value => Ok(document.clone()),
            _ => Err(Failed::Test),
        },
        "copy" => at(document, &from()?).and_then(|found| {
            change(document, &path, &|place, key| put(place, key, &found), || Ok(found.clone()))
        }),
        "move" => {
            let from = from()?;
            at(document, &from).and_then(|found| {
                let without = change(document, &from, &take, || Ok(Value::none()))?;
                change(&without, &path, &|place, key| put(place, key, &found), || Ok(found.clone()))
            })
        }
        _ => return Err(Error::failed(format!("{filter}: unsupported 'op' argument: {op}"))),
    })
}

/// The keys of a path: `/a/b~1c`.
fn keys(path: &str) -> Result<Vec<String>, Failed> {
    match path.strip_prefix('/') {
        _ if path.is_empty() => Ok(Vec::new()),
        None => Err(Failed::Place(format!("`{path}` begins with no slash"))),
        Some(rest) => Ok(rest.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect()),
    }
}

fn at(document: &Value, path: &str) -> Changed {
    keys(path)?.iter().try_fold(document.clone(), |place, key| child(&place, key))
}

fn child(place: &Value, key: &str) -> Changed {
    let found = match (lazy::entries(place), place.as_items()) {
        (Some(entries), _) => entries.get(&Value::from(key)).cloned(),
        (None, Some(items)) => items.get(index(key, items.len())?).cloned(),
        (None, None) => None,
    };
    found.ok_or_else(|| Failed::Place(format!("there is no `{key}`")))
}

fn index(key: &str, behind: usize) -> Result<usize, Failed> {
    match key.parse() {
        Ok(index) if key == "0" || !key.starts_with(['0', '+']) => Ok(index),
        _ if key == "-" => Ok(behind),
        _ => Err(Failed::Place(format!("`{key}` is no index"))),
    }
}

/// The document with what `edit` makes of the place that the path leads into; `whole` where it names the document itself.
fn change(
    document: &Value,
    path: &str,
    edit: &dyn Fn(&Value, &str) -> Changed,
    whole: impl FnOnce() -> Changed,
) -> Changed {
    match keys(path)?.as_slice() {
        [] => whole(),
        keys => below(document, keys, edit),
    }
}

fn below(place: &Value, keys: &[String], edit: &dyn Fn(&Value, &str) -> Changed) -> Changed {
    match keys {
        [] => Ok(place.clone()),
        [last] => edit(place, last),
        [first, rest @ ..] => {
            let changed = below(&child(place, first)?, rest, edit)?;
            exchange(place, first, &changed)
        }
    }
}

/// Adds an entry, or puts an item in front of the one that is there.
fn put(place: &Value, key: &str, value: &Value) -> Changed {
    edit(
        place,
        key,
        |entries| drop(entries.insert(key.into(), value.clone())),
        |items, index| {
            let fits = index <= items.len();
            if fits {
                items.insert(index, value.clone());
            }
            fits
        },
    )
}

fn exchange(place: &Value, key: &str, value: &Value) -> Changed {
    child(place, key)?;
    edit(
        place,
        key,
        |entries| drop(entries.insert(key.into(), value.clone())),
        |items, index| items.get_mut(index).map(|item| *item = value.clone()).is_some(),
    )
}

fn take(place: &Value, key: &str) -> Changed {
    child(place, key)?;
    edit(
        place,
        key,
        |entries| drop(entries.shift_remove(&Value::from(key))),
        |items, index| {
            items.remove(index);
            true
        },
    )
}

fn edit(
    place: &Value,
    key: &str,
    in_dict: impl FnOnce(&mut Map),
    in_list: impl FnOnce(&mut Vec<Value>, usize) -> bool,
) -> Changed {
    if let Some(entries) = lazy::entries(place) {
        let mut entries = (*entries).clone();
        in_dict(&mut entries);
        return Ok(Value::dict(entries));
    }
    let items = place.as_items().ok_or_else(|| Failed::Place(format!("`{key}` is in no dict or list")))?;
    let index = index(key, items.len())?;
    let mut items = items.to_vec();
    match in_list(&mut items, index) {
        true => Ok(Value::list(items)),
        false => Err(Failed::Place(format!("`{key}` is outside of the list"))),
    }
}

fn difference(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["input", "target"])?;
    let (before, after) = (document(&args, "json_diff", "input")?, document(&args, "json_diff", "target")?);
    let mut operations = Vec::new();
    compare("", &before, &after, &mut operations);
    Ok(Value::list(operations))
}

fn operation(op: &str, path: String, value: Option<&Value>) -> Value {
    let value = value.map(|value| ("value", value.clone()));
    [("op", op.into()), ("path", path.into())].into_iter().chain(value).collect()
}

fn compare(path: &str, before: &Value, after: &Value, operations: &mut Vec<Value>) {
    let entries = (lazy::entries(before), lazy::entries(after));
    let items = (before.as_items(), after.as_items());
    match (entries, items) {
        ((Some(before), Some(after)), _) => compare_dicts(path, &before, &after, operations),
        ((None, None), (Some(before), Some(after))) => compare_lists(path, &before, &after, operations),
        _ if before == after => {}
        _ => operations.push(operation("replace", path.to_owned(), Some(after))),
    }
}

fn compare_dicts(path: &str, before: &Map, after: &Map, operations: &mut Vec<Value>) {
    let below = |key: &Value| format!("{path}/{}", key.to_string().replace('~', "~0").replace('/', "~1"));
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        operations.push(operation("remove", below(key), None));
    }
    for (key, value) in after {
        match before.get(key) {
            Some(known) => compare(&below(key), known, value, operations),
            None => operations.push(operation("add", below(key), Some(value))),
        }
    }
}

/// What both lists begin and end with stays; between, items are compared one by one.
fn compare_lists(path: &str, before: &[Value], after: &[Value], operations: &mut Vec<Value>) {
    let same = |(one, other): &(&Value, &Value)| one == other;
    let start = before.iter().zip(after).take_while(same).count();
    let most = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(most).take_while(same).count();
    let middle = |list: &[Value]| list.get(start..list.len() - end).unwrap_or_default().to_vec();
    let (before, after) = (middle(before), middle(after));
    let shared = before.len().min(after.len());
    for (index, (one, other)) in before.iter().zip(&after).enumerate() {
        compare(&format!("{path}/{}", start + index), one, other, operations);
    }
    for index in (shared..before.len()).rev() {
        operations.push(operation("remove", format!("{path}/{}", start + index), None));
    }
    for (index, item) in after.iter().enumerate().skip(shared) {
        operations.push(operation("add", format!("{path}/{}", start + index), Some(item)));
    }
}
