//! `maketrans` and `translate`: characters for characters.

use crate::template::eval::{Call, lazy};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Value};

/// The table that `translate` takes: codes of characters to codes, texts, or nothing.
pub fn table(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["x", "y", "z"])?;
    let first = args.value("x")?;
    let mut table = Map::default();
    let Some(second) = args.some("y") else {
        let entries =
            lazy::entries(&first).ok_or_else(|| args.wrong("x", "a dict, when it is alone", &first))?;
        for (key, value) in entries.iter() {
            table.insert(code_of_key(key)?, value.clone());
        }
        return Ok(Value::dict(table));
    };
    let (from, to) = (types::text(&first)?, types::text(second)?);
    if from.chars().count() != to.chars().count() {
        return Err(Error::failed("the first two arguments of `maketrans` must be of the same length"));
    }
    table.extend(from.chars().zip(to.chars()).map(|(from, to)| (code(from), code(to))));
    table.extend(args.text_or("z", "")?.chars().map(|gone| (code(gone), Value::none())));
    Ok(Value::dict(table))
}

fn code(char: char) -> Value {
    i64::from(u32::from(char)).into()
}

fn code_of_key(key: &Value) -> Answer<Value> {
    let mut chars = key.as_str().unwrap_or_default().chars();
    match (key.as_int(), chars.next(), chars.next()) {
        (Some(_), _, _) => Ok(key.clone()),
        (None, Some(char), None) => Ok(code(char)),
        _ => Err(Error::failed("the keys of `maketrans` are single characters or their codes")),
    }
}

/// A text with its characters replaced by a table.
pub fn translated(text: &str, call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["table"])?;
    let table = args.entries("table")?;
    let mut out = String::new();
    for char in text.chars() {
        match table.get(&code(char)).map(Value::data) {
            None => out.push(char),
            Some(Data::None) => {}
            Some(Data::Int(code)) => {
                let known = u32::try_from(*code).ok().and_then(char::from_u32);
                out.push(known.ok_or_else(|| Error::failed(format!("{code} is no code of a character")))?);
            }
            Some(_) => {
                out.push_str(&types::text(&table.get(&code(char)).cloned().unwrap_or_else(Value::none))?)
            }
        }
    }
    Ok(out.into())
}
