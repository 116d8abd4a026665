//! What an expression makes of a value.

use super::functions;
use super::parse::Node;
use crate::template::Answer;
use crate::template::eval::lazy;
use crate::template::python::number;
use crate::template::python::slice;
use crate::vars::{Data, Value};
use std::sync::Arc;

/// The result of an expression; what is not there is nothing.
pub fn evaluate(node: &Node, value: &Value) -> Answer<Value> {
    let run = |node: &Node| evaluate(node, value);
    Ok(match node {
        Node::Current => value.clone(),
        Node::Field(name) => lazy::entries(value)
            .and_then(|entries| entries.get(name.as_str()).cloned())
            .unwrap_or_else(Value::none),
        Node::Index(index) => {
            let items = items(value).unwrap_or_default();
            let index = slice::index(items.len(), *index);
            index.and_then(|index| items.get(index).cloned()).unwrap_or_else(Value::none)
        }
        Node::Slice(bounds) if items(value).is_some() => {
            slice::slice(value, *bounds)?.unwrap_or_else(Value::none)
        }
        Node::Slice(_) => Value::none(),
        Node::Literal(literal) => literal.clone(),
        Node::Sub(first, second) | Node::Pipe(first, second) => evaluate(second, &run(first)?)?,
        Node::Project(list, each) => match items(&run(list)?) {
            Some(items) => projected(&items, each)?,
            None => Value::none(),
        },
        Node::ProjectValues(dict, each) => match lazy::entries(&run(dict)?) {
            Some(entries) => projected(&entries.values().cloned().collect::<Vec<_>>(), each)?,
            None => Value::none(),
        },
        Node::Flatten(list) => flattened(&run(list)?),
        Node::Filter(list, each, condition) => match items(&run(list)?) {
            Some(items) => {
                let mut kept = Vec::new();
                for item in items.iter() {
                    if is_true(&evaluate(condition, item)?) {
                        kept.push(item.clone());
                    }
                }
                projected(&kept, each)?
            }
            None => Value::none(),
        },
        Node::List(_) | Node::Dict(_) if value.is_none() => Value::none(),
        Node::List(nodes) => Value::list(nodes.iter().map(run).collect::<Answer<Vec<_>>>()?),
        Node::Dict(entries) => {
            let pairs = entries.iter().map(|(name, node)| Ok((name.as_str().into(), run(node)?)));
            Value::dict(pairs.collect::<Answer<_>>()?)
        }
        Node::Compare(sign, left, right) => compared(sign, &run(left)?, &run(right)?),
        Node::And(left, right) => {
            let left = run(left)?;
            if is_true(&left) { run(right)? } else { left }
        }
        Node::Or(left, right) => {
            let left = run(left)?;
            if is_true(&left) { left } else { run(right)? }
        }
        Node::Not(inner) => (!is_true(&run(inner)?)).into(),
        Node::Function(name, arguments) => functions::call(name, arguments, value)?,
        // Only functions look into it.
        Node::Reference(_) => Value::none(),
    })
}

pub fn items(value: &Value) -> Option<Arc<Vec<Value>>> {
    value.as_items()
}

fn projected(items: &[Value], each: &Node) -> Answer<Value> {
    let mut results = Vec::new();
    for item in items {
        let result = evaluate(each, item)?;
        if !result.is_none() {
            results.push(result);
        }
    }
    Ok(Value::list(results))
}

fn flattened(value: &Value) -> Value {
    let Some(all) = items(value) else { return Value::none() };
    let open = |item: &Value| items(item).map_or_else(|| vec![item.clone()], |inner| inner.to_vec());
    all.iter().flat_map(open).collect()
}

/// Empty text, lists and dicts, `false` and `null` are false; zero is true.
pub fn is_true(value: &Value) -> bool {
    match value.data() {
        Data::None => false,
        Data::Bool(bool) => *bool,
        Data::Text(text) => !text.is_empty(),
        _ => match (items(value), lazy::entries(value)) {
            (Some(items), _) => !items.is_empty(),
            (None, Some(entries)) => !entries.is_empty(),
            _ => true,
        },
    }
}

fn compared(sign: &str, left: &Value, right: &Value) -> Value {
    let is_bool = |value: &Value| value.as_bool().is_some();
    let equal = is_bool(left) == is_bool(right) && left == right;
    match sign {
        "==" => return equal.into(),
        "!=" => return (!equal).into(),
        _ => {}
    }
    let order = match (number::number(left), number::number(right), left.as_str(), right.as_str()) {
        (Some(left), Some(right), _, _) => left.compare(&right),
        (_, _, Some(left), Some(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match order {
        Some(order) => match sign {
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_ge(),
        }
        .into(),
        None => Value::none(),
    }
}
