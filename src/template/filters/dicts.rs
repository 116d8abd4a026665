//! Dicts: `combine`, `dict2items`, `items2dict`, `subelements`, `extract`, `rekey_on_member`.

use super::Table;
use crate::template::eval::{Args, Call, lazy};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Marks, Value};

pub const TABLE: Table = &[
    ("combine", combine),
    ("dict2items", to_items),
    ("items2dict", from_items),
    ("subelements", subelements),
    ("extract", extract),
    ("rekey_on_member", rekey),
    ("dict_kv", |call| {
        let args = call.bind(&["value", "key"])?;
        Ok(Value::dict([(args.value("key")?, args.value("value")?)].into()))
    }),
    ("groupby_as_dict", group_as_dict),
    ("counter", counter),
];

/// How lists are merged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    Replace,
    Keep,
    Append,
    Prepend,
    AppendMissing,
    PrependMissing,
}

impl Lists {
    pub fn named(name: &str) -> Answer<Lists> {
        Ok(match name {
            "replace" => Lists::Replace,
            "keep" => Lists::Keep,
            "append" => Lists::Append,
            "prepend" => Lists::Prepend,
            "append_rp" => Lists::AppendMissing,
            "prepend_rp" => Lists::PrependMissing,
            _ => {
                let error = Error::failed(format!("lists cannot be merged by `{name}`"));
                return Err(error.hint("known are replace, keep, append, prepend, append_rp, prepend_rp"));
            }
        })
    }
}

fn combine(call: &mut Call) -> Answer<Value> {
    let Args { positional, keyword } = std::mem::take(&mut call.args);
    let (mut recursive, mut lists) = (false, Lists::Replace);
    for (name, value) in keyword {
        match &*name {
            "recursive" => recursive = types::is_true(&value)?,
            "list_merge" => lists = Lists::named(&types::text(&value)?)?,
            _ => {
                let known = "'recursive' and 'list_merge' are the only valid keyword arguments";
                return Err(Error::failed(known).hint(format!("`{name}` is none of them")));
            }
        }
    }
    let mut dicts = Vec::new();
    for term in positional {
        match lazy::entries(&term) {
            Some(entries) => dicts.push(entries),
            None if is_nothing(&term) => {}
            None => collect_dicts(&term, &mut dicts)?,
        }
    }
    let mut dicts = dicts.into_iter();
    let first = dicts.next().map(|first| (*first).clone()).unwrap_or_default();
    Ok(Value::dict(dicts.fold(first, |all, next| merged(all, &next, recursive, lists))))
}

/// What `flatten` leaves out, through which Ansible passes the terms.
fn is_nothing(value: &Value) -> bool {
    value.is_none() || matches!(value.as_str(), Some("None" | "null"))
}

/// A list of dicts counts as the dicts.
fn collect_dicts(term: &Value, dicts: &mut Vec<std::sync::Arc<Map>>) -> Answer<()> {
    let wrong = |value: &Value| {
        Error::failed(format!(
            "failed to combine variables, expected dicts but got `{}`",
            types::type_name(value)
        ))
    };
    let (Data::List(_) | Data::Tuple(_)) = term.data() else { return Err(wrong(term)) };
    for item in iterate::items(term)?.iter() {
        match item.data() {
            _ if is_nothing(item) => {}
            Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
            _ => dicts.push(lazy::entries(item).ok_or_else(|| wrong(item))?),
        }
    }
    Ok(())
}

/// The first dict with what the second has.
pub fn merged(mut all: Map, next: &Map, recursive: bool, lists: Lists) -> Map {
    for (key, value) in next {
        let merged = match all.get(key) {
            Some(old) => merged_value(old, value, recursive, lists),
            None => value.clone(),
        };
        all.insert(key.clone(), merged);
    }
    all
}

