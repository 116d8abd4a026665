//! `json_query`, and filters over lists of dicts of community.general.

use super::Table;
use super::dicts::{Lists, merged};
use crate::template::data::{csv, ini};
use crate::template::eval::{Args, Call, lazy};
use crate::template::jmespath;
use crate::template::python::regex::{Flags, Pattern};
use crate::template::python::{iterate, types, version};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[
    ("json_query", json_query),
    ("keep_keys", |call| keys(call, true)),
    ("remove_keys", |call| keys(call, false)),
    ("replace_keys", replace_keys),
    ("lists_mergeby", merge_by),
    ("version_sort", version_sort),
    ("from_csv", from_csv),
    ("from_ini", from_ini),
    ("to_ini", to_ini),
    ("index_of", index_of),
];

fn json_query(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "expr"])?;
    jmespath::search(&args.text("expr")?, &args.value("value")?)
}

/// How `target` names keys.
fn matcher(target: &Value, how: &str) -> Answer<impl Fn(&str) -> Answer<bool> + use<>> {
    let names: Vec<String> = match target.as_str() {
        Some(text) => vec![text.to_owned()],
        None => iterate::items(target)?.iter().map(types::text).collect::<Answer<_>>()?,
    };
    let how = how.to_owned();
    Ok(move |key: &str| {
        let mut found = false;
        for name in &names {
            found |= match how.as_str() {
                "starts_with" => key.starts_with(name.as_str()),
                "ends_with" => key.ends_with(name.as_str()),
                "regex" => Pattern::new(name, Flags::default(), key)?.search(key, 0)?.is_some(),
                _ => key == name,
            };
        }
        Ok(found)
    })
}

fn keys(call: &mut Call, keep: bool) -> Answer<Value> {
    let args = call.bind(&["value", "target", "matching_parameter"])?;
    let matches = matcher(&args.value("target")?, &args.text_or("matching_parameter", "equal")?)?;
    let mut results = Vec::new();
    let value = args.value("value")?;
    let items =
        if lazy::entries(&value).is_some() { vec![value.clone()].into() } else { iterate::items(&value)? };
    for item in items.iter() {
        let entries = lazy::entries(item).ok_or_else(|| args.wrong("value", "dicts", item))?;
        let mut kept = Map::new();
        for (key, value) in entries.iter() {
            if matches(&key.to_string())? == keep {
                kept.insert(key.clone(), value.clone());
            }
        }
        results.push(Value::dict(kept));
    }
    Ok(match lazy::entries(&value).is_some() {
        true => results.pop().unwrap_or_else(Value::none),
        false => Value::list(results),
    })
}

fn replace_keys(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "target", "matching_parameter"])?;
    let how = args.text_or("matching_parameter", "equal")?;
    let rules = args.items("target")?;
    let mut results = Vec::new();
    for item in args.items("value")?.iter() {
        let entries = lazy::entries(item).ok_or_else(|| args.wrong("value", "dicts", item))?;
        let mut renamed = Map::new();
        for (key, value) in entries.iter() {
            let mut name = key.clone();
            for rule in rules.iter() {
                let (before, after) = (rule.entry("before"), rule.entry("after"));
                let (Some(before), Some(after)) = (before, after) else {
                    return Err(Error::failed("a rule of `replace_keys` has `before` and `after`"));
                };
                if matcher(&before, &how)?(&key.to_string())? {
                    name = after;
                    break;
                }
            }
            renamed.insert(name, value.clone());
        }
        results.push(Value::dict(renamed));
    }
    Ok(Value::list(results))
}

