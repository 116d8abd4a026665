//! Sizes for people: `human_readable`, `human_to_bytes`.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::number;
use crate::template::python::regex::{Flags, Pattern};
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("human_readable", readable), ("human_to_bytes", to_bytes)];

/// Letters of sizes, each 1024 times the one before, from bytes on.
const LETTERS: &str = "BKMGTPEZY";
const NAMES: [&str; 9] = ["", "kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];

fn readable(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "isbits", "unit"])?;
    let value = args.value("value")?;
    let size =
        number::number(&value).ok_or_else(|| Error::failed("human_readable() failed on bad input"))?.float();
    let base = if args.bool_or("isbits", false)? { "bits" } else { "Bytes" };
    let unit = args.some("unit").map(|unit| unit.to_string().to_uppercase());
    let power = match &unit {
        Some(unit) => LETTERS.find(|letter: char| unit.as_str() == letter.to_string()).unwrap_or(0),
        None => (1..9).rev().find(|power| size >= 1024_f64.powi(*power)).unwrap_or(0) as usize,
    };
    let limit = 1024_f64.powi(i32::try_from(power).unwrap_or(0));
    let suffix = match power {
        0 => base.to_owned(),
        _ => format!("{}{}", &LETTERS[power..=power], &base[..1]),
    };
    Ok(format!("{:.2} {suffix}", size / limit).into())
}

fn to_bytes(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "default_unit", "isbits"])?;
    let text = args.text("value")?;
    let default = args.some("default_unit").map(ToString::to_string);
    human_to_bytes(&text, default.as_deref(), args.bool_or("isbits", false)?).map(Value::from)
}

/// The number of bytes, or of bits, that a text such as `10 MB` stands for.
pub fn human_to_bytes(text: &str, default_unit: Option<&str>, bits: bool) -> Answer<i64> {
    let wrong = || Error::failed(format!("`{text}` is no size"));
    let pattern = Pattern::new(r"^([0-9]*\.?[0-9]+)(?:\s*([A-Za-z]+))?\s*$", Flags::default(), text)?;
    let found = pattern.search(text, 0)?.ok_or_else(wrong)?;
    let number: f64 = found.get(1).and_then(|digits| digits.as_str().parse().ok()).ok_or_else(wrong)?;
    let unit = found.get(2).map(|unit| unit.as_str()).or(default_unit);
    let Some(unit) = unit.filter(|unit| !unit.is_empty()) else { return Ok(number.round_ties_even() as i64) };
    let letter = unit.chars().next().unwrap_or(' ').to_ascii_uppercase();
    let power = LETTERS.find(letter).ok_or_else(wrong)?;
    let kind = if bits { "bit" } else { "byte" };
    let short = match (power, bits) {
        (0, false) => "B".to_owned(),
        (0, true) => "b".to_owned(),
        (_, true) => format!("{letter}b"),
        (_, false) => format!("{letter}B"),
    };
    let long = format!("{}{kind}", NAMES.get(power).copied().unwrap_or(""));
    if unit.len() > 1 && unit.to_lowercase() != long && unit != short {
        return Err(wrong().hint(format!("the unit is `{letter}`, `{short}` or `{long}`")));
    }
    Ok((number * 1024_f64.powi(i32::try_from(power).unwrap_or(0))).round_ties_even() as i64)
}
