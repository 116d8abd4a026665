//! Sizes: `10M` is ten times 1024 times 1024 bytes.

use super::Argument;
use crate::host::{Data, number};

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size(pub i64);

impl Argument for Size {
    fn kind() -> &'static str {
        "bytes"
    }

    fn parse(data: &Data) -> Result<Size, String> {
        let Data::Text(text) = data else { return i64::parse(data).map(Size) };
        let wrong = || format!("must be a size such as `10M`, not `{text}`");
        let lower = text.trim().to_ascii_lowercase();
        let end = lower.find(|scalar: char| scalar.is_ascii_alphabetic()).unwrap_or(lower.len());
        let (number, unit) = lower.split_at(end);
        let number = number::float(number.trim()).ok_or_else(wrong)?;
        Ok(Size((number * factor(unit).ok_or_else(wrong)?).trunc() as i64))
    }
}

fn factor(unit: &str) -> Option<f64> {
    let power = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        "e" => 6,
        "z" => 7,
        "y" => 8,
        _ => return None,
    };
    Some(1024_f64.powi(power))
}
