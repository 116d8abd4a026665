//! `json_query`, and filters over lists of dicts of community.general.

use super::Table;
use super::dicts::{Lists, merged};
use crate::template::data::{csv, ini};
use crate::template::eval::{Args, Call, lazy};
use crate::template::jmespath;
use crate::template::python::{iterate, types, version};
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};

pub const TABLE: Table = &[
    ("json_query", json_query),
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

fn merge_by(call: &mut Call) -> Answer<Value> {
    let recursive = call.keyword("recursive").map_or(Ok(false), |flag| types::is_true(&flag))?;
    let lists = call.keyword("list_merge").map_or(Ok("replace".to_owned()), |name| types::text(&name))?;
    let lists = Lists::named(&lists)?;
    let Args { mut positional, .. } = std::mem::take(&mut call.args);
    let Some(index) = positional.pop() else { return Err(Error::failed("`lists_mergeby` needs a key")) };
    let mut merged_all: indexmap::IndexMap<Value, Map> = indexmap::IndexMap::new();
    let mut terms = Vec::new();
    for list in &positional {
        let Some(items) = list.as_items() else {
            let what = types::type_name(list);
            return Err(Error::failed(format!(
                "All arguments before the argument index for community.general.lists_mergeby must be lists. {list} is {what}"
            )));
        };
        // A list of lists counts as the lists.
        match items.first().and_then(Value::as_items) {
            Some(_) => terms.extend(items.iter().cloned()),
            None => terms.push(list.clone()),
        }
    }
    // There is nothing to merge one list with.
    if let [list] = terms.as_slice() {
        return Ok(list.clone());
    }
    if index.as_str().is_none() {
        let what = types::type_name(&index);
        return Err(Error::failed(format!(
            "First argument after the lists for community.general.lists_mergeby must be string. {index} is {what}"
        )));
    }
    for list in &terms {
        for item in iterate::items(list)?.iter() {
            let entries = lazy::entries(item).ok_or_else(|| {
                let what = types::type_name(item);
                Error::failed(format!(
                    "Elements of list arguments for lists_mergeby must be dictionaries. {item} is {what}"
                ))
            })?;
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
    let usual = match args.text_or("dialect", "excel")?.as_str() {
        "excel" | "unix" => ",",
        "excel-tab" => "\t",
        other => {
            return Err(Error::failed(format!(
                "Dialect '{other}' is not supported by your version of python."
            )));
        }
    };
    let reading = csv::Reading {
        delimiter: args.text_or("delimiter", usual)?.chars().next().unwrap_or(','),
        skip_spaces: args.bool_or("skipinitialspace", false)?,
        strict: args.bool_or("strict", false)?,
    };
    let text = args.text("value")?;
    let rows = csv::rows(text.strip_prefix('\u{feff}').unwrap_or(&text), reading);
    let mut rows = rows.map_err(|why| Error::failed(format!("Unable to process file: {why}")))?.into_iter();
    let names: Vec<String> = match args.some("fieldnames") {
        Some(names) => iterate::items(names)?.iter().map(types::text).collect::<Answer<_>>()?,
        None => rows.next().unwrap_or_default(),
    };
    let dict = |row: Vec<String>| -> Value {
        let mut fields = row.into_iter();
        let named = names
            .iter()
            .map(|name| (Value::from(name.as_str()), fields.next().map_or_else(Value::none, Value::from)));
        let mut dict: Map = named.collect();
        let more: Value = fields.map(Value::from).collect();
        if more.as_items().is_some_and(|more| !more.is_empty()) {
            dict.insert(Value::none(), more);
        }
        Value::dict(dict)
    };
    Ok(Value::list(rows.filter(|row| !row.is_empty()).map(dict).collect()))
}

/// The section whose options all others have.
const DEFAULT: &str = "DEFAULT";

fn from_ini(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "delimiters"])?;
    let reading = ini::Reading { case_sensitive: true, allow_no_value: false };
    let mut sections = ini::read(&args.text("value")?, reading)
        .map_err(|why| why.during("from_ini failed to parse given string"))?;
    let defaults = sections.shift_remove(DEFAULT).unwrap_or_default();
    for section in sections.values_mut() {
        *section = defaults
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .chain(section.drain(..))
            .collect();
    }
    if !defaults.is_empty() {
        sections.insert(DEFAULT.to_owned(), defaults);
    }
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
    let sections = lazy::entries(&value).ok_or_else(wrong)?;
    if sections.is_empty() {
        return Err(Error::failed("to_ini received an empty dict. An empty dict cannot be converted."));
    }
    for (name, section) in sections.iter() {
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
    let args = call.bind(&["data", "test", "value", "key", "fail_on_missing", "wantlist"])?;
    let test = args.text("test")?;
    let mut found = Vec::new();
    for (index, item) in args.items("data")?.iter().enumerate() {
        let item = match args.some("key") {
            Some(key) => call.ev.path(item, key, call.part)?,
            None => item.clone(),
        };
        let given = [Some(item), args.some("value").cloned()].into_iter().flatten().collect();
        if call.ev.test_named(&test, Args::of(given), call.part)? {
            found.push(Value::from(index));
        }
    }
    match (found.len(), args.bool_or("wantlist", false)?) {
        (1, false) => Ok(found.pop().unwrap_or_else(Value::none)),
        _ => Ok(Value::list(found)),
    }
}
