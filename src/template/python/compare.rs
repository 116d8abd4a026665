//! `== < in`: equality, order, membership.

use super::iterate;
use super::number;
use super::types::type_name;
use crate::template::syntax::tree::Comparison;
use crate::template::{Answer, Error};
use crate::vars::{Data, Kind, Value};
use std::cmp::Ordering;

/// Applies a comparison.
pub fn compare(comparison: Comparison, left: &Value, right: &Value) -> Answer<bool> {
    match comparison {
        Comparison::Equal => Ok(left == right),
        Comparison::NotEqual => Ok(left != right),
        Comparison::In => contains(right, left),
        Comparison::NotIn => contains(right, left).map(|found| !found),
        Comparison::Less => ordered(left, right, "<", Ordering::is_lt),
        Comparison::LessEqual => ordered(left, right, "<=", Ordering::is_le),
        Comparison::Greater => ordered(left, right, ">", Ordering::is_gt),
        Comparison::GreaterEqual => ordered(left, right, ">=", Ordering::is_ge),
    }
}

fn ordered(left: &Value, right: &Value, sign: &str, holds: fn(Ordering) -> bool) -> Answer<bool> {
    Ok(order(left, right, sign)?.is_some_and(holds))
}

/// How two values compare; nothing for a NaN.
///
/// # Errors
/// If their types have no order.
pub fn order(left: &Value, right: &Value, sign: &str) -> Answer<Option<Ordering>> {
    if let (Some(a), Some(b)) = (number::number(left), number::number(right)) {
        return Ok(a.compare(&b));
    }
    match (left.data(), right.data()) {
        (Data::Text(a), Data::Text(b)) => Ok(Some(a.cmp(b))),
        (Data::List(a), Data::List(b)) => order_items(&a.items(), &b.items(), sign),
        (Data::Tuple(a), Data::Tuple(b)) => order_items(a, b, sign),
        (Data::Object(a), Data::Object(b)) if a.type_name() == b.type_name() => {
            Ok(Some(a.text().cmp(&b.text())))
        }
        _ => Err(unordered(left, right, sign)),
    }
}

fn unordered(left: &Value, right: &Value, sign: &str) -> Error {
    let error =
        Error::failed(format!("`{sign}` cannot compare `{}` with `{}`", type_name(left), type_name(right)));
    match number::number(left).is_some() || number::number(right).is_some() {
        true if left.as_str().is_some() || right.as_str().is_some() => {
            error.hint("`| int` makes a number of text")
        }
        _ => error,
    }
}

/// The first items that differ decide, then the lengths.
fn order_items(left: &[Value], right: &[Value], sign: &str) -> Answer<Option<Ordering>> {
    for (a, b) in left.iter().zip(right) {
        if a != b {
            return order(a, b, sign);
        }
    }
    Ok(Some(left.len().cmp(&right.len())))
}

/// Whether an item, key or part of a text is in the value.
pub fn contains(container: &Value, item: &Value) -> Answer<bool> {
    match container.data() {
        Data::Text(text) => match item.as_str() {
            Some(part) => Ok(text.contains(part)),
            None => {
                let error = Error::failed(format!("`in` of a text needs a text, not `{}`", type_name(item)));
                Err(error.hint("`| string` makes text of a value"))
            }
        },
        Data::List(list) => Ok(list.items().contains(item)),
        Data::Tuple(items) => Ok(items.contains(item)),
        Data::Dict(_) if matches!(item.data(), Data::List(_) | Data::Dict(_)) => {
            Err(Error::failed(format!("`{}` cannot be a key", type_name(item))))
        }
        Data::Dict(dict) => Ok(dict.entries().contains_key(item)),
        Data::Object(object) if object.kind() == Kind::Mapping => {
            Ok(object.items().contains(item) || object.get(item).is_some())
        }
        _ => match iterate::items(container) {
            Ok(items) => Ok(items.contains(item)),
            Err(Error::Failed(_)) => {
                Err(Error::failed(format!("`in` cannot look into `{}`", type_name(container))))
            }
            Err(other) => Err(other),
        },
    }
}
