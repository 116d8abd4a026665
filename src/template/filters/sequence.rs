//! Sequences: first, last, length, parts.

use super::Table;
use super::order::{attribute, no_items};
use crate::template::eval::{Call, lazy};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Marks, Value};

pub const TABLE: Table = &[
    ("first", first),
    ("last", last),
    ("length", length),
    ("count", length),
    ("list", list),
    ("join", join),
    ("batch", batch),
    ("slice", slices),
    ("items", items),
    ("dict", dict),
];

fn first(call: &mut Call) -> Answer<Value> {
    let items = iterate::items(&call.only()?)?;
    Ok(items.first().cloned().unwrap_or_else(|| no_items(call)))
}

fn last(call: &mut Call) -> Answer<Value> {
    let items = iterate::items(&call.only()?)?;
    Ok(items.last().cloned().unwrap_or_else(|| no_items(call)))
}

fn length(call: &mut Call) -> Answer<Value> {
    iterate::length(&call.only()?).map(Value::from)
}

fn list(call: &mut Call) -> Answer<Value> {
    Ok(Value::list(iterate::items(&call.only()?)?.to_vec()))
}

fn join(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "d", "attribute"])?;
    let separator = args.text_or("d", "")?;
    let (mut out, mut secret) = (String::new(), false);
    for (index, item) in args.items("value")?.iter().enumerate() {
        let item = attribute(call.ev, item, args.some("attribute"), call.part)?;
        secret |= item.marks().meets(Marks::SECRET.and(Marks::HOLDS_SECRET));
        out.push_str(if index == 0 { "" } else { &separator });
        item.write_str(&mut out).map_err(types::unprintable)?;
    }
    Ok(Value::text(out).marked(Marks::SECRET.when(secret)))
}

fn batch(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "linecount", "fill_with"])?;
    let size = usize::try_from(args.int_or("linecount", 0)?).unwrap_or(0).clamp(1, 1 << 20);
    let items = args.items("value")?;
    let rows = items.chunks(size).map(|row| {
        let mut row = row.to_vec();
        if let Some(fill) = args.some("fill_with") {
            row.resize(size, fill.clone());
        }
        Value::list(row)
    });
    Ok(rows.collect())
}

fn slices(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "slices", "fill_with"])?;
    let count = usize::try_from(args.int_or("slices", 0)?).unwrap_or(0).min(1 << 20);
    if count == 0 {
        return Err(Error::failed("`slice` needs at least one column"));
    }
    let items = args.items("value")?;
    let (each, longer) = (items.len() / count, items.len() % count);
    let mut rest = &items[..];
    let mut columns = Vec::new();
    for index in 0..count {
        let (column, tail) = rest.split_at(each + usize::from(index < longer));
        rest = tail;
        let mut column = column.to_vec();
        if let (Some(fill), true) = (args.some("fill_with"), index >= longer && longer > 0) {
            column.push(fill.clone());
        }
        columns.push(Value::list(column));
    }
    Ok(Value::list(columns))
}

fn items(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let Some(entries) = lazy::entries(&value) else {
        return Err(Error::failed(format!("`items` needs a dict, not `{}`", types::type_name(&value))));
    };
    Ok(entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect())
}

/// `community.general.dict`: a dict of pairs.
fn dict(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    match value.data() {
        Data::Undefined(undefined) => Err(Error::undefined(undefined)),
        _ => crate::template::methods::pairs(&value).map(Value::dict),
    }
}
