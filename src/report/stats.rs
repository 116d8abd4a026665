//! What `set_stats` leaves for the end of a run.

use crate::host::{Data, Fields};

/// Takes new data into what is known: added to it, or in its place. What is of another kind than the known is not added.
pub fn take(known: &mut Fields, data: &Data, aggregate: bool) {
    let Data::Map(fields) = data else { return };
    for (name, value) in fields.iter() {
        let value = match known.get(name) {
            Some(before) if aggregate => sum(before, value),
            _ => value.clone(),
        };
        known.set(name, value);
    }
}

fn sum(before: &Data, more: &Data) -> Data {
    match (before, more) {
        (Data::Int(a), Data::Int(b)) => Data::Int(a.saturating_add(*b)),
        (Data::Float(a), Data::Float(b)) => Data::Float(a + b),
        (Data::Text(a), Data::Text(b)) => Data::Text(format!("{a}{b}")),
        (Data::List(a), Data::List(b)) => Data::List([a.as_slice(), b].concat()),
        (Data::Map(a), Data::Map(_)) => {
            let mut merged = a.clone();
            take(&mut merged, more, false);
            Data::Map(merged)
        }
        _ => before.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_again_is_added_to_what_is_there() {
        let fields = |n: i64| Fields::new().with("n", n).with("of", Data::List(vec![n.into()]));
        let mut known = fields(10);
        take(&mut known, &Data::Map(fields(15)), true);
        assert_eq!(known, Fields::new().with("n", 25_i64).with("of", Data::List(vec![10.into(), 15.into()])));
        take(&mut known, &Data::Map(Fields::new().with("n", "text")), true);
        assert_eq!(known.get("n"), Some(&Data::Int(25)));
        take(&mut known, &Data::Map(Fields::new().with("n", 1_i64)), false);
        assert_eq!(known.get("n"), Some(&Data::Int(1)));
    }
}
