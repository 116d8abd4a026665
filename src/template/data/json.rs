//! JSON as Python's `json.dumps` writes it.

use crate::template::eval::lazy;
use crate::template::filters::order;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Data, Kind, Map, Value, float_repr};

/// How JSON is laid out.
#[derive(Clone)]
pub struct Layout {
    /// Blanks or other text a level; none for one line.
    pub indent: Option<String>,
    pub sort_keys: bool,
    /// Whether all but ASCII is escaped.
    pub ascii: bool,
    pub separators: (String, String),
    pub skip_keys: bool,
}

impl Default for Layout {
    fn default() -> Layout {
        let separators = (", ".to_owned(), ": ".to_owned());
        Layout { indent: None, sort_keys: false, ascii: true, separators, skip_keys: false }
    }
}

impl Layout {
    /// Indented by a number of blanks.
    pub fn indented(indent: String) -> Layout {
        let separators = (",".to_owned(), ": ".to_owned());
        Layout { indent: Some(indent), separators, ..Layout::default() }
    }
}

/// Writes a value.
///
/// # Errors
/// If something in it is undefined or has no form in JSON.
pub fn write(value: &Value, layout: &Layout) -> Answer<String> {
    let mut writer = Writer { out: String::new(), layout, depth: 0 };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'l> {
    out: String,
    layout: &'l Layout,
    depth: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Answer<()> {
        match value.data() {
            Data::None => self.out.push_str("null"),
            Data::Bool(bool) => self.out.push_str(if *bool { "true" } else { "false" }),
            Data::Int(_) | Data::Big(_) => self.out.push_str(&types::text(value)?),
            Data::Float(float) => self.out.push_str(&float_text(*float)),
            Data::Text(text) => write_text(&mut self.out, text, self.layout.ascii),
            Data::List(list) => self.items(&list.items())?,
            Data::Tuple(items) => self.items(items)?,
            Data::Dict(dict) => self.entries(&dict.entries())?,
            Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
            Data::Promise(promise) => match promise.value() {
                Some(value) => self.value(value)?,
                None => return Err(Error::Pending(promise.clone())),
            },
            Data::Omit => self.out.push_str("null"),
            Data::Object(object) => match object.kind() {
                Kind::Mapping => self.entries(&lazy::entries(value).unwrap_or_default())?,
                Kind::Sequence => self.items(&object.items())?,
                Kind::Plain => write_text(&mut self.out, &object_text(value), self.layout.ascii),
                Kind::Callable => {
                    return Err(Error::failed(format!("`{}` has no form in JSON", types::type_name(value))));
                }
            },
        }
        Ok(())
    }

    fn items(&mut self, items: &[Value]) -> Answer<()> {
        let kept: Vec<&Value> = items.iter().filter(|item| !item.is_omit()).collect();
        if kept.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.open('[');
        for (index, item) in kept.into_iter().enumerate() {
            self.separate(index);
            self.value(item)?;
        }
        self.close(']');
        Ok(())
    }

    fn entries(&mut self, entries: &Map) -> Answer<()> {
        let mut keys: Vec<Value> =
            entries.iter().filter(|(_, value)| !value.is_omit()).map(|(key, _)| key.clone()).collect();
        if self.layout.sort_keys {
            sort_keys(&mut keys)?;
        }
        if keys.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.open('{');
        for (index, key) in keys.iter().enumerate() {
            self.separate(index);
            write_text(&mut self.out, &key_text(key)?, self.layout.ascii);
            self.out.push_str(&self.layout.separators.1);
            self.value(entries.get(key).unwrap_or(&Value::none()))?;
        }
        self.close('}');
        Ok(())
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push_str(&self.layout.separators.0);
        }
        self.line();
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.line();
        self.out.push(bracket);
    }

    fn line(&mut self) {
        if let Some(indent) = &self.layout.indent {
            self.out.push('\n');
            self.out.push_str(&indent.repeat(self.depth));
        }
    }
}

fn object_text(value: &Value) -> String {
    match crate::template::python::datetime::known::<crate::template::python::datetime::Moment>(value) {
        Some(moment) => moment.iso('T'),
        None => value.to_string(),
    }
}

/// Keys in order; where they have none, as Ansible sorts them: by their text.
fn sort_keys(keys: &mut Vec<Value>) -> Answer<()> {
    let mut sorted = keys.clone();
    match order::sort(&mut sorted, false, |key| Ok(key.clone())) {
        Ok(()) => *keys = sorted,
        Err(_) => order::sort(keys, false, |key| Ok(types::text(key)?.into()))?,
    }
    Ok(())
}

fn key_text(key: &Value) -> Answer<String> {
    Ok(match key.data() {
        Data::Text(text) => text.to_string(),
        Data::None => "null".into(),
        Data::Bool(bool) => if *bool { "true" } else { "false" }.into(),
        Data::Float(float) => float_text(*float),
        Data::Int(_) | Data::Big(_) => types::text(key)?,
        _ => return Err(Error::failed(format!("`{}` cannot be a key in JSON", types::type_name(key)))),
    })
}

fn float_text(float: f64) -> String {
    match float {
        _ if float.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        _ => float_repr(float),
    }
}

/// Appends text in quotes.
pub fn write_text(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x00'..='\x1f' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            ' '..='~' => out.push(char),
            _ if ascii => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}