fn merge_by(call: &mut Call) -> Answer<Value> {
    let recursive = call.keyword("recursive").map_or(Ok(false), |flag| types::is_true(&flag))?;
    let lists = call.keyword("list_merge").map_or(Ok("replace".to_owned()), |name| types::text(&name))?;
    let lists = Lists::named(&lists)?;
    let Args { mut positional, .. } = std::mem::take(&mut call.args);
    let Some(index) = positional.pop() else { return Err(Error::failed("`lists_mergeby` needs a key")) };
    let mut merged_all: indexmap::IndexMap<Value, Map> = indexmap::IndexMap::new();
    let mut terms = Vec::new();
    for list in &positional {
        let items = iterate::items(list)?;
        // A list of lists counts as the lists.
        match items.first().and_then(Value::as_items) {
            Some(_) => terms.extend(items.iter().cloned()),
            None => terms.push(list.clone()),
        }
    }
    for list in &terms {
        for item in iterate::items(list)?.iter() {
            let entries =
                lazy::entries(item).ok_or_else(|| Error::failed("`lists_mergeby` needs lists of dicts"))?;
            let Some(key) = entries.get(&index) else { continue };
            let known = merged_all.shift_remove(key).unwrap_or_default();
            merged_all.insert(key.clone(), merged(known, &entries, recursive, lists));
        }
    }
    let mut results: Vec<Value> = merged_all.into_values().map(Value::dict).collect();
    super::order::sort(&mut results, false, |item| {
        Ok(lazy::entries(item).and_then(|entries| entries.get(&index).cloned()).unwrap_or_else(Value::none))
    })?;
    Ok(Value::list(results))
}

fn version_sort(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "reverse"])?;
    let mut items = args.items("value")?.to_vec();
    items.sort_by_cached_key(|item| version::pieces(&item.to_string()));
    if args.bool_or("reverse", false)? {
        items.reverse();
    }
    Ok(Value::list(items))
}

fn from_csv(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "dialect", "fieldnames", "delimiter", "skipinitialspace", "strict"])?;
    let tab = args.text_or("dialect", "excel")? == "excel-tab";
    let delimiter = args.text_or("delimiter", if tab { "\t" } else { "," })?;
    let mut rows = csv::rows(&args.text("value")?, delimiter.chars().next().unwrap_or(',')).into_iter();
    let names: Vec<String> = match args.some("fieldnames") {
        Some(names) => iterate::items(names)?.iter().map(types::text).collect::<Answer<_>>()?,
        None => rows.next().unwrap_or_default(),
    };
    let dict = |row: Vec<String>| -> Value {
        let mut fields = row.into_iter();
        names
            .iter()
            .map(|name| (name.as_str(), fields.next().map_or_else(Value::none, Value::from)))
            .collect()
    };
    Ok(Value::list(rows.filter(|row| !row.is_empty()).map(dict).collect()))
}

fn from_ini(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "delimiters"])?;
    let reading = ini::Reading { case_sensitive: true, allow_no_value: true };
    let sections = ini::read(&args.text("value")?, reading)?;
    let options = |options: &indexmap::IndexMap<String, Option<String>>| -> Value {
        options
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone().map_or_else(Value::none, Value::from)))
            .collect()
    };
    Ok(sections.iter().map(|(name, section)| (name.as_str(), options(section))).collect())
}

fn to_ini(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let wrong = || Error::failed("`to_ini` needs a dict of dicts");
    let mut out = String::new();
    for (name, section) in lazy::entries(&value).ok_or_else(wrong)?.iter() {
        out.push_str(&format!("[{}]\n", types::text(name)?));
        for (key, value) in lazy::entries(section).ok_or_else(wrong)?.iter() {
            out.push_str(&format!("{} = {}\n", types::text(key)?, types::text(value)?));
        }
        out.push('\n');
    }
    Ok(format!("{}\n", out.trim_end()).into())
}

/// `ansible.utils.index_of`: where the items are for which a test holds.
fn index_of(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "test", "target", "key", "fail_on_missing", "wantlist"])?;
    let test = args.text("test")?;
    let mut found = Vec::new();
    for (index, item) in args.items("value")?.iter().enumerate() {
        let item = match args.some("key") {
            Some(key) => call.ev.path(item, key, call.part)?,
            None => item.clone(),
        };
        let given = [Some(item), args.some("target").cloned()].into_iter().flatten().collect();
        if call.ev.test_named(&test, Args::of(given), call.part)? {
            found.push(Value::from(index));
        }
    }
    match (found.len(), args.bool_or("wantlist", false)?) {
        (1, false) => Ok(found.pop().unwrap_or_else(Value::none)),
        _ => Ok(Value::list(found)),
    }
}
