//! `hash_behaviour = merge`.

use super::{Data, Value};

/// Lays one value over another: dicts are merged, anything else replaces.
pub fn over(below: &Value, above: &Value) -> Value {
    let (Some(lower), Some(upper)) = (below.as_entries(), above.as_entries()) else { return above.clone() };
    let mut merged = (*lower).clone();
    for (key, value) in upper.iter() {
        let value = merged.get(key).map_or_else(|| value.clone(), |lower| over(lower, value));
        merged.insert(key.clone(), value);
    }
    debug_assert!(matches!(above.data(), Data::Dict(_)));
    Value::dict(merged).marked(above.marks()).at(above.span())
}
