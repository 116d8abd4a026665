//! Order: `sort`, `min`, `max`, `unique`, `groupby`, `dictsort`, `reverse`.

use super::Table;
use crate::template::eval::{Bound, Call, Evaluator};
use crate::template::python::{compare, iterate};
use crate::template::syntax::tree::Part;
use crate::template::{Answer, Error};
use crate::vars::{Data, Undefined, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub const TABLE: Table = &[
    ("sort", sorted),
    ("min", least),
    ("max", greatest),
    ("unique", unique),
    ("groupby", group_by),
    ("dictsort", sort_dict),
    ("reverse", reverse),
];

/// Sorts by a key; equal items keep their order, also in reverse.
///
/// # Errors
/// If two keys have no order, or a key cannot be made.
pub fn sort(
    items: &mut Vec<Value>,
    reverse: bool,
    mut key: impl FnMut(&Value) -> Answer<Value>,
) -> Answer<()> {
    let mut keyed = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        keyed.push((key(&item)?, item));
    }
    let mut failed = None;
    keyed.sort_by(|(left, _), (right, _)| {
        let (left, right) = if reverse { (right, left) } else { (left, right) };
        order(left, right).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            Ordering::Equal
        })
    });
    items.extend(keyed.into_iter().map(|(_, item)| item));
    failed.map_or(Ok(()), Err)
}

fn order(left: &Value, right: &Value) -> Answer<Ordering> {
    for value in [left, right] {
        if let Data::Undefined(undefined) = value.data() {
            return Err(Error::undefined(undefined));
        }
    }
    Ok(compare::order(left, right, "<")?.unwrap_or(Ordering::Equal))
}

/// Text in lower case, where letters' case shall not count.
pub fn folded(value: Value, case_sensitive: bool) -> Value {
    match value.as_str() {
        Some(text) if !case_sensitive => text.to_lowercase().into(),
        _ => value,
    }
}

/// The value of an attribute of an item, or the item itself.
pub fn attribute(ev: &mut Evaluator, item: &Value, path: Option<&Value>, part: Part) -> Answer<Value> {
    path.map_or_else(|| Ok(item.clone()), |path| ev.path(item, path, part))
}

fn sorted(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "reverse", "case_sensitive", "attribute"])?;
    let mut items = args.items("value")?.to_vec();
    let (reverse, case) = (args.bool_or("reverse", false)?, args.bool_or("case_sensitive", false)?);
    let part = call.part;
    sort(&mut items, reverse, |item| sort_key(call.ev, item, args.some("attribute"), case, part))?;
    Ok(Value::list(items))
}

/// Several attributes, divided by commas, make one key.
fn sort_key(ev: &mut Evaluator, item: &Value, path: Option<&Value>, case: bool, part: Part) -> Answer<Value> {
    match path.and_then(Value::as_str) {
        Some(paths) if paths.contains(',') => {
            let keys =
                paths.split(',').map(|path| ev.path(item, &path.into(), part).map(|key| folded(key, case)));
            Ok(Value::list(keys.collect::<Answer<Vec<_>>>()?))
        }
        _ => Ok(folded(attribute(ev, item, path, part)?, case)),
    }
}

fn least(call: &mut Call) -> Answer<Value> {
    extreme(call, Ordering::Less)
}

fn greatest(call: &mut Call) -> Answer<Value> {
    extreme(call, Ordering::Greater)
}

fn extreme(call: &mut Call, wanted: Ordering) -> Answer<Value> {
    let args = call.bind(&["value", "case_sensitive", "attribute"])?;
    let case = args.bool_or("case_sensitive", false)?;
    let mut best: Option<(Value, Value)> = None;
    for item in args.items("value")?.iter() {
        let key = folded(attribute(call.ev, item, args.some("attribute"), call.part)?, case);
        let is_better = match &best {
            Some((best, _)) => order(&key, best)? == wanted,
            None => true,
        };
        if is_better {
            best = Some((key, item.clone()));
        }
    }
    Ok(best.map_or_else(|| no_items(call), |(_, item)| item))
}

/// The undefined value of an empty sequence's item.
pub fn no_items(call: &Call) -> Value {
    let message = format!("`{}` of an empty sequence", call.name);
    let because = crate::source::Diagnostic::error(message).at(call.ev.span(call.part));
    let span = because.span();
    let undefined =
        Undefined { name: call.name.to_owned(), span, because: Some(Box::new(because)), lacking: None };
    Value::new(Data::Undefined(Arc::new(undefined)))
}

