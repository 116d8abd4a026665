//! `x[a:b:c]` and negative indexes.

use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

/// Cuts a text, list or tuple; nothing if the value is none of these.
pub fn slice(value: &Value, bounds: [Option<i64>; 3]) -> Answer<Option<Value>> {
    let step = bounds[2].unwrap_or(1);
    if step == 0 {
        return Err(Error::failed("the step of a slice cannot be zero"));
    }
    Ok(Some(match value.data() {
        Data::Text(text) => {
            let chars: Vec<char> = text.chars().collect();
            let picked = indexes(chars.len(), bounds, step).filter_map(|index| chars.get(index));
            picked.collect::<String>().into()
        }
        Data::List(list) => Value::list(pick(&list.items(), bounds, step)),
        Data::Tuple(items) => Value::tuple(pick(items, bounds, step)),
        Data::Object(object) if object.kind() == crate::vars::Kind::Sequence => {
            Value::list(pick(&object.items(), bounds, step))
        }
        _ => return Ok(None),
    }))
}

fn pick(items: &[Value], bounds: [Option<i64>; 3], step: i64) -> Vec<Value> {
    indexes(items.len(), bounds, step).filter_map(|index| items.get(index).cloned()).collect()
}

/// The indexes of a slice, all within the length.
fn indexes(length: usize, bounds: [Option<i64>; 3], step: i64) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(index) if index < 0 => index.saturating_add(length).clamp(low, high),
        Some(index) => index.clamp(low, high),
    };
    let (start, stop) = match step > 0 {
        true => (bound(bounds[0], low), bound(bounds[1], high)),
        false => (bound(bounds[0], high), bound(bounds[1], low)),
    };
    let goes_on = move |index: &i64| if step > 0 { *index < stop } else { *index > stop };
    std::iter::successors(Some(start), move |index| index.checked_add(step))
        .take_while(goes_on)
        .filter_map(|index| usize::try_from(index).ok())
}

/// The index of an item, counted from the end if negative.
pub fn index(length: usize, index: i64) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => (index < length).then_some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_pythons() {
        let cut = |bounds| slice(&Value::from("abcde"), bounds).unwrap().unwrap().to_string();
        assert_eq!(cut([None, None, Some(-1)]), "edcba");
        assert_eq!(cut([Some(1), Some(-1), None]), "bcd");
        assert_eq!(cut([Some(-2), None, None]), "de");
        assert_eq!(cut([Some(3), Some(0), Some(-2)]), "db");
        assert_eq!(cut([Some(9), None, None]), "");
    }
}
