//! Equality and hashing of values as Python has them: `1 == 1.0 == True`, lists by their items.

use super::{Data, Value};
use indexmap::Equivalent;
use num_traits::ToPrimitive;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        if let (Some(left), Some(right)) = (number(self), number(other)) {
            return left == right;
        }
        match (self.data(), other.data()) {
            (Data::Text(left), Data::Text(right)) => left == right,
            (Data::None, Data::None) | (Data::Omit, Data::Omit) => true,
            (Data::Undefined(_), Data::Undefined(_)) => true,
            (Data::List(left), Data::List(right)) => {
                Arc::ptr_eq(left, right) || left.items() == right.items()
            }
            (Data::Tuple(left), Data::Tuple(right)) => left == right,
            (Data::Dict(left), Data::Dict(right)) => {
                Arc::ptr_eq(left, right) || left.entries() == right.entries()
            }
            (Data::Object(left), Data::Object(right)) => {
                Arc::ptr_eq(left, right)
                    || (left.type_name() == right.type_name() && left.text() == right.text())
            }
            (Data::Promise(left), Data::Promise(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}

impl Eq for Value {}

/// A number in the form that equal numbers share.
#[derive(PartialEq)]
enum Number<'a> {
    Int(i64),
    Big(&'a num_bigint::BigInt),
    Float(f64),
}

fn number(value: &Value) -> Option<Number<'_>> {
    match value.data() {
        Data::Bool(bool) => Some(Number::Int(i64::from(*bool))),
        Data::Int(int) => Some(Number::Int(*int)),
        Data::Big(big) => Some(Number::Big(big)),
        Data::Float(float) => Some(match float.to_i64() {
            Some(int) if int.to_f64() == Some(*float) => Number::Int(int),
            _ => Number::Float(*float),
        }),
        _ => None,
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (number(self), self.data()) {
            (Some(Number::Int(int)), _) => int.hash(state),
            (Some(Number::Big(big)), _) => big.hash(state),
            (Some(Number::Float(float)), _) => float.to_bits().hash(state),
            (None, Data::Text(text)) => text.hash(state),
            (None, Data::Tuple(items)) => items.hash(state),
            // What Python cannot hash, and what is rare as a key: equal values still hash alike.
            (None, other) => std::mem::discriminant(other).hash(state),
        }
    }
}

impl Equivalent<Value> for str {
    fn equivalent(&self, key: &Value) -> bool {
        key.as_str() == Some(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::vars::{Map, Value};

    #[test]
    fn numbers_are_equal_across_types() {
        assert_eq!(Value::from(1_i64), Value::from(1.0));
        assert_eq!(Value::from(true), Value::from(1_i64));
        assert_ne!(Value::from(1_i64), Value::from("1"));
        assert_ne!(Value::from(1.5), Value::from(1_i64));
    }

    #[test]
    fn keys_are_found_by_equality() {
        let entries: Map =
            [(Value::from(1_i64), Value::from("one")), (Value::from("k"), Value::from("v"))].into();
        assert_eq!(entries.get(&Value::from(1.0)), Some(&Value::from("one")));
        assert_eq!(entries.get("k"), Some(&Value::from("v")));
        assert_eq!(entries.get("one"), None);
    }
}