/// Jinja2 hashes what it compares; Ansible's own way for lists and dicts knows no arguments.
const NO_HASH: &str = "Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the parameters supplied";

fn unique(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "case_sensitive", "attribute"])?;
    let case = args.bool_or("case_sensitive", false)?;
    let is_asked = args.some("case_sensitive").is_some() && !case || args.some("attribute").is_some();
    let mut seen: indexmap::IndexSet<Value> = indexmap::IndexSet::new();
    let mut kept = Vec::new();
    for item in args.items("value")?.iter() {
        let key = folded(attribute(call.ev, item, args.some("attribute"), call.part)?, case);
        if let Data::Undefined(undefined) = key.data() {
            return Err(Error::undefined(undefined));
        }
        if is_asked && matches!(key.data(), Data::List(_) | Data::Dict(_)) {
            return Err(Error::failed(NO_HASH));
        }
        if seen.insert(key) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn group_by(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "attribute", "default", "case_sensitive"])?;
    let case = args.bool_or("case_sensitive", false)?;
    let path = args.value("attribute")?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for item in args.items("value")?.iter() {
        let shown = group_key(call, &args, item, &path)?;
        let key = folded(shown.clone(), case);
        match groups.iter_mut().find(|(known, _, _)| *known == key) {
            Some((_, _, items)) => items.push(item.clone()),
            None => groups.push((key, shown, vec![item.clone()])),
        }
    }
    let mut pairs: Vec<Value> = groups
        .into_iter()
        .map(|(key, shown, items)| Value::tuple(vec![key, Value::tuple(vec![shown, Value::list(items)])]))
        .collect();
    sort(&mut pairs, false, |pair| Ok(item_at(pair, 0)))?;
    Ok(pairs.iter().map(|pair| group(&item_at(pair, 1))).collect())
}

fn group_key(call: &mut Call, args: &Bound, item: &Value, path: &Value) -> Answer<Value> {
    let found = call.ev.path(item, path, call.part)?;
    match (found.data(), args.given("default")) {
        (Data::Undefined(_), Some(default)) => Ok(default.clone()),
        (Data::Undefined(undefined), None) => Err(Error::undefined(undefined)),
        _ => Ok(found),
    }
}

fn item_at(value: &Value, index: usize) -> Value {
    value.as_items().and_then(|items| items.get(index).cloned()).unwrap_or_else(Value::none)
}

/// A pair with the names `grouper` and `list`.
fn group(pair: &Value) -> Value {
    Value::object(Group { grouper: item_at(pair, 0), list: item_at(pair, 1) })
}

/// One group of `groupby`.
#[derive(Debug)]
struct Group {
    grouper: Value,
    list: Value,
}

impl crate::vars::Object for Group {
    fn type_name(&self) -> &str {
        "_GroupTuple"
    }

    fn kind(&self) -> crate::vars::Kind {
        crate::vars::Kind::Sequence
    }

    fn get(&self, key: &Value) -> Option<Value> {
        match (key.as_int(), key.as_str()) {
            (Some(0 | -2), _) | (_, Some("grouper")) => Some(self.grouper.clone()),
            (Some(1 | -1), _) | (_, Some("list")) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn items(&self) -> Vec<Value> {
        vec![self.grouper.clone(), self.list.clone()]
    }

    fn text(&self) -> String {
        Value::tuple(self.items()).to_string()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}

fn sort_dict(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "case_sensitive", "by", "reverse"])?;
    let case = args.bool_or("case_sensitive", false)?;
    let by = match args.text_or("by", "key")?.as_str() {
        "key" => 0,
        "value" => 1,
        other => {
            return Err(Error::failed(format!("`dictsort` sorts by `key` or `value`, not by `{other}`")));
        }
    };
    let entries = args.entries("value")?;
    let mut pairs: Vec<Value> =
        entries.iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect();
    sort(&mut pairs, args.bool_or("reverse", false)?, |pair| Ok(folded(item_at(pair, by), case)))?;
    Ok(Value::list(pairs))
}

fn reverse(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    if let Some(text) = value.as_str() {
        return Ok(text.chars().rev().collect::<String>().into());
    }
    let mut items = iterate::items(&value)?.to_vec();
    items.reverse();
    Ok(Value::list(items))
}
