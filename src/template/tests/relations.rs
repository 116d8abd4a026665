//! How two values relate: `eq`, `lt`, `in`, `sameas`.

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::python::compare;
use crate::template::syntax::tree::Comparison;
use crate::vars::{Data, Value};
use std::sync::Arc;

pub const TABLE: Table = &[
    ("eq", |call| relate(call, Comparison::Equal)),
    ("equalto", |call| relate(call, Comparison::Equal)),
    ("==", |call| relate(call, Comparison::Equal)),
    ("ne", |call| relate(call, Comparison::NotEqual)),
    ("!=", |call| relate(call, Comparison::NotEqual)),
    ("lt", |call| relate(call, Comparison::Less)),
    ("lessthan", |call| relate(call, Comparison::Less)),
    ("<", |call| relate(call, Comparison::Less)),
    ("le", |call| relate(call, Comparison::LessEqual)),
    ("<=", |call| relate(call, Comparison::LessEqual)),
    ("gt", |call| relate(call, Comparison::Greater)),
    ("greaterthan", |call| relate(call, Comparison::Greater)),
    (">", |call| relate(call, Comparison::Greater)),
    ("ge", |call| relate(call, Comparison::GreaterEqual)),
    (">=", |call| relate(call, Comparison::GreaterEqual)),
    ("in", |call| relate(call, Comparison::In)),
    ("sameas", same),
];

fn relate(call: &mut Call, comparison: Comparison) -> Answer<bool> {
    let args = call.bind(&["value", "other"])?;
    compare::compare(comparison, &args.value("value")?, &args.value("other")?)
}

fn same(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "other"])?;
    Ok(is_same(&args.value("value")?, &args.value("other")?))
}

/// Python's `is`: one object, or one of the small values that exist once.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left.data(), right.data()) {
        (Data::List(a), Data::List(b)) => Arc::ptr_eq(a, b),
        (Data::Dict(a), Data::Dict(b)) => Arc::ptr_eq(a, b),
        (Data::Object(a), Data::Object(b)) => Arc::ptr_eq(a, b),
        (Data::None, Data::None) => true,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::Int(a), Data::Int(b)) => a == b,
        (Data::Text(a), Data::Text(b)) => a == b,
        _ => false,
    }
}
