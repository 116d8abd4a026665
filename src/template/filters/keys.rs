//! Keeping, removing and renaming the keys of dicts: `keep_keys`, `remove_keys`, `replace_keys`. Those of community.general
//! are about lists of dicts, those of ansible.utils reach all that is inside.

use super::Table;
use crate::template::eval::{Bound, Call, lazy};
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[
    ("keep_keys", |call| of_each(call, true)),
    ("remove_keys", |call| of_each(call, false)),
    ("replace_keys", replace_each),
    ("ansible.utils.keep_keys", |call| within(call, |args, value| keep(&Keys::of(args)?, value))),
    ("ansible.utils.remove_keys", |call| {
        within(call, |args, value| without_empty(&remove(&Keys::of(args)?, value)?))
    }),
    ("ansible.utils.replace_keys", |call| within(call, |args, value| replace(&Rule::all(args)?, value))),
];

/// Which keys are meant.
struct Keys {
    names: Vec<String>,
    how: String,
}

impl Keys {
    fn of(args: &Bound) -> Answer<Keys> {
        Keys::new(&args.value("target")?, args)
    }

    fn new(names: &Value, args: &Bound) -> Answer<Keys> {
        let names = match names.as_str() {
            Some(text) => vec![text.to_owned()],
            None => iterate::items(names)?.iter().map(types::text).collect::<Answer<_>>()?,
        };
        Ok(Keys { names, how: args.text_or("matching_parameter", "equal")? })
    }

