//! Values as Python prints them: `str()` and `repr()`.

use super::{Data, Kind, Map, Object, Promise, Undefined, Value};
use std::fmt;
use std::sync::Arc;

/// What stands in a value and cannot be printed.
#[derive(Clone, Debug)]
pub enum Unprintable {
    Undefined(Arc<Undefined>),
    Pending(Arc<Promise>),
}

type Printed = Result<(), Unprintable>;

impl Value {
    /// As Python's `str()` shows it.
    ///
    /// # Errors
    /// If something undefined or pending is in it.
    pub fn str(&self) -> Result<String, Unprintable> {
        let mut out = String::new();
        self.write_str(&mut out)?;
        Ok(out)
    }

    /// As Python's `repr()` shows it.
    ///
    /// # Errors
    /// If something undefined or pending is in it.
    pub fn repr(&self) -> Result<String, Unprintable> {
        let mut out = String::new();
        self.write_repr(&mut out)?;
        Ok(out)
    }

    /// Appends what `str()` shows.
    ///
    /// # Errors
    /// If something undefined or pending is in it.
    pub fn write_str(&self, out: &mut String) -> Printed {
        match self.data() {
            Data::Text(text) => out.push_str(text),
            Data::Undefined(undefined) if undefined.is_no_choice() => {}
            _ => self.write_repr(out)?,
        }
        Ok(())
    }

    fn write_repr(&self, out: &mut String) -> Printed {
        match self.data() {
            Data::Undefined(undefined) => return Err(Unprintable::Undefined(undefined.clone())),
            Data::Promise(promise) => match promise.value() {
                Some(value) => return value.write_repr(out),
                None => return Err(Unprintable::Pending(promise.clone())),
            },
            Data::None => out.push_str("None"),
            Data::Omit => out.push_str("<<Omit>>"),
            Data::Bool(true) => out.push_str("True"),
            Data::Bool(false) => out.push_str("False"),
            Data::Int(int) => push(out, int),
            Data::Big(big) => push(out, big),
            Data::Float(float) => out.push_str(&float_repr(*float)),
            Data::Text(text) => write_text_repr(out, text),
            Data::List(list) => write_items(out, &list.items(), ("[", "]"))?,
            Data::Tuple(items) if items.len() == 1 => write_items(out, items, ("(", ",)"))?,
            Data::Tuple(items) => write_items(out, items, ("(", ")"))?,
            Data::Dict(dict) => write_entries(out, &dict.entries())?,
            Data::Object(object) => write_object(out, object.as_ref())?,
        }
        Ok(())
    }
}

fn push(out: &mut String, shown: &dyn fmt::Display) {
    use fmt::Write;
    let _ = write!(out, "{shown}");
}

fn write_items(out: &mut String, items: &[Value], (open, close): (&str, &str)) -> Printed {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        item.write_repr(out)?;
    }
    out.push_str(close);
    Ok(())
}

fn write_entries(out: &mut String, entries: &Map) -> Printed {
    out.push('{');
    for (index, (key, value)) in entries.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        key.write_repr(out)?;
        out.push_str(": ");
        value.write_repr(out)?;
    }
    out.push('}');
    Ok(())
}

fn write_object(out: &mut String, object: &dyn Object) -> Printed {
    match object.kind() {
        Kind::Mapping => {
            let entry = |key: Value| object.get(&key).map(|value| (key, value));
            write_entries(out, &object.items().into_iter().filter_map(entry).collect())
        }
        Kind::Sequence => write_items(out, &object.items(), ("[", "]")),
        Kind::Plain | Kind::Callable => {
            out.push_str(&object.text());
            Ok(())
        }
    }
}

/// Text in quotes: single ones, unless double ones save an escape.
fn write_text_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if char == quote => out.extend(['\\', quote]),
            ' '..='~' => out.push(char),
            _ if is_printable(char) => out.push(char),
            _ => write_escape(out, char),
        }
    }
    out.push(quote);
}

fn write_escape(out: &mut String, char: char) {
    let code = u32::from(char);
    out.push_str(&match code {
        0..0x100 => format!("\\x{code:02x}"),
        0x100..0x10000 => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    });
}

/// Python's `str.isprintable` for one character.
pub fn is_printable(char: char) -> bool {
    match char {
        ' '..='~' => true,
        // After a letter, so that a combining mark is judged by itself.
        _ => !char.is_whitespace() && format!("{:?}", format!("a{char}")).len() == 3 + char.len_utf8(),
    }
}

/// The shortest text that reads back as the same float, in Python's layout.
pub fn float_repr(float: f64) -> String {
    if float.is_nan() {
        return "nan".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.into();
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{float:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

impl fmt::Display for Value {
    /// As `str()` shows it. What is undefined or pending is shown by name rather than refused:
    /// for messages, not for results.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.str() {
            Ok(text) => f.write_str(&text),
            Err(Unprintable::Undefined(undefined)) => write!(f, "<undefined {}>", undefined.name),
            Err(Unprintable::Pending(_)) => f.write_str("<not yet known>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_shown_as_python_shows_them() {
        let shown = [1.0, 1e16, 1e15, 0.0001, 0.00001, 1.5e-7, 1e22, 123456.789, -0.0];
        let expected = ["1.0", "1e+16", "1000000000000000.0", "0.0001", "1e-05", "1.5e-07", "1e+22"];
        let texts: Vec<String> = shown.iter().map(|float| float_repr(*float)).collect();
        assert_eq!(texts[..7], expected);
        assert_eq!(texts[7..], ["123456.789", "-0.0"]);
    }

    #[test]
    fn containers_show_their_items_quoted() {
        let entries: Map = [(Value::from("k'"), Value::tuple(vec![Value::from(1_i64)]))].into();
        let value = Value::list(vec![Value::from("a\n\u{7f}é"), Value::none(), entries.into()]);
        assert_eq!(value.to_string(), "['a\\n\\x7fé', None, {\"k'\": (1,)}]");
    }

    #[test]
    fn undefined_is_not_printed() {
        let value = Value::list(vec![Value::undefined("x", crate::source::Span::NONE)]);
        assert!(value.str().is_err());
    }
}
