//! Text, numbers, booleans, dicts, and data of any type.

use super::Argument;
use crate::host::{Data, Fields, json, number};

/// Data of any type, taken as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Raw(pub Data);

/// Text; data that is no text becomes JSON.
#[derive(Clone, PartialEq, Debug)]
pub struct Json(pub String);

impl Argument for Raw {
    fn kind() -> &'static str {
        "raw"
    }

    fn parse(data: &Data) -> Result<Raw, String> {
        Ok(Raw(data.clone()))
    }
}

impl Argument for Json {
    fn kind() -> &'static str {
        "json"
    }

    fn parse(data: &Data) -> Result<Json, String> {
        Ok(Json(match data {
            Data::Text(text) => text.trim().to_owned(),
            data => json::print(data),
        }))
    }
}

impl Argument for String {
    fn kind() -> &'static str {
        "str"
    }

    /// Numbers, booleans, lists and dicts are printed as Python prints them.
    fn parse(data: &Data) -> Result<String, String> {
        Ok(python(data, false))
    }
}

impl Argument for bool {
    fn kind() -> &'static str {
        "bool"
    }

    fn parse(data: &Data) -> Result<bool, String> {
        let found = match data {
            Data::Bool(value) => return Ok(*value),
            Data::Int(0) => return Ok(false),
            Data::Int(1) => return Ok(true),
            Data::Float(value) if *value == 0.0 => return Ok(false),
            Data::Float(value) if *value == 1.0 => return Ok(true),
            Data::Text(text) => text.trim().to_ascii_lowercase(),
            data => return Err(format!("must be a boolean, not {}", describe(data))),
        };
        match found.as_str() {
            "y" | "yes" | "on" | "1" | "true" | "t" | "1.0" => Ok(true),
            "n" | "no" | "off" | "0" | "false" | "f" | "0.0" => Ok(false),
            _ => Err(format!("must be a boolean such as `true` or `no`, not {}", describe(data))),
        }
    }
}

impl Argument for i64 {
    fn kind() -> &'static str {
        "int"
    }

    fn parse(data: &Data) -> Result<i64, String> {
        let wrong = || format!("must be a whole number, not {}", describe(data));
        match data {
            Data::Int(value) => Ok(*value),
            Data::Float(value) if value.fract() == 0.0 => Ok(*value as i64),
            Data::Text(text) => text.trim().replace('_', "").parse().map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl Argument for f64 {
    fn kind() -> &'static str {
        "float"
    }

    fn parse(data: &Data) -> Result<f64, String> {
        let number = match data {
            Data::Int(value) => Some(*value as f64),
            Data::Float(value) => Some(*value),
            Data::Text(text) | Data::Big(text) => number::float(text.trim()),
            _ => None,
        };
        let number = number.filter(|number| !number.is_nan());
        number.ok_or_else(|| format!("must be a number, not {}", describe(data)))
    }
}

impl Argument for Fields {
    const REQUIRED: bool = false;

    fn kind() -> &'static str {
        "dict"
    }

    fn absent() -> Option<Fields> {
        Some(Fields::new())
    }

    /// A dict, JSON text, or `k=v` pairs parted by commas or spaces.
    fn parse(data: &Data) -> Result<Fields, String> {
        match data {
            Data::Map(fields) => Ok(fields.clone()),
            Data::Text(text) => from_text(text.trim()),
            data => Err(format!("must be a dict, not {}", describe(data))),
        }
    }
}

fn from_text(text: &str) -> Result<Fields, String> {
    if text.starts_with('{') {
        return match json::parse(text).or_else(|_| json::parse(&text.replace('\'', "\""))) {
            Ok(Data::Map(fields)) => Ok(fields),
            _ => Err("must be a dict, and this text is no JSON object".to_owned()),
        };
    }
    let pair =
        |part: &str| part.split_once('=').map(|(key, value)| (key.trim().to_owned(), Data::from(value)));
    let pairs = crate::host::words::split_pairs(text);
    let fields = pairs.iter().map(|part| pair(part)).collect::<Option<Fields>>();
    fields.filter(|fields| !fields.is_empty()).ok_or_else(|| "must be a dict, JSON or `k=v` pairs".to_owned())
}

/// The data in words, for messages: what was found.
pub(super) fn describe(data: &Data) -> String {
    match data {
        Data::Null => "nothing".to_owned(),
        Data::List(_) => "a list".to_owned(),
        Data::Map(_) => "a dict".to_owned(),
        data => format!("`{}`", python(data, false)),
    }
}

/// As Python prints it: text is quoted inside lists and dicts.
fn python(data: &Data, inside: bool) -> String {
    match data {
        Data::Null if inside => "None".to_owned(),
        Data::Null => String::new(),
        Data::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Data::Int(value) => value.to_string(),
        Data::Float(value) if value.fract() == 0.0 && value.abs() < 1e16 => format!("{value:.1}"),
        Data::Float(value) => value.to_string(),
        Data::Text(text) if inside => quoted(text),
        Data::Text(text) | Data::Big(text) => text.clone(),
        Data::List(items) => {
            format!("[{}]", items.iter().map(|item| python(item, true)).collect::<Vec<_>>().join(", "))
        }
        Data::Map(fields) => {
            let pair = |(key, value): (&str, &Data)| format!("{}: {}", quoted(key), python(value, true));
            format!("{{{}}}", fields.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for scalar in text.chars() {
        match scalar {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            scalar if scalar == quote => out.extend(['\\', scalar]),
            scalar => out.push(scalar),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_booleans_and_numbers_are_text() {
        assert_eq!(bool::parse(&"Yes".into()), Ok(true));
        assert_eq!(bool::parse(&0_i64.into()), Ok(false));
        assert!(bool::parse(&"maybe".into()).unwrap_err().contains("`maybe`"));
        assert_eq!(String::parse(&true.into()), Ok("True".to_owned()));
        assert_eq!(String::parse(&vec!["a", "it's"].into()), Ok("['a', \"it's\"]".to_owned()));
        assert_eq!(i64::parse(&" 12 ".into()), Ok(12));
    }

    #[test]
    fn dicts_come_from_text() {
        let fields = Fields::parse(&"a=1, b=two".into()).unwrap();
        assert_eq!(fields.get("b"), Some(&"two".into()));
        assert_eq!(Fields::parse(&r#"{"a": [1]}"#.into()).unwrap().get("a"), Some(&vec![1_i64].into()));
        assert!(Fields::parse(&"plain".into()).is_err());
    }
}