fn merged_value(old: &Value, new: &Value, recursive: bool, lists: Lists) -> Value {
    if recursive && let (Some(a), Some(b)) = (lazy::entries(old), lazy::entries(new)) {
        return Value::dict(merged((*a).clone(), &b, recursive, lists));
    }
    let (Data::List(a), Data::List(b)) = (old.data(), new.data()) else { return new.clone() };
    let (a, b) = (a.items(), b.items());
    let without = |items: &[Value], other: &[Value]| -> Vec<Value> {
        items.iter().filter(|item| !other.contains(item)).cloned().collect()
    };
    match lists {
        Lists::Replace => new.clone(),
        Lists::Keep => old.clone(),
        Lists::Append => Value::list([&a[..], &b[..]].concat()),
        Lists::Prepend => Value::list([&b[..], &a[..]].concat()),
        Lists::AppendMissing => Value::list([without(&a, &b), b.to_vec()].concat()),
        Lists::PrependMissing => Value::list([b.to_vec(), without(&a, &b)].concat()),
    }
}

fn to_items(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "key_name", "value_name"])?;
    let (key_name, value_name) = (args.text_or("key_name", "key")?, args.text_or("value_name", "value")?);
    let value = args.value("value")?;
    let entries =
        lazy::entries(&value).ok_or_else(|| of_wrong_kind("dict2items requires a dictionary", &value))?;
    let item = |(key, value): (&Value, &Value)| -> Value {
        [(key_name.as_str(), key.clone()), (value_name.as_str(), value.clone())].into_iter().collect()
    };
    Ok(Value::list(entries.iter().map(item).collect()))
}

fn of_wrong_kind(wanted: &str, value: &Value) -> Error {
    Error::failed(format!("{wanted}, got <class '{}'> instead.", types::type_name(value)))
}

fn from_items(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "key_name", "value_name"])?;
    let (key_name, value_name) = (args.text_or("key_name", "key")?, args.text_or("value_name", "value")?);
    let value = args.value("value")?;
    let (Data::List(_) | Data::Tuple(_) | Data::Object(_)) = value.data() else {
        return Err(of_wrong_kind("items2dict requires a list", &value));
    };
    let mut map = Map::new();
    for item in iterate::items(&value)?.iter() {
        let wrong = || of_wrong_kind("items2dict requires a list of dictionaries", item);
        let entries = lazy::entries(item).ok_or_else(wrong)?;
        let part = |name: &str| {
            let wanted = format!("the keys '{key_name}' and '{value_name}'");
            let message = format!(
                "items2dict requires each dictionary in the list to contain {wanted}, got {} instead.",
                if item.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET)) {
                    "a secret".to_owned()
                } else {
                    item.to_string()
                }
            );
            let missing = || Error::failed(message);
            entries.get(name).cloned().ok_or_else(missing)
        };
        map.insert(part(&key_name)?, part(&value_name)?);
    }
    Ok(Value::dict(map))
}

fn subelements(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "subelements", "skip_missing"])?;
    let value = args.value("value")?;
    let elements = match lazy::entries(&value) {
        Some(entries) => entries.values().cloned().collect(),
        None if value.as_items().is_some() => iterate::items(&value)?.to_vec(),
        None => return Err(Error::failed("obj must be a list of dicts or a nested dict")),
    };
    let path = args.value("subelements")?;
    let path: Vec<Value> = match path.as_str() {
        Some(text) => text.split('.').map(Value::from).collect(),
        None => iterate::items(&path)?.to_vec(),
    };
    let skip = args.bool_or("skip_missing", false)?;
    let mut pairs = Vec::new();
    for element in &elements {
        for item in subelement(element, &path, skip)?.iter() {
            pairs.push(Value::tuple(vec![element.clone(), item.clone()]));
        }
    }
    Ok(Value::list(pairs))
}

/// The list that a path leads to.
pub fn subelement(element: &Value, path: &[Value], skip_missing: bool) -> Answer<std::sync::Arc<Vec<Value>>> {
    let mut value = element.clone();
    for key in path {
        let Some(entries) = lazy::entries(&value) else {
            return match skip_missing {
                true => Ok(Vec::new().into()),
                false => Err(Error::failed(format!("the key {key} should point to a dictionary"))),
            };
        };
        value = match entries.get(key) {
            Some(found) => found.clone(),
            None if skip_missing => return Ok(Vec::new().into()),
            None => return Err(Error::failed(format!("could not find '{key}' key in iterated item"))),
        };
    }
    match value.data() {
        Data::List(list) => Ok(list.items()),
        Data::None if skip_missing => Ok(Vec::new().into()),
        _ => {
            let (last, kind) =
                (path.last().map(Value::to_string).unwrap_or_default(), types::type_name(&value));
            Err(Error::failed(format!("the key {last} should point to a list, not to `{kind}`")))
        }
    }
}

