//! Numbers and passwords of network devices: `vlan_parser`, `vlan_expander`, `hash_salt`.

use super::Table;
use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table =
    &[("vlan_parser", vlan_parser), ("vlan_expander", vlan_expander), ("hash_salt", hash_salt)];

/// Numbers as ranges, in lines of bounded length.
fn vlan_parser(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "first_line_len", "other_line_len"])?;
    let length = |name, default| Ok::<_, Error>(usize::try_from(args.int_or(name, default)?).unwrap_or(0));
    let (first, other) = (length("first_line_len", 48)?, length("other_line_len", 44)?);
    let wrong = |value: &Value| Error::failed(format!("`{value}` is no VLAN: they are 1 to 4094"));
    let mut numbers = Vec::new();
    for value in args.items("value")?.iter() {
        numbers
            .push(value.as_int().filter(|number| (1..=4094).contains(number)).ok_or_else(|| wrong(value))?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut lines: Vec<String> = Vec::new();
    for range in ranges(&numbers) {
        let most = if lines.len() > 1 { other } else { first };
        match lines.last_mut().filter(|line| line.len() + 1 + range.len() <= most) {
            Some(line) => *line = format!("{line},{range}"),
            None => lines.push(range),
        }
    }
    Ok(lines.into_iter().collect())
}

/// Three or more numbers in a row become a range.
fn ranges(numbers: &[i64]) -> Vec<String> {
    let mut found = Vec::new();
    for run in numbers.chunk_by(|one, next| one + 1 == *next) {
        match run {
            [first, _, .., last] => found.push(format!("{first}-{last}")),
            few => found.extend(few.iter().map(ToString::to_string)),
        }
    }
    found
}

fn vlan_expander(call: &mut Call) -> Answer<Value> {
    let text = call.bind(&["value"])?.exact_text("value")?;
    let mut numbers = Vec::new();
    for part in text.split(',').map(str::trim) {
        let wrong = |_| Error::failed(format!("`{part}` is neither a number nor a range"));
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (i64, i64) = (first.parse().map_err(wrong)?, last.parse().map_err(wrong)?);
        numbers.extend((first..=last.min(4094)).map(Value::from));
    }
    numbers.sort_by_key(Value::as_int);
    numbers.dedup();
    Ok(Value::list(numbers))
}

/// The salt of a hash as `crypt` writes it: `$1$salt$hash`.
fn hash_salt(call: &mut Call) -> Answer<Value> {
    let text = call.bind(&["value"])?.exact_text("value")?;
    let mut parts = text.split('$').skip(2);
    match (text.starts_with('$'), parts.next(), parts.next()) {
        (true, Some(salt), Some(_)) => Ok(salt.into()),
        _ => Err(Error::failed("`hash_salt` needs a hash such as `$1$salt$hash`")),
    }
}
