//! Methods of numbers.

use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::python::number::{self, Number};
use crate::vars::Value;
use num_traits::Signed;

pub const INT_NAMES: [&str; 4] = ["bit_length", "bit_count", "conjugate", "is_integer"];
pub const FLOAT_NAMES: [&str; 3] = ["is_integer", "conjugate", "as_integer_ratio"];

/// Calls a method of a number.
pub fn call(value: &Value, call: &mut Call) -> Answer<Value> {
    let number = number::number(value).unwrap_or(Number::Int(0));
    match (call.name, &number) {
        ("is_integer", Number::Float(float)) => Ok((float.fract() == 0.0).into()),
        ("is_integer", _) => Ok(true.into()),
        ("bit_length", _) => Ok(Value::from(i64::try_from(number.big().bits()).unwrap_or(i64::MAX))),
        ("bit_count", _) => {
            let ones = number.big().abs().iter_u64_digits().map(u64::count_ones).sum::<u32>();
            Ok(i64::from(ones).into())
        }
        ("conjugate", _) => Ok(value.clone()),
        (name, _) => Err(super::unknown(value, name)),
    }
}