fn extract(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "container", "morekeys"])?;
    let mut keys = vec![args.value("value")?];
    match args.some("morekeys") {
        Some(more) if matches!(more.data(), Data::List(_) | Data::Tuple(_)) => {
            keys.extend(iterate::items(more)?.iter().cloned());
        }
        Some(more) => keys.push(more.clone()),
        None => {}
    }
    let mut value = args.value("container")?;
    for key in keys {
        let found = call.ev.item_of(&value, &key);
        value = match found {
            Some(found) => call.ev.force(found)?,
            None => {
                let message = format!("`extract` finds no `{key}` in `{}`", types::type_name(&value));
                let because = crate::source::Diagnostic::error(message).at(call.ev.span(call.part));
                return Ok(lazy::undefined_because("extract", because));
            }
        };
    }
    Ok(value)
}

fn rekey(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "key", "duplicates"])?;
    let value = args.value("value")?;
    let key = args.value("key")?;
    let overwrite = match args.text_or("duplicates", "error")?.as_str() {
        "error" => false,
        "overwrite" => true,
        other => {
            let message = format!("duplicates parameter to rekey_on_member has unknown value '{other}'");
            return Err(Error::failed(message).hint("known are `error` and `overwrite`"));
        }
    };
    let elements = match lazy::entries(&value) {
        Some(entries) => entries.values().cloned().collect(),
        None if value.as_items().is_some() => iterate::items(&value)?.to_vec(),
        None => return Err(Error::failed("Type is not a valid list, set, or dict")),
    };
    let mut map = Map::new();
    for element in elements {
        let entries =
            lazy::entries(&element).ok_or_else(|| Error::failed("List item is not a valid dict"))?;
        let found = entries.get(&key).cloned();
        let found = found.ok_or_else(|| Error::failed(format!("Key '{key}' was not found.")))?;
        if map.contains_key(&found) && !overwrite {
            return Err(Error::failed(format!("Key '{found}' is not unique, cannot convert to dict.")));
        }
        map.insert(found, element);
    }
    Ok(Value::dict(map))
}

fn group_as_dict(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "attribute"])?;
    let key = args.value("attribute")?;
    let mut map = Map::new();
    let elements = args.items("value").map_err(|_| Error::failed("Input is not a sequence"))?;
    for (index, element) in elements.iter().enumerate() {
        let wrong = || Error::failed(format!("Sequence element #{index} is not a mapping"));
        let found = lazy::entries(element).ok_or_else(wrong)?.get(&key).cloned();
        let missing = || Error::failed(format!("Attribute not contained in element #{index} of sequence"));
        let found = found.ok_or_else(missing)?;
        if map.insert(found.clone(), element.clone()).is_some() {
            let found = types::repr(&found)?;
            return Err(Error::failed(format!("Multiple sequence entries have attribute value {found}")));
        }
    }
    Ok(Value::dict(map))
}

fn counter(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    if value.as_items().is_none() && value.as_str().is_none() {
        let what = types::type_name(&value);
        return Err(Error::failed(format!(
            "Argument for community.general.counter must be a sequence (string or list). {value} is {what}"
        )));
    }
    let mut counts = Map::new();
    for item in iterate::items(&value)?.iter() {
        if item.as_items().is_some() || lazy::entries(item).is_some() {
            let what = types::type_name(item);
            return Err(Error::failed(format!(
                "community.general.counter needs a sequence with hashable elements (int, float or str) - unhashable type: '{what}'"
            )));
        }
        let count = counts.get(item).and_then(Value::as_int).unwrap_or(0);
        counts.insert(item.clone(), (count + 1).into());
    }
    Ok(Value::dict(counts))
}
