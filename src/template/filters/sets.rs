//! Lists as sets, and lists of lists: `union`, `product`, `zip`, `flatten`.

use super::Table;
use crate::template::eval::{Args, Call};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use indexmap::IndexSet;

pub const TABLE: Table = &[
    ("union", |call| pair(call, |a, b| a.into_iter().chain(b).collect())),
    ("intersect", |call| pair(call, |a, b| a.into_iter().filter(|item| b.contains(item)).collect())),
    ("difference", |call| pair(call, |a, b| a.into_iter().filter(|item| !b.contains(item)).collect())),
    ("symmetric_difference", |call| pair(call, |a, b| a.symmetric_difference(&b).cloned().collect())),
    ("lists_union", |call| several(call, |a, b| a.into_iter().chain(b).collect())),
    ("lists_intersect", |call| several(call, |a, b| a.into_iter().filter(|item| b.contains(item)).collect())),
    ("lists_difference", |call| {
        several(call, |a, b| a.into_iter().filter(|item| !b.contains(item)).collect())
    }),
    ("lists_symmetric_difference", |call| {
        several(call, |a, b| a.symmetric_difference(&b).cloned().collect())
    }),
    ("product", product),
    ("permutations", permutations),
    ("combinations", combinations),
    ("zip", zip),
    ("zip_longest", zip_longest),
    ("flatten", flatten),
];

type Set = IndexSet<Value>;
type Join = fn(Set, Set) -> Set;

fn set(value: &Value) -> Answer<Set> {
    let items = iterate::items(value)?;
    for item in items.iter() {
        if let Data::Undefined(undefined) = item.data() {
            return Err(Error::undefined(undefined));
        }
    }
    Ok(items.iter().cloned().collect())
}

fn pair(call: &mut Call, join: Join) -> Answer<Value> {
    let args = call.bind(&["value", "other"])?;
    let joined = join(set(&args.value("value")?)?, set(&args.value("other")?)?);
    Ok(Value::list(joined.into_iter().collect()))
}

/// The filters of community.general take any number of lists.
fn several(call: &mut Call, join: Join) -> Answer<Value> {
    let mut args = std::mem::take(&mut call.args);
    if let Some((_, flat)) = args.keyword.iter().find(|(name, _)| &**name == "flatten")
        && types::is_true(flat)?
    {
        let all = args.positional.iter().map(iterate::items).collect::<Answer<Vec<_>>>()?;
        args.positional = all.iter().flat_map(|items| items.iter().cloned()).collect();
    }
    let mut sets = args.positional.iter().map(set);
    let mut joined = sets.next().unwrap_or_else(|| Ok(Set::new()))?;
    for next in sets {
        joined = join(joined, next?);
    }
    Ok(Value::list(joined.into_iter().collect()))
}

/// More tuples are not made.
const MOST: usize = 5_000_000;

fn limited(rows: Vec<Vec<Value>>) -> Value {
    Value::list(rows.into_iter().map(Value::tuple).collect())
}

fn product(call: &mut Call) -> Answer<Value> {
    let Args { positional, keyword } = std::mem::take(&mut call.args);
    let repeat = keyword.iter().find(|(name, _)| &**name == "repeat").and_then(|(_, count)| count.as_int());
    let repeat = usize::try_from(repeat.unwrap_or(1)).unwrap_or(0).min(64);
    let lists = positional.iter().map(iterate::items).collect::<Answer<Vec<_>>>()?;
    let lists: Vec<_> = std::iter::repeat_n(lists, repeat).flatten().collect();
    let size = lists.iter().fold(1_usize, |size, list| size.saturating_mul(list.len()));
    if size > MOST {
        return Err(Error::failed("the product is too large"));
    }
    let mut rows = vec![Vec::new()];
    for list in &lists {
        let longer = |row: &Vec<Value>| {
            list.iter().map(|item| [&row[..], std::slice::from_ref(item)].concat()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    Ok(limited(rows))
}

fn permutations(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "r"])?;
    let items = args.items("value")?;
    let length = args.int("r")?.map_or(items.len(), |length| usize::try_from(length).unwrap_or(0));
    pick(&items, length, &|chosen, next| !chosen.contains(&next))
}

fn combinations(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "r"])?;
    let length = usize::try_from(args.int_or("r", 0)?).unwrap_or(0);
    let items = args.items("value")?;
    pick(&items, length, &|chosen, next| chosen.last().is_none_or(|last| *last < next))
}

fn pick(items: &[Value], length: usize, allowed: &dyn Fn(&[usize], usize) -> bool) -> Answer<Value> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let longer = |row: &Vec<usize>| {
            let next = (0..items.len()).filter(|next| allowed(row, *next));
            next.map(|next| [&row[..], &[next]].concat()).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
        if rows.len() > MOST {
            return Err(Error::failed("there are too many of them"));
        }
    }
    let row = |row: Vec<usize>| row.into_iter().filter_map(|at| items.get(at).cloned()).collect();
    Ok(limited(rows.into_iter().map(row).collect()))
}

fn zip(call: &mut Call) -> Answer<Value> {
    let args = std::mem::take(&mut call.args);
    let lists = args.positional.iter().map(iterate::items).collect::<Answer<Vec<_>>>()?;
    let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let strict = args
        .keyword
        .iter()
        .any(|(name, value)| &**name == "strict" && types::is_true(value).unwrap_or(false));
    if strict && lists.iter().any(|list| list.len() != length) {
        return Err(Error::failed("the lists of `zip` have different lengths"));
    }
    let row = |at: usize| lists.iter().filter_map(|list| list.get(at).cloned()).collect();
    Ok(limited((0..length).map(row).collect()))
}

fn zip_longest(call: &mut Call) -> Answer<Value> {
    let fill = call.keyword("fillvalue").unwrap_or_else(Value::none);
    let args = std::mem::take(&mut call.args);
    let lists = args.positional.iter().map(iterate::items).collect::<Answer<Vec<_>>>()?;
    let length = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    let row = |at: usize| lists.iter().map(|list| list.get(at).unwrap_or(&fill).clone()).collect();
    Ok(limited((0..length).map(row).collect()))
}

fn flatten(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "levels", "skip_nulls"])?;
    let skip = args.bool_or("skip_nulls", true)?;
    let mut flat = Vec::new();
    flatten_into(&args.items("value")?, args.int("levels")?, skip, &mut flat);
    Ok(Value::list(flat))
}

/// Appends the items of lists inside of lists.
pub fn flatten_into(items: &[Value], levels: Option<i64>, skip_nulls: bool, flat: &mut Vec<Value>) {
    for item in items {
        let is_null = item.is_none() || matches!(item.as_str(), Some("None" | "null"));
        if skip_nulls && is_null {
            continue;
        }
        match item.as_items() {
            Some(inner) if levels.is_none_or(|levels| levels >= 1) => {
                flatten_into(&inner, levels.map(|levels| levels - 1), skip_nulls, flat);
            }
            _ => flat.push(item.clone()),
        }
    }
}
