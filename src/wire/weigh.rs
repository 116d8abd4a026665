//! How much memory a message takes when it is read: a byte on the wire can become a value of dozens of bytes.

/// What one value costs in memory beside its bytes.
const COST: usize = 32;

/// The most values that a message may have.
const MOST_VALUES: usize = 4 << 20;

/// How deep lists and dicts may lie in each other: reading them costs stack.
const MOST_DEPTH: usize = 200;

/// What the message costs in memory, in bytes; refused where it has too many values, or they lie too deep in each other. What is
/// no message is for its reader to refuse.
pub fn weigh(message: &[u8]) -> Result<usize, String> {
    let (mut at, mut values) = (0, 0);
    // How many values are still to come in each list that is open.
    let mut open: Vec<usize> = Vec::new();
    while let Some(size) = value_at(message, at) {
        values += 1;
        if values > MOST_VALUES {
            return Err(format!("a message with more than {MOST_VALUES} values"));
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        open.extend(inside(message, at));
        if open.len() > MOST_DEPTH {
            return Err(format!("a message that is more than {MOST_DEPTH} lists deep"));
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        at = usize::saturating_add(at, size);
    }
    Ok(message.len() + values * COST)
}

/// How many values the list or dict there has; nothing for another value.
fn inside(message: &[u8], at: usize) -> Option<usize> {
    match *message.get(at)? {
        head @ 0x80..=0x8f => Some(2 * usize::from(head & 0x0f)),
        head @ 0x90..=0x9f => Some(usize::from(head & 0x0f)),
        0xdc => number(message, at, 2),
        0xdd => number(message, at, 4),
        0xde => Some(2 * number(message, at, 2)?),
        0xdf => Some(2 * number(message, at, 4)?),
        _ => None,
    }
}

/// The number in so many bytes behind a head.
fn number(message: &[u8], at: usize, bytes: usize) -> Option<usize> {
    let digits = message.get(at + 1..at + 1 + bytes)?;
    Some(digits.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// How many bytes the value there has itself, without those inside of it.
fn value_at(message: &[u8], at: usize) -> Option<usize> {
    let number = |bytes| number(message, at, bytes);
    Some(match *message.get(at)? {
        head @ 0xa0..=0xbf => 1 + usize::from(head & 0x1f),
        0xc4 | 0xd9 => 2 + number(1)?,
        0xc5 | 0xda => 3 + number(2)?,
        0xc6 | 0xdb => 5 + number(4)?,
        0xc7 => 3 + number(1)?,
        0xc8 => 4 + number(2)?,
        0xc9 => 6 + number(4)?,
        0xcc | 0xd0 => 2,
        0xcd | 0xd1 | 0xd4 | 0xdc | 0xde => 3,
        0xd5 => 4,
        0xca | 0xce | 0xd2 | 0xdd | 0xdf => 5,
        0xd6 => 6,
        0xcb | 0xcf | 0xd3 => 9,
        0xd7 => 10,
        0xd8 => 18,
        _ => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Bytes, Data, Fields};

    #[test]
    fn every_value_is_counted() {
        let list: Vec<i64> = vec![0, -1, 300, -300, 70_000, i64::MAX, i64::MIN];
        let fields = Fields::new().with("text", "x".repeat(300)).with("list", list).with("half", 0.5);
        let data = Data::Map(fields.with("none", Data::Null).with("long", "y".repeat(70_000)));
        let bytes = rmp_serde::to_vec_named(&(data, Bytes(vec![0; 300]))).unwrap();
        // A pair, a map, five names, a text, a list of seven, a number, nothing, a text, bytes.
        assert_eq!(weigh(&bytes).unwrap(), bytes.len() + (1 + 1 + 5 + 1 + 8 + 1 + 1 + 1 + 1) * COST);
    }

    #[test]
    fn too_deep_lists_are_refused() {
        let deep = |depth: usize| [vec![0x92; depth], vec![0xc0; depth + 1]].concat();
        assert!(weigh(&deep(MOST_DEPTH)).is_ok());
        assert!(weigh(&deep(MOST_DEPTH + 1)).unwrap_err().contains("more than 200 lists deep"));
        // Beside each other they may be many.
        assert!(weigh(&[0x91, 0x91, 0xc0].repeat(1000)).is_ok());
    }

    #[test]
    fn too_many_values_are_refused() {
        assert!(weigh(&vec![0xc0; MOST_VALUES]).is_ok());
        assert!(weigh(&vec![0xc0; MOST_VALUES + 1]).unwrap_err().contains("more than 4194304 values"));
    }
}
