//! Texts of certificates: `split_pem`; serial numbers as bytes with colons, `parse_serial` and `to_serial`.

use super::Table;
use crate::template::eval::Call;
use crate::template::python::number::{self, Number};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;
use num_bigint::{BigInt, Sign};

pub const TABLE: Table =
    &[("split_pem", split_pem), ("parse_serial", parse_serial), ("to_serial", to_serial)];

/// The objects that follow one another in a text; what stands between is left out.
fn split_pem(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let Some(text) = value.as_str() else {
        let what = types::type_name(&value);
        return Err(Error::failed(format!(
            "The community.crypto.split_pem input must be a text type, not {what}"
        )));
    };
    let (mut objects, mut object) = (Vec::new(), None);
    for line in text.split_inclusive('\n').filter(|line| !line.trim().is_empty()) {
        if line.starts_with("-----BEGIN ") {
            object = Some(String::new());
        }
        if let Some(lines) = &mut object {
            lines.push_str(line);
        }
        if line.starts_with("-----END ") {
            objects.extend(object.take().map(Value::from));
        }
    }
    Ok(Value::list(objects))
}

fn parse_serial(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let Some(text) = value.as_str() else {
        let what = types::type_name(&value);
        return Err(Error::failed(format!(
            "The input for the community.crypto.parse_serial filter must be a string; got {what} instead"
        )));
    };
    let mut bytes = Vec::new();
    for (index, part) in text.split(':').enumerate() {
        bytes.push(byte(part).map_err(|why| {
            let place = ordinal(index + 1);
            Error::failed(format!(
                "The {place} part '{part}' is not a hexadecimal number in range [0, 255]: {why}"
            ))
        })?);
    }
    Ok(Value::from(BigInt::from_bytes_be(Sign::Plus, &bytes)))
}

fn byte(part: &str) -> Result<u8, String> {
    let number = u64::from_str_radix(part.trim(), 16)
        .map_err(|_| format!("invalid literal for int() with base 16: '{part}'"))?;
    u8::try_from(number).map_err(|_| "the value is not in range [0, 255]".to_owned())
}

/// `1st`, `2nd`, `3rd`, `4th`.
fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn to_serial(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let number = match number::number(&value) {
        Some(number @ (Number::Int(_) | Number::Big(_))) => number.big(),
        _ => {
            let what = types::type_name(&value);
            return Err(Error::failed(format!(
                "The input for the community.crypto.to_serial filter must be an integer; got {what} instead"
            )));
        }
    };
    if number.sign() == Sign::Minus {
        let message = "The input for the community.crypto.to_serial filter must not be negative";
        return Err(Error::failed(message));
    }
    let bytes: Vec<String> = number.to_bytes_be().1.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(bytes.join(":").into())
}
