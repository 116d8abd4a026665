//! Numbers: integers of any size, and floats.

use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// A number as operators see it; booleans are integers.
#[derive(Clone, Debug)]
pub enum Number {
    Int(i64),
    Big(BigInt),
    Float(f64),
}

use Number::{Big, Float, Int};

/// The number in a value, if it is one.
pub fn number(value: &Value) -> Option<Number> {
    match value.data() {
        Data::Bool(bool) => Some(Int(i64::from(*bool))),
        Data::Int(int) => Some(Int(*int)),
        Data::Big(big) => Some(Big((**big).clone())),
        Data::Float(float) => Some(Float(*float)),
        _ => None,
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        match number {
            Int(int) => int.into(),
            Big(big) => big.into(),
            Float(float) => float.into(),
        }
    }
}

impl Number {
    pub fn float(&self) -> f64 {
        match self {
            Int(int) => *int as f64,
            Big(big) => big.to_f64().unwrap_or(f64::INFINITY),
            Float(float) => *float,
        }
    }

    pub fn big(&self) -> BigInt {
        match self {
            Int(int) => (*int).into(),
            Big(big) => big.clone(),
            Float(float) => truncated(*float).unwrap_or_default(),
        }
    }

    fn is_float(&self) -> bool {
        matches!(self, Float(_))
    }

    fn is_zero(&self) -> bool {
        match self {
            Int(int) => *int == 0,
            Big(big) => big.is_zero(),
            Float(float) => *float == 0.0,
        }
    }

    /// How two numbers compare; a NaN compares with nothing.
    pub fn compare(&self, other: &Number) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Int(left), Int(right)) => Some(left.cmp(right)),
            _ if self.is_float() || other.is_float() => self.float().partial_cmp(&other.float()),
            _ => Some(self.big().cmp(&other.big())),
        }
    }
}

/// The integer part of a float, exactly.
pub fn truncated(float: f64) -> Option<BigInt> {
    <BigInt as num_traits::FromPrimitive>::from_f64(float.trunc())
}

fn arithmetic(
    (left, right): (&Number, &Number),
    small: impl Fn(i64, i64) -> Option<i64>,
    big: impl Fn(BigInt, BigInt) -> BigInt,
    float: impl Fn(f64, f64) -> f64,
) -> Number {
    if left.is_float() || right.is_float() {
        return Float(float(left.float(), right.float()));
    }
    if let (Int(left), Int(right)) = (left, right)
        && let Some(result) = small(*left, *right)
    {
        return Int(result);
    }
    Big(big(left.big(), right.big()))
}

pub fn add(left: &Number, right: &Number) -> Number {
    arithmetic((left, right), i64::checked_add, |a, b| a + b, |a, b| a + b)
}

pub fn subtract(left: &Number, right: &Number) -> Number {
    arithmetic((left, right), i64::checked_sub, |a, b| a - b, |a, b| a - b)
}

pub fn multiply(left: &Number, right: &Number) -> Number {
    arithmetic((left, right), i64::checked_mul, |a, b| a * b, |a, b| a * b)
}

pub fn divide(left: &Number, right: &Number) -> Answer<Number> {
    refuse_zero(right)?;
    Ok(Float(left.float() / right.float()))
}

/// Division that rounds down.
pub fn floor_divide(left: &Number, right: &Number) -> Answer<Number> {
    refuse_zero(right)?;
    let small = |a: i64, b: i64| {
        let quotient = a.checked_div(b)?;
        Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
    };
    let big = |a: BigInt, b: BigInt| num_integer_floor(&a, &b).0;
    Ok(arithmetic((left, right), small, big, |a, b| (a / b).floor()))
}

/// The remainder of division that rounds down: it has the sign of the divisor.
pub fn remainder(left: &Number, right: &Number) -> Answer<Number> {
    refuse_zero(right)?;
    let small = |a: i64, b: i64| {
        let rest = a.checked_rem(b)?;
        Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
    };
    let float = |a: f64, b: f64| {
        let rest = a % b;
        if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
    };
    Ok(arithmetic((left, right), small, |a, b| num_integer_floor(&a, &b).1, float))
}

fn num_integer_floor(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (a / b, a % b);
    match !rest.is_zero() && rest.is_negative() != b.is_negative() {
        true => (quotient - 1, rest + b),
        false => (quotient, rest),
    }
}

fn refuse_zero(divisor: &Number) -> Answer<()> {
    if divisor.is_zero() { Err(Error::failed("division by zero")) } else { Ok(()) }
}

