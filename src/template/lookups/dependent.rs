//! `dependent`: loops in loops, where the inner lists may depend on the outer items.

use super::rendered::Layered;
use super::{Table, dict_term};
use crate::template::eval::{Call, Evaluator};
use crate::template::python::iterate;
use crate::template::{Answer, Context, Error};
use crate::vars::{Data, Map, Marks, Value};
use std::sync::Arc;

pub const TABLE: Table = &[("dependent", dependent)];

fn dependent(call: &mut Call) -> Answer<Vec<Value>> {
    let mut loops = Vec::new();
    for (index, term) in std::mem::take(&mut call.args.positional).into_iter().enumerate() {
        let entries = dict_term(&term, "dependent")?;
        let (Some((name, over)), 1) = (entries.iter().next(), entries.len()) else {
            return Err(Error::failed(format!(
                "Parameter {index} must be a one-element dictionary, got {} elements",
                entries.len()
            )));
        };
        loops.push((name.clone(), over.clone()));
    }
    let mut found = Vec::new();
    walk(call, &loops, &Map::default(), &mut found)?;
    Ok(found)
}

fn walk(call: &mut Call, loops: &[(Value, Value)], item: &Map, found: &mut Vec<Value>) -> Answer<()> {
    let Some(((name, over), rest)) = loops.split_first() else {
        found.push(Value::dict(item.clone()));
        return Ok(());
    };
    let caught = |error: Error| match error.diagnostic() {
        Some(why) => {
            let item = Value::dict(item.clone());
            Error::failed(format!("Caught \"{}\" while evaluating '{name}' with item == {item}", why.words()))
        }
        None => error,
    };
    let values = evaluated(call, over, item).map_err(caught)?;
    let pairs: Vec<Value> = match super::lazy::entries(&values) {
        Some(entries) => {
            let pair = |(key, value): (&Value, &Value)| -> Value {
                [("key", key.clone()), ("value", value.clone())].into_iter().collect()
            };
            entries.iter().map(pair).collect()
        }
        None => iterate::items(&values)?.to_vec(),
    };
    for value in pairs {
        let mut item = item.clone();
        item.insert(name.clone(), value);
        walk(call, rest, &item, found)?;
    }
    Ok(())
}

/// A list as it is, or what an expression over `item` gives.
fn evaluated(call: &mut Call, over: &Value, item: &Map) -> Answer<Value> {
    let Some(text) = over.as_str() else { return Ok(over.clone()) };
    if !over.marks().has(Marks::TRUSTED) {
        return Err(Error::failed("an expression of `dependent` must be written in the project"));
    }
    let mut added = Map::default();
    added.insert("item".into(), Value::dict(item.clone()));
    let context = Context { resolved: Arc::default(), ..call.ev.context.clone() };
    let scope = Layered { below: call.ev.scope, added: added.into(), context };
    let lazy =
        Value::from(format!("{{{{ {text} }}}}")).marked(Marks::TRUSTED.and(Marks::LAZY)).at(over.span());
    let mut below = Evaluator::new(call.ev.engine, &scope);
    let value = below.force(lazy)?;
    match value.data() {
        Data::Undefined(undefined) => Err(Error::undefined(undefined)),
        _ => below.deep(value),
    }
}