    fn mean(&self, key: &Value) -> Answer<bool> {
        let key = types::text(key)?;
        for name in &self.names {
            let is_meant = match self.how.as_str() {
                "starts_with" => key.starts_with(name.as_str()),
                "ends_with" => key.ends_with(name.as_str()),
                "regex" => Pattern::new(name, Flags::default(), &key)?.matches_at_start(&key)?,
                _ => key == *name,
            };
            if is_meant {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A key that gets another name.
struct Rule {
    before: Keys,
    after: Value,
}

impl Rule {
    fn all(args: &Bound) -> Answer<Vec<Rule>> {
        let read = |rule: &Value| match (rule.entry("before"), rule.entry("after")) {
            (Some(before), Some(after)) => Ok(Rule { before: Keys::new(&before, args)?, after }),
            _ => Err(Error::failed("All dictionaries in target must include attributes: after, before.")),
        };
        args.items("target")?.iter().map(read).collect()
    }
}

/// A list of dicts with each changed; a single dict too.
fn each(args: &Bound, change: impl Fn(&Map) -> Answer<Map>) -> Answer<Value> {
    let value = args.value("value")?;
    if let Some(entries) = lazy::entries(&value) {
        return Ok(Value::dict(change(&entries)?));
    }
    let changed = |item: &Value| {
        let entries = lazy::entries(item).ok_or_else(|| args.wrong("value", "dicts", item))?;
        Ok(Value::dict(change(&entries)?))
    };
    Ok(Value::list(iterate::items(&value)?.iter().map(changed).collect::<Answer<_>>()?))
}

fn of_each(call: &mut Call, keep: bool) -> Answer<Value> {
    let args = call.bind(&["value", "target", "matching_parameter"])?;
    let keys = Keys::of(&args)?;
    each(&args, |entries| {
        let mut kept = Map::new();
        for (key, value) in entries {
            if keys.mean(key)? == keep {
                kept.insert(key.clone(), value.clone());
            }
        }
        Ok(kept)
    })
}

fn replace_each(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "target", "matching_parameter"])?;
    let rules = Rule::all(&args)?;
    each(&args, |entries| {
        let mut renamed = Map::new();
        for (key, value) in entries {
            let mut name = key.clone();
            for rule in &rules {
                if rule.before.mean(key)? {
                    name = rule.after.clone();
                    break;
                }
            }
            renamed.insert(name, value.clone());
        }
        Ok(renamed)
    })
}

fn within(call: &mut Call, change: fn(&Bound, &Value) -> Answer<Value>) -> Answer<Value> {
    let args = call.bind(&["data", "target", "matching_parameter"])?;
    let data = args.value("data")?;
    match is_nested(&data) {
        true => change(&args, &data),
        false => Err(args.wrong("data", "a list or a dict", &data)),
    }
}

fn is_nested(value: &Value) -> bool {
    lazy::entries(value).is_some() || value.as_items().is_some()
}

fn is_empty(value: &Value) -> bool {
    lazy::entries(value).is_some_and(|entries| entries.is_empty())
        || value.as_items().is_some_and(|items| items.is_empty())
}

/// The keys that are meant, and the way to those that are deeper. What a list holds beside dicts stays.
fn keep(keys: &Keys, value: &Value) -> Answer<Value> {
    if let Some(items) = value.as_items() {
        return Ok(Value::list(items.iter().map(|item| keep(keys, item)).collect::<Answer<_>>()?));
    }
    let Some(entries) = lazy::entries(value) else { return Ok(value.clone()) };
    let mut kept = Map::new();
    for (key, value) in entries.iter() {
        if let Some(value) = keep_entry(keys, key, value)? {
            kept.insert(key.clone(), value);
        }
    }
    Ok(Value::dict(kept))
}

/// What stays of an entry. Of the names that are meant, the last that says something of it counts.
fn keep_entry(keys: &Keys, key: &Value, value: &Value) -> Answer<Option<Value>> {
    if !is_nested(value) {
        return Ok(keys.mean(key)?.then(|| value.clone()));
    }
    let whole = keep(keys, value)?;
    let filled = match whole.as_items() {
        Some(items) => Value::list(items.iter().filter(|item| !is_empty(item)).cloned().collect()),
        None => whole.clone(),
    };
    let mut kept = None;
    for name in &keys.names {
        if key.as_str() == Some(name) {
            kept = Some(value.clone());
        } else if !is_empty(&filled) {
            kept = Some(filled.clone());
        }
    }
    Ok(kept.or_else(|| (!is_empty(&whole)).then_some(whole)))
}

fn remove(keys: &Keys, value: &Value) -> Answer<Value> {
    if let Some(items) = value.as_items() {
        return Ok(Value::list(items.iter().map(|item| remove(keys, item)).collect::<Answer<_>>()?));
    }
    let Some(entries) = lazy::entries(value) else { return Ok(value.clone()) };
    let mut kept = Map::new();
    for (key, value) in entries.iter() {
        if !keys.mean(key)? {
            kept.insert(key.clone(), remove(keys, value)?);
        }
    }
    Ok(Value::dict(kept))
}

/// The same without what is nothing in lists.
fn without_empty(value: &Value) -> Answer<Value> {
    if let Some(items) = value.as_items() {
        let mut kept = Vec::new();
        for item in items.iter() {
            if types::is_true(item)? {
                kept.push(without_empty(item)?);
            }
        }
        return Ok(Value::list(kept));
    }
    let Some(entries) = lazy::entries(value) else { return Ok(value.clone()) };
    let filled = entries.iter().map(|(key, value)| Ok((key.clone(), without_empty(value)?)));
    Ok(Value::dict(filled.collect::<Answer<_>>()?))
}

/// A key that gets another name goes to the end, unless there is one of that name.
fn replace(rules: &[Rule], value: &Value) -> Answer<Value> {
    if let Some(items) = value.as_items() {
        return Ok(Value::list(items.iter().map(|item| replace(rules, item)).collect::<Answer<_>>()?));
    }
    let Some(entries) = lazy::entries(value) else { return Ok(value.clone()) };
    let mut renamed = Map::new();
    for (key, value) in entries.iter() {
        renamed.insert(key.clone(), replace(rules, value)?);
    }
    for rule in rules {
        for key in renamed.keys().cloned().collect::<Vec<_>>() {
            if rule.before.mean(&key)?
                && let Some(value) = renamed.shift_remove(&key)
            {
                renamed.insert(rule.after.clone(), value);
            }
        }
    }
    Ok(Value::dict(renamed))
}