/// The largest result of a power, in bits: more would be an attack on memory.
const MOST_BITS: u64 = 1 << 20;

pub fn power(base: &Number, exponent: &Number) -> Answer<Number> {
    let whole = match exponent {
        Int(whole) if !base.is_float() && *whole >= 0 => u32::try_from(*whole).unwrap_or(u32::MAX),
        _ => return float_power(base, exponent),
    };
    if let Int(base) = base
        && let Some(result) = base.checked_pow(whole)
    {
        return Ok(Int(result));
    }
    let base = base.big();
    if base.bits().saturating_mul(u64::from(whole)) > MOST_BITS {
        return Err(Error::failed("the power is too large"));
    }
    Ok(Big(base.pow(whole)))
}

fn float_power(base: &Number, exponent: &Number) -> Answer<Number> {
    if base.is_zero() && exponent.float() < 0.0 {
        return Err(Error::failed("zero cannot be raised to a negative power"));
    }
    let result = base.float().powf(exponent.float());
    match result.is_nan() && base.float() < 0.0 {
        true => Err(Error::failed("a negative number has no power of a fraction")),
        false => Ok(Float(result)),
    }
}

pub fn negate(number: &Number) -> Number {
    match number {
        Float(float) => Float(-float),
        _ => subtract(&Int(0), number),
    }
}

/// Rounds half to even at a number of decimal digits, as Python's `round` does.
pub fn round(float: f64, digits: i64) -> f64 {
    if !float.is_finite() {
        return float;
    }
    match usize::try_from(digits) {
        // The formatting rounds the exact value, half to even.
        Ok(digits) if digits <= 300 => format!("{float:.digits$}").parse().unwrap_or(float),
        Ok(_) => float,
        Err(_) => {
            let unit = 10_f64.powi(i32::try_from(-digits).unwrap_or(400));
            let scaled = (float / unit).round_ties_even() * unit;
            if scaled.is_finite() { scaled } else { 0.0 }
        }
    }
}

/// The integer that Python's `int()` reads in a text.
pub fn parse_int(text: &str, base: u32) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (base, digits) = radix(digits, base)?;
    let well_divided = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    let plain = digits.replace('_', "");
    if !well_divided || plain.is_empty() || !plain.chars().all(|char| char.is_digit(base)) {
        return None;
    }
    let big = BigInt::parse_bytes(plain.as_bytes(), base)?;
    Some(if negative { -big } else { big }.into())
}

/// The base that a prefix tells, and the digits behind it.
fn radix(digits: &str, base: u32) -> Option<(u32, &str)> {
    let prefixes = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    for (prefix, of) in prefixes {
        if let Some(rest) = digits.strip_prefix(prefix)
            && (base == of || base == 0)
        {
            return Some((of, rest.strip_prefix('_').unwrap_or(rest)));
        }
    }
    match base {
        0 => Some((10, digits)),
        2..=36 => Some((base, digits)),
        _ => None,
    }
}

/// The float that Python's `float()` reads in a text.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let well_divided = !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    let plain = text.replace('_', "");
    let is_number =
        plain.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let word = plain.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if well_divided && (is_number || matches!(&*word, "inf" | "infinity" | "nan")) {
        return plain.parse().ok();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: Answer<Number>) -> String {
        Value::from(number.unwrap()).to_string()
    }

    #[test]
    fn division_rounds_down() {
        assert_eq!(shown(floor_divide(&Int(7), &Int(-2))), "-4");
        assert_eq!(shown(remainder(&Int(7), &Int(-2))), "-1");
        assert_eq!(shown(remainder(&Float(-7.0), &Float(2.5))), "0.5");
        assert_eq!(shown(floor_divide(&Int(i64::MIN), &Int(-1))), "9223372036854775808");
    }

    #[test]
    fn powers_grow_beyond_machine_words() {
        assert_eq!(shown(power(&Int(10), &Int(20))), "100000000000000000000");
        assert_eq!(shown(power(&Int(2), &Int(-1))), "0.5");
        assert!(power(&Int(10), &Int(100_000_000)).is_err());
    }

    #[test]
    fn text_is_read_as_python_reads_it() {
        assert_eq!(parse_int(" 0x1f ", 16), Some(31_i64.into()));
        assert_eq!(parse_int("1_0", 10), Some(10_i64.into()));
        assert_eq!(parse_int("1.5", 10), None);
        assert_eq!(parse_float("1e3"), Some(1000.0));
        assert_eq!(parse_float("a"), None);
        assert_eq!(round(2.675, 2), 2.67);
        assert_eq!(round(1250.0, -2), 1200.0);
    }
}
