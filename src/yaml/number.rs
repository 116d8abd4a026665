//! Whole numbers and fractions: YAML 1.1 has octal, binary, base 60 and underscores.

use super::Resolved;
use num_bigint::BigInt;
use num_traits::Num;
use std::sync::Arc;

/// The longest number that Python reads, in digits.
const DIGITS: usize = 4300;

/// Whether an unquoted text is a number with a point.
pub(super) fn is_float(text: &str) -> bool {
    let (signed, rest) = sign(text.as_bytes());
    match rest {
        b".inf" | b".Inf" | b".INF" => true,
        b".nan" | b".NaN" | b".NAN" => !signed,
        [b'.', b'0'..=b'9', ..] => !signed && is_exponent(skip(&rest[1..], is_digit_or_line)),
        [b'0'..=b'9', ..] => is_pointed(skip(rest, is_digit_or_line)),
        _ => false,
    }
}

/// After the first digits: `.5e+3`, or the rest of a number in base 60 such as `:30.5`.
fn is_pointed(rest: &[u8]) -> bool {
    match rest {
        [b'.', rest @ ..] => is_exponent(skip(rest, is_digit_or_line)),
        [b':', ..] => {
            matches!(skip_sixties(rest), [b'.', rest @ ..] if skip(rest, is_digit_or_line).is_empty())
        }
        _ => false,
    }
}

/// Nothing, or an exponent with its sign.
fn is_exponent(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b'e' | b'E', b'-' | b'+', rest @ ..] => !rest.is_empty() && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether an unquoted text is a whole number.
pub(super) fn is_int(text: &str) -> bool {
    let (_, rest) = sign(text.as_bytes());
    let all = |rest: &[u8], digit: fn(u8) -> bool| !rest.is_empty() && skip(rest, digit).is_empty();
    match rest {
        [b'0'] => true,
        [b'0', b'b', rest @ ..] => all(rest, |byte| matches!(byte, b'0' | b'1' | b'_')),
        [b'0', b'x', rest @ ..] => all(rest, |byte| byte.is_ascii_hexdigit() || byte == b'_'),
        [b'0', rest @ ..] => all(rest, |byte| matches!(byte, b'0'..=b'7' | b'_')),
        [b'1'..=b'9', ..] => skip_sixties(skip(rest, is_digit_or_line)).is_empty(),
        _ => false,
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-' | b'+', rest @ ..] => (true, rest),
        _ => (false, text),
    }
}

fn is_digit_or_line(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn skip(text: &[u8], what: fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !what(*byte)).unwrap_or(text.len());
    &text[end..]
}

/// Skips `:0` to `:59`, as often as they come.
fn skip_sixties(text: &[u8]) -> &[u8] {
    match text {
        [b':', b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b':', b'0'..=b'9', rest @ ..] => skip_sixties(rest),
        _ => text,
    }
}

/// The whole number that a text stands for, of whatever base it says.
///
/// # Errors
///
/// Where it is none, or has more digits than Python reads.
pub(super) fn int(text: &str) -> Result<Resolved, String> {
    let wrong = || format!("`{}` is not a whole number", shortened(text));
    if text.len() > DIGITS {
        return Err(format!("a number of more than {DIGITS} digits is not read"));
    }
    let digits = text.trim().replace('_', "");
    let (negative, digits) = unsigned(&digits);
    let number = magnitude(digits).ok_or_else(wrong)?;
    let number = if negative { -number } else { number };
    Ok(i64::try_from(&number).map_or_else(|_| Resolved::Big(Arc::new(number)), Resolved::Int))
}

fn unsigned(digits: &str) -> (bool, &str) {
    match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    }
}

fn magnitude(digits: &str) -> Option<BigInt> {
    let radix = |digits: &str, radix| match digits.as_bytes().first()? {
        b'-' | b'+' => None,
        _ => BigInt::from_str_radix(digits, radix).ok(),
    };
    match digits.as_bytes() {
        [b'0'] => Some(BigInt::ZERO),
        [b'0', b'b', ..] => radix(&digits[2..], 2),
        [b'0', b'x', ..] => radix(&digits[2..], 16),
        [b'0', b'o', ..] => radix(&digits[2..], 8),
        [b'0', ..] => radix(digits, 8),
        _ => digits.split(':').try_fold(BigInt::ZERO, |sum, part| Some(sum * 60 + radix(part, 10)?)),
    }
}

/// The number with a fraction that a text stands for.
///
/// # Errors
///
/// Where it is none.
pub(super) fn float(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{}` is not a number", shortened(text));
    let digits = text.trim().replace('_', "").to_lowercase();
    let (negative, digits) = unsigned(&digits);
    let number = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => sixties(digits).ok_or_else(wrong)?,
    };
    Ok(if negative { -number } else { number })
}

/// Adds from the last part up, as PyYAML does, so that the last bit is the same.
fn sixties(digits: &str) -> Option<f64> {
    let mut sum = 0.0;
    let mut base = 1.0;
    for part in digits.rsplit(':') {
        let number: f64 = Some(part).filter(|part| !part.starts_with(['-', '+']))?.parse().ok()?;
        sum += number * base;
        base *= 60.0;
    }
    Some(sum)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
