//! Lists, as `with_*` walks through them.

use super::{Table, dict_term};
use crate::template::eval::{Call, lazy};
use crate::template::filters::dicts::subelement;
use crate::template::filters::sets::flatten_into;
use crate::template::python::iterate;
use crate::template::python::random::Random;
use crate::template::{Answer, Error, Language};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[
    ("items", items),
    ("list", |call| Ok(std::mem::take(&mut call.args.positional))),
    ("flattened", flattened),
    ("dict", dict),
    ("nested", nested),
    ("cartesian", nested),
    ("together", together),
    ("indexed_items", indexed),
    ("subelements", subelements),
    ("random_choice", random_choice),
];

/// The terms, with lists among them opened.
fn opened(call: &Call) -> Vec<Value> {
    let open = |term: &Value| match term.as_items() {
        Some(items) => items.to_vec(),
        None => vec![term.clone()],
    };
    call.args.positional.iter().flat_map(open).collect()
}

fn items(call: &mut Call) -> Answer<Vec<Value>> {
    Ok(opened(call))
}

fn flattened(call: &mut Call) -> Answer<Vec<Value>> {
    let mut flat = Vec::new();
    flatten_into(&call.args.positional, None, true, &mut flat);
    Ok(flat)
}

fn dict(call: &mut Call) -> Answer<Vec<Value>> {
    let mut all = Vec::new();
    let terms = call.args.positional.clone();
    let terms =
        terms.iter().flat_map(|term| term.as_items().map_or(vec![term.clone()], |items| items.to_vec()));
    for term in terms {
        for (key, value) in dict_term(&term, "dict")?.iter() {
            let entries: Map = [("key".into(), key.clone()), ("value".into(), value.clone())].into();
            all.push(entries.into());
        }
    }
    Ok(all)
}

/// Each term as a list. A text is a list of one; in the classic language, so is what cannot be walked through.
fn lists(call: &Call) -> Answer<Vec<Vec<Value>>> {
    let is_classic = call.ev.context.surroundings.language == Language::Classic;
    let list = |term: &Value| match iterate::items(term) {
        Ok(items) if term.as_str().is_none() => Ok(items.to_vec()),
        Err(Error::Failed(_)) if is_classic => Ok(vec![term.clone()]),
        Ok(_) => Ok(vec![term.clone()]),
        Err(error) => Err(error),
    };
    call.args.positional.iter().map(list).collect()
}

fn nested(call: &mut Call) -> Answer<Vec<Value>> {
    let lists = lists(call)?;
    if lists.is_empty() {
        return Err(Error::failed(format!("`{}` needs at least one list", call.name)));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in &lists {
        let longer = |row: &Vec<Value>| {
            list.iter().map(|item| [&row[..], std::slice::from_ref(item)].concat()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    // Tuples among the items are opened, as with_nested over variables needs it.
    let open = |row: Vec<Value>| {
        let mut flat = Vec::new();
        flatten_into(&row, None, false, &mut flat);
        Value::list(flat)
    };
    Ok(rows.into_iter().map(open).collect())
}

fn together(call: &mut Call) -> Answer<Vec<Value>> {
    let lists = lists(call)?;
    if lists.is_empty() {
        return Err(Error::failed("with_together requires at least one element in each list"));
    }
    let length = lists.iter().map(Vec::len).max().unwrap_or(0);
    let row =
        |at: usize| lists.iter().map(|list| list.get(at).cloned().unwrap_or_else(Value::none)).collect();
    Ok((0..length).map(|at| Value::list(row(at))).collect())
}

fn indexed(call: &mut Call) -> Answer<Vec<Value>> {
    let items = opened(call).into_iter().enumerate();
    Ok(items.map(|(index, item)| Value::tuple(vec![index.into(), item])).collect())
}

const NOT_TWO_OR_THREE: &str = "subelements lookup expects a list of two or three items";

fn subelements(call: &mut Call) -> Answer<Vec<Value>> {
    let terms = &call.args.positional;
    let (Some(first), Some(path)) = (terms.first(), terms.get(1)) else {
        return Err(Error::failed(NOT_TWO_OR_THREE));
    };
    if terms.len() > 3 {
        return Err(Error::failed(NOT_TWO_OR_THREE));
    }
    let third = "the optional third item must be a dict with flags ('skip_missing')";
    if terms.get(2).is_some_and(|flags| lazy::entries(flags).is_none()) {
        return Err(Error::failed(third));
    }
    let skip = match terms.get(2).and_then(|flags| flags.entry("skip_missing")) {
        Some(flag) => crate::template::filters::truth::meant_loosely(&flag).unwrap_or(false),
        None => false,
    };
    let expected = || {
        Error::failed(
            "subelements lookup expects first a dict or a list, second a string pointing to the subkey",
        )
    };
    let path: Vec<Value> = path.as_str().ok_or_else(expected)?.split('.').map(Value::from).collect();
    let elements = match (lazy::entries(first), first.as_items()) {
        (Some(entries), _) => entries.values().cloned().collect(),
        (None, Some(items)) => items.to_vec(),
        (None, None) => return Err(expected()),
    };
    let is_skipped =
        |element: &Value| element.entry("skipped").is_some_and(|skipped| skipped.as_bool() != Some(false));
    let mut pairs = Vec::new();
    if is_skipped(first) {
        return Ok(pairs);
    }
    for element in elements.into_iter().filter(|element| !is_skipped(element)) {
        for item in subelement(&element, &path, skip)?.iter() {
            pairs.push(Value::list(vec![without(&element, &path), item.clone()]));
        }
    }
    Ok(pairs)
}

/// An element without the list that a path leads to.
fn without(element: &Value, path: &[Value]) -> Value {
    let (Some(entries), Some((first, rest))) = (lazy::entries(element), path.split_first()) else {
        return element.clone();
    };
    let mut entries = (*entries).clone();
    match (rest.is_empty(), entries.get(first).cloned()) {
        (true, _) => drop(entries.shift_remove(first)),
        (false, Some(inner)) => drop(entries.insert(first.clone(), without(&inner, rest))),
        _ => {}
    }
    Value::dict(entries)
}

fn random_choice(call: &mut Call) -> Answer<Vec<Value>> {
    let items = std::mem::take(&mut call.args.positional);
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let part = call.part;
    let chosen = call.ev.once(part, || {
        let index = Random::of_system().index(items.len());
        Ok(items.get(index).cloned().unwrap_or_else(Value::none))
    })?;
    Ok(vec![chosen])
}
