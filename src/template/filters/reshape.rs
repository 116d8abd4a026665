//! Lists and dicts as something else: `accumulate`, `consolidate`, `to_prettytable`, `reveal_ansible_type`.

use super::Table;
use crate::template::eval::{Bound, Call, lazy};
use crate::template::python::{iterate, operate, types};
use crate::template::syntax::tree::Binary;
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Value};
use std::sync::Arc;

pub const TABLE: Table = &[
    ("accumulate", accumulate),
    ("consolidate", consolidate),
    ("to_prettytable", pretty_table),
    ("reveal_ansible_type", reveal_type),
];

/// Running sums.
fn accumulate(call: &mut Call) -> Answer<Value> {
    let mut sums: Vec<Value> = Vec::new();
    let args = call.bind(&["value"])?;
    let value = args.value("value")?;
    let what = types::type_name(&value);
    let wrong = |_| Error::failed(format!("Invalid value type ({what}) for accumulate ({value})"));
    for item in args.items("value").map_err(wrong)?.iter() {
        let sum = match sums.last() {
            Some(sum) => operate::binary(Binary::Add, sum, item)?,
            None => item.clone(),
        };
        sums.push(sum);
    }
    Ok(Value::list(sums))
}

/// One of the lists that `consolidate` brings together, by the value of its key.
struct Listed {
    name: Value,
    items: Vec<(Value, Value)>,
}

fn consolidate(call: &mut Call) -> Answer<Value> {
    let args =
        call.bind(&["value", "fail_missing_match_key", "fail_missing_match_value", "fail_duplicate"])?;
    let sources: Vec<Listed> =
        args.items("value")?.iter().map(|source| listed(source, &args)).collect::<Answer<_>>()?;
    let mut all = Map::default();
    for (key, _) in sources.iter().flat_map(|source| &source.items) {
        if all.contains_key(key) {
            continue;
        }
        let found = |source: &Listed| {
            source.items.iter().find(|(known, _)| known == key).map(|(_, item)| item.clone())
        };
        let mut parts = Map::default();
        for source in &sources {
            let item = match found(source) {
                None if args.bool_or("fail_missing_match_value", true)? => {
                    return Err(Error::failed(format!("`{}` has nothing for `{key}`", source.name)));
                }
                item => item.unwrap_or_else(|| Value::dict(Map::default())),
            };
            parts.insert(source.name.clone(), item);
        }
        all.insert(key.clone(), Value::dict(parts));
    }
    Ok(Value::dict(all))
}

fn listed(source: &Value, args: &Bound) -> Answer<Listed> {
    let part = |name: &str| {
        source.entry(name).ok_or_else(|| Error::failed(format!("a source of `consolidate` needs `{name}`")))
    };
    let (name, key) = (part("name")?, types::text(&part("match_key")?)?);
    let mut items: Vec<(Value, Value)> = Vec::new();
    for item in iterate::items(&part("data")?)?.iter() {
        match item.entry(&key) {
            None if args.bool_or("fail_missing_match_key", true)? => {
                return Err(Error::failed(format!("an item of `{name}` has no `{key}`")));
            }
            None => {}
            Some(value)
                if args.bool_or("fail_duplicate", true)?
                    && items.iter().any(|(known, _)| *known == value) =>
            {
                return Err(Error::failed(format!("`{name}` has `{value}` twice")));
            }
            Some(value) => items.push((value, item.clone())),
        }
    }
    Ok(Listed { name, items })
}

/// A table drawn with letters.
fn pretty_table(call: &mut Call) -> Answer<Value> {
    let order: Vec<Value> = call.args.positional.split_off(1.min(call.args.positional.len()));
    let args = call.bind(&["value", "column_order", "header_names", "column_alignments"])?;
    let rows = args.items("value")?;
    let texts = |list: &[Value]| list.iter().map(types::text).collect::<Answer<Vec<_>>>();
    let columns = match (order.is_empty(), args.some("column_order")) {
        (false, _) => texts(&order)?,
        (true, Some(order)) => texts(&iterate::items(order)?)?,
        (true, None) => match rows.first().and_then(lazy::entries) {
            Some(first) => texts(&first.keys().cloned().collect::<Vec<_>>())?,
            None => Vec::new(),
        },
    };
    let heads = match args.some("header_names") {
        Some(heads) => texts(&iterate::items(heads)?)?,
        None => columns.clone(),
    };
    let cell = |row: &Value, column: &String| {
        row.entry(column).map_or(Ok(String::new()), |value| types::text(&value))
    };
    let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect());
    let cells: Vec<Vec<String>> = cells.collect::<Answer<_>>()?;
    let alignment = |head: &String| args.some("column_alignments").and_then(|all| all.entry(head));
    let alignments: Vec<String> = heads
        .iter()
        .map(|head| alignment(head).map_or_else(|| "center".into(), |found| found.to_string()))
        .collect();
    Ok(drawn(&heads, &cells, &alignments).into())
}

fn drawn(heads: &[String], cells: &[Vec<String>], alignments: &[String]) -> String {
    let length = |text: &String| text.chars().count();
    let width = |index: usize| cells.iter().filter_map(|row| row.get(index)).map(length).max().unwrap_or(0);
    let widths: Vec<usize> =
        heads.iter().enumerate().map(|(index, head)| width(index).max(length(head))).collect();
    let rule = match widths.is_empty() {
        true => "++".to_owned(),
        false => widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect::<String>() + "+",
    };
    let line = |row: &Vec<String>, alignments: &[String]| {
        let cells = row.iter().zip(&widths).zip(alignments);
        cells
            .map(|((cell, width), alignment)| format!("| {} ", aligned(cell, *width, alignment)))
            .collect::<String>()
            + "|"
    };
    let mut lines = vec![rule.clone()];
    if !heads.is_empty() {
        lines.push(line(&heads.to_vec(), alignments));
        lines.push(rule.clone());
    }
    lines.extend(cells.iter().map(|row| line(row, alignments)));
    lines.push(rule);
    lines.join("\n")
}

fn aligned(text: &str, width: usize, alignment: &str) -> String {
    let length = text.chars().count();
    let free = width.saturating_sub(length);
    let before = match alignment.chars().next() {
        Some('l') => 0,
        Some('r') => free,
        // Where it cannot be in the middle, texts of odd length stand further left.
        _ => free / 2 + (free % 2) * usize::from(length.is_multiple_of(2)),
    };
    format!("{}{text}{}", " ".repeat(before), " ".repeat(free - before))
}

/// The type of a value with those of its elements, as `ansible_type` and `reveal_ansible_type` tell it.
pub fn type_of(value: &Value, aliases: Option<&Arc<Map>>) -> String {
    let name = |value: &Value| {
        let name = types::type_name(value);
        let alias = aliases.and_then(|all| all.get(&Value::from(name.as_str())));
        alias.map_or(name, ToString::to_string)
    };
    let all = |values: &mut dyn Iterator<Item = &Value>| {
        let mut names: Vec<String> = values.map(name).collect();
        names.sort();
        names.dedup();
        names.join("|")
    };
    match value.data() {
        Data::List(list) if !list.items().is_empty() => {
            format!("{}[{}]", name(value), all(&mut list.items().iter()))
        }
        Data::Dict(dict) if !dict.entries().is_empty() => {
            let entries = dict.entries();
            format!("{}[{}, {}]", name(value), all(&mut entries.keys()), all(&mut entries.values()))
        }
        _ => name(value),
    }
}

fn reveal_type(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "alias"])?;
    let aliases = args.some("alias").and_then(lazy::entries);
    Ok(type_of(&args.value("value")?, aliases.as_ref()).into())
}
