//! How numbers and texts are laid out: shared by `%` and `str.format`.

use super::number::Number;
use crate::template::{Answer, Error};

/// The layout of one field.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub fill: Option<char>,
    /// `<`, `>`, `^` or `=`.
    pub align: Option<char>,
    /// `+`, `-` or a blank.
    pub sign: Option<char>,
    pub alternate: bool,
    pub width: usize,
    pub grouping: Option<char>,
    pub precision: Option<usize>,
    pub kind: Option<char>,
}

/// No field is wider, no number has more digits.
const WIDEST: usize = 1 << 20;

/// Refuses what would only fill memory.
pub fn bounded(size: usize) -> Answer<usize> {
    if size > WIDEST { Err(Error::failed("the width or precision is too large")) } else { Ok(size) }
}

/// Fills up to the width.
pub fn pad(text: &str, layout: &Layout, default: char) -> String {
    let missing = layout.width.saturating_sub(text.chars().count());
    let fill = layout.fill.unwrap_or(' ').to_string();
    match layout.align.unwrap_or(default) {
        '<' => format!("{text}{}", fill.repeat(missing)),
        '^' => format!("{}{text}{}", fill.repeat(missing / 2), fill.repeat(missing - missing / 2)),
        '=' => {
            let digits = text.trim_start_matches(['+', '-', ' ']);
            let sign = &text[..text.len() - digits.len()];
            format!("{sign}{}{digits}", fill.repeat(missing))
        }
        _ => format!("{}{text}", fill.repeat(missing)),
    }
}

/// An integer in a base, with its sign and digit groups.
pub fn integer(number: &Number, layout: &Layout) -> String {
    let big = number.big();
    let (negative, magnitude) = (big.sign() == num_bigint::Sign::Minus, big.magnitude());
    let (digits, prefix, group) = match layout.kind {
        Some('b') => (magnitude.to_str_radix(2), "0b", 4),
        Some('o') => (magnitude.to_str_radix(8), "0o", 4),
        Some('x') => (magnitude.to_str_radix(16), "0x", 4),
        Some('X') => (magnitude.to_str_radix(16).to_uppercase(), "0X", 4),
        _ => (magnitude.to_str_radix(10), "", 3),
    };
    let least = layout.precision.unwrap_or(0).saturating_sub(digits.len());
    let digits = format!("{}{digits}", "0".repeat(least));
    let digits = layout.grouping.map_or(digits.clone(), |mark| grouped(&digits, mark, group));
    let prefix = if layout.alternate { prefix } else { "" };
    format!("{}{prefix}{digits}", sign(negative, layout))
}

fn grouped(digits: &str, mark: char, size: usize) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(size) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

fn sign(negative: bool, layout: &Layout) -> &'static str {
    match (negative, layout.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    }
}

/// A float in one of the notations `e f g %`.
pub fn float(float: f64, layout: &Layout) -> String {
    let negative = float.is_sign_negative() && !float.is_nan();
    let kind = layout.kind.unwrap_or('g');
    let body = match float.is_finite() {
        true => finite(float.abs(), layout, kind),
        false if float.is_nan() => "nan".into(),
        false => "inf".into(),
    };
    let body = if kind.is_ascii_uppercase() { body.to_uppercase() } else { body };
    let body = match layout.grouping {
        Some(mark) => {
            let end = body.find(|char: char| !char.is_ascii_digit()).unwrap_or(body.len());
            format!("{}{}", grouped(&body[..end], mark, 3), &body[end..])
        }
        None => body,
    };
    format!("{}{body}", sign(negative, layout))
}

fn finite(float: f64, layout: &Layout, kind: char) -> String {
    let precision = layout.precision.unwrap_or(6);
    match kind.to_ascii_lowercase() {
        'f' => format!("{float:.precision$}"),
        'e' => exponent(float, precision),
        '%' => format!("{:.precision$}%", float * 100.0),
        _ if layout.kind.is_none() && layout.precision.is_none() => crate::vars::float_repr(float),
        _ => general(float, precision.max(1), layout),
    }
}

fn exponent(float: f64, precision: usize) -> String {
    let text = format!("{float:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn general(float: f64, precision: usize, layout: &Layout) -> String {
    let scientific = exponent(float, precision - 1);
    let power: i64 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let limit = i64::try_from(precision).unwrap_or(i64::MAX);
    // Without a letter, a float keeps one digit behind the point and turns to exponents earlier.
    let limit = if layout.kind.is_none() { limit - 1 } else { limit };
    if power < -4 || power >= limit.max(1) && !(layout.kind.is_none() && power < limit) {
        let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{power}", stripped(digits, layout));
    }
    let decimals = usize::try_from(i64::try_from(precision).unwrap_or(0) - 1 - power).unwrap_or(0);
    let fixed = stripped(&format!("{float:.decimals$}"), layout);
    if layout.kind.is_none() && !fixed.contains('.') { format!("{fixed}.0") } else { fixed }
}

fn stripped(digits: &str, layout: &Layout) -> String {
    match digits.contains('.') && !layout.alternate {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    }
}
