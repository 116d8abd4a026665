//! `+ - * / // % **` for all types.

use super::datetime;
use super::number::{self, Number};
use super::percent;
use super::types::type_name;
use crate::template::syntax::tree::{Binary, Unary};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

/// The longest result of a repetition, in items or bytes.
const LONGEST: usize = 1 << 28;

/// Applies a binary operator.
pub fn binary(operator: Binary, left: &Value, right: &Value) -> Answer<Value> {
    if let (Some(a), Some(b)) = (number::number(left), number::number(right)) {
        return numeric(operator, &a, &b).map(Value::from);
    }
    match operator {
        Binary::Add => add(left, right),
        Binary::Mul => multiply(left, right),
        Binary::Rem if left.as_str().is_some() => percent::format(left, right),
        Binary::Sub => subtract(left, right),
        _ => Err(unsupported(operator, left, right)),
    }
}

fn numeric(operator: Binary, left: &Number, right: &Number) -> Answer<Number> {
    match operator {
        Binary::Add => Ok(number::add(left, right)),
        Binary::Sub => Ok(number::subtract(left, right)),
        Binary::Mul => Ok(number::multiply(left, right)),
        Binary::Div => number::divide(left, right),
        Binary::FloorDiv => number::floor_divide(left, right),
        Binary::Rem => number::remainder(left, right),
        Binary::Pow => number::power(left, right),
    }
}

fn add(left: &Value, right: &Value) -> Answer<Value> {
    match (left.data(), right.data()) {
        (Data::Text(a), Data::Text(b)) => Ok([&**a, &**b].concat().into()),
        (Data::List(a), Data::List(b)) => Ok(Value::list([&a.items()[..], &b.items()[..]].concat())),
        (Data::Tuple(a), Data::Tuple(b)) => Ok(Value::tuple([&a[..], &b[..]].concat())),
        (Data::Object(_), _) | (_, Data::Object(_)) => {
            datetime::add(left, right).unwrap_or_else(|| Err(unsupported(Binary::Add, left, right)))
        }
        (Data::Text(_) | Data::List(_) | Data::Tuple(_), _) => {
            let (into, what) = (type_name(left), type_name(right));
            Err(Error::failed(format!("`{what}` cannot be added to `{into}`")).hint(text_hint(left, right)))
        }
        _ => Err(unsupported(Binary::Add, left, right).hint(text_hint(left, right))),
    }
}

fn text_hint(left: &Value, right: &Value) -> String {
    match left.as_str().is_some() || right.as_str().is_some() {
        true => "`~` joins any two values as text; `| int` makes a number of text".into(),
        false => "both sides of `+` must be of one type".into(),
    }
}

fn subtract(left: &Value, right: &Value) -> Answer<Value> {
    datetime::subtract(left, right).unwrap_or_else(|| Err(unsupported(Binary::Sub, left, right)))
}

fn multiply(left: &Value, right: &Value) -> Answer<Value> {
    let count = |value: &Value| match number::number(value) {
        Some(Number::Int(count)) => Some(usize::try_from(count).unwrap_or(0)),
        _ => None,
    };
    match (count(left), count(right)) {
        (None, Some(times)) => {
            repeat(left, times).unwrap_or_else(|| Err(unsupported(Binary::Mul, left, right)))
        }
        (Some(times), None) => {
            repeat(right, times).unwrap_or_else(|| Err(unsupported(Binary::Mul, left, right)))
        }
        _ => Err(unsupported(Binary::Mul, left, right)),
    }
}

fn repeat(value: &Value, times: usize) -> Option<Answer<Value>> {
    let length = match value.data() {
        Data::Text(text) => text.len(),
        Data::List(list) => list.items().len(),
        Data::Tuple(items) => items.len(),
        _ => return None,
    };
    if length.saturating_mul(times) > LONGEST {
        return Some(Err(Error::failed("the repetition is too long")));
    }
    Some(Ok(match value.data() {
        Data::Text(text) => text.repeat(times).into(),
        Data::List(list) => Value::list(repeated(&list.items(), times)),
        Data::Tuple(items) => Value::tuple(repeated(items, times)),
        _ => return None,
    }))
}

fn repeated(items: &[Value], times: usize) -> Vec<Value> {
    std::iter::repeat_n(items, times).flatten().cloned().collect()
}

fn unsupported(operator: Binary, left: &Value, right: &Value) -> Error {
    let (sign, left, right) = (sign(operator), type_name(left), type_name(right));
    Error::failed(format!("`{sign}` does not work on `{left}` and `{right}`"))
}

fn sign(operator: Binary) -> &'static str {
    match operator {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => "/",
        Binary::FloorDiv => "//",
        Binary::Rem => "%",
        Binary::Pow => "**",
    }
}

/// Applies a sign.
pub fn unary(operator: Unary, value: &Value) -> Answer<Value> {
    match (operator, number::number(value)) {
        (Unary::Minus, Some(number)) => Ok(number::negate(&number).into()),
        (Unary::Plus, Some(number)) => Ok(number.into()),
        (Unary::Minus, None) => Err(Error::failed(format!("`-` does not work on `{}`", type_name(value)))),
        (Unary::Plus, None) => Err(Error::failed(format!("`+` does not work on `{}`", type_name(value)))),
    }
}
