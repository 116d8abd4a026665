//! Lookups: values from outside of the variables. One file a family.

use super::eval::Call;
use super::filters::short;
use super::python::types;
use super::{Answer, Error};
use crate::vars::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a lookup does: its terms are the positional arguments.
pub type Run = fn(&mut Call) -> Answer<Vec<Value>>;

/// Names and functions of a family.
pub type Table = &'static [(&'static str, Run)];

const FAMILIES: &[Table] = &[];

static LOOKUPS: LazyLock<HashMap<&'static str, Run>> =
    LazyLock::new(|| FAMILIES.iter().flat_map(|table| table.iter()).copied().collect());

/// The lookup of a name, with or without its collection.
pub fn find(name: &str) -> Option<Run> {
    LOOKUPS.get(short(name)).copied()
}

/// All names, for "did you mean".
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = LOOKUPS.keys().copied().collect();
    names.sort_unstable();
    names
}

/// The function `lookup`.
pub fn lookup(call: &mut Call) -> Answer<Value> {
    let name = types::text(&call.first())?;
    Err(Error::failed(format!("there is no lookup `{name}`")))
}

/// The function `query`.
pub fn query(call: &mut Call) -> Answer<Value> {
    lookup(call)
}
