//! YAML as PyYAML dumps it, byte for byte.

use crate::template::eval::lazy;
use crate::template::filters::order;
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Kind, Map, Value, float_repr};
use crate::yaml::{Emitter, Layout};

/// Writes a document.
///
/// # Errors
/// If something in it is undefined or has no form in YAML.
pub fn write(value: &Value, layout: &Layout) -> Answer<String> {
    let mut writer = Writer { emitter: Emitter::new(layout) };
    if layout.explicit_start {
        writer.emitter.indicator("---", true, false, false);
    }
    writer.node(value, Place::Root)?;
    let mut emitter = writer.emitter;
    emitter.indent = None;
    emitter.write_indent();
    if layout.explicit_end {
        emitter.indicator("...", true, false, false);
        emitter.write_indent();
    }
    Ok(emitter.out)
}

/// Writes a document whose collections stand in blocks, with sorted keys.
///
/// # Errors
/// As [`write`].
pub fn in_blocks(value: &Value) -> Answer<String> {
    write(value, &Layout { flow: Some(false), ..Layout::default() })
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Key,
    Value,
}

struct Writer<'l> {
    emitter: Emitter<'l>,
}

impl Writer<'_> {
    fn node(&mut self, value: &Value, place: Place) -> Answer<()> {
        if let Some(entries) = lazy::entries(value) {
            return self.mapping(&entries);
        }
        let is_list = match value.data() {
            Data::List(_) | Data::Tuple(_) => true,
            Data::Object(object) => object.kind() == Kind::Sequence,
            _ => false,
        };
        if is_list {
            return self.sequence(&iterate::items(value)?, place);
        }
        let (text, is_text) = scalar(value)?;
        self.emitter.scalar(&text, is_text, place == Place::Key);
        Ok(())
    }

    fn in_flow<'v>(&self, mut children: impl Iterator<Item = &'v Value>, empty: bool) -> bool {
        let flow = self.emitter.layout.flow.unwrap_or_else(|| children.all(is_plain_scalar));
        self.emitter.flow_level > 0 || empty || flow
    }

    fn sequence(&mut self, items: &[Value], place: Place) -> Answer<()> {
        if self.in_flow(items.iter(), items.is_empty()) {
            return self.flow_sequence(items);
        }
        let indentless = place == Place::Value && !self.emitter.at_indention();
        let outer = self.emitter.deeper(false, indentless);
        for item in items {
            self.emitter.write_indent();
            self.emitter.indicator("-", true, false, true);
            self.node(item, Place::Item)?;
        }
        self.emitter.indent = outer;
        Ok(())
    }

    fn mapping(&mut self, entries: &Map) -> Answer<()> {
        let keys = self.keys(entries)?;
        if self.in_flow(entries.iter().flat_map(|(key, value)| [key, value]), keys.is_empty()) {
            return self.flow_mapping(&keys, entries);
        }
        let outer = self.emitter.deeper(false, false);
        for key in &keys {
            self.emitter.write_indent();
            self.entry(key, entries.get(key).unwrap_or(&Value::none()))?;
        }
        self.emitter.indent = outer;
        Ok(())
    }

    fn keys(&self, entries: &Map) -> Answer<Vec<Value>> {
        let mut keys: Vec<Value> = entries.keys().cloned().collect();
        if self.emitter.layout.sort_keys {
            let mut sorted = keys.clone();
            // Keys that have no order, as text and a boolean, stay as they are.
            if order::sort(&mut sorted, false, |key| Ok(key.clone())).is_ok() {
                keys = sorted;
            }
        }
        Ok(keys)
    }

    fn entry(&mut self, key: &Value, value: &Value) -> Answer<()> {
        let (text, _) = scalar(key)?;
        if self.emitter.is_simple_key(&text) {
            self.node(key, Place::Key)?;
            self.emitter.indicator(":", false, false, false);
        } else if self.emitter.flow_level > 0 {
            self.emitter.indicator("?", true, false, false);
            self.node(key, Place::Item)?;
            if self.emitter.is_wide() {
                self.emitter.write_indent();
            }
            self.emitter.indicator(":", true, false, false);
        } else {
            self.emitter.indicator("?", true, false, true);
            self.node(key, Place::Item)?;
            self.emitter.write_indent();
            self.emitter.indicator(":", true, false, true);
        }
        self.node(value, Place::Value)
    }

    fn flow_sequence(&mut self, items: &[Value]) -> Answer<()> {
        self.emitter.indicator("[", true, true, false);
        let outer = self.flow_begin();
        for (index, item) in items.iter().enumerate() {
            self.flow_separate(index);
            self.node(item, Place::Item)?;
        }
        self.flow_end("]", outer);
        Ok(())
    }

    fn flow_mapping(&mut self, keys: &[Value], entries: &Map) -> Answer<()> {
        self.emitter.indicator("{", true, true, false);
        let outer = self.flow_begin();
        for (index, key) in keys.iter().enumerate() {
            self.flow_separate(index);
            self.entry(key, entries.get(key).unwrap_or(&Value::none()))?;
        }
        self.flow_end("}", outer);
        Ok(())
    }

    fn flow_begin(&mut self) -> Option<usize> {
        self.emitter.flow_level += 1;
        self.emitter.deeper(true, false)
    }

    fn flow_separate(&mut self, index: usize) {
        if index > 0 {
            self.emitter.indicator(",", false, false, false);
        }
        if self.emitter.is_wide() {
            self.emitter.write_indent();
        }
    }

    fn flow_end(&mut self, bracket: &str, outer: Option<usize>) {
        self.emitter.indent = outer;
        self.emitter.flow_level -= 1;
        self.emitter.indicator(bracket, false, false, false);
    }
}

fn is_plain_scalar(value: &Value) -> bool {
    !matches!(value.data(), Data::List(_) | Data::Tuple(_) | Data::Dict(_) | Data::Object(_))
}

/// The text of a scalar, and whether it must be read as text again.
fn scalar(value: &Value) -> Answer<(String, bool)> {
    Ok(match value.data() {
        Data::None | Data::Omit => ("null".into(), false),
        Data::Bool(bool) => (if *bool { "true" } else { "false" }.into(), false),
        Data::Float(float) => (float_text(*float), false),
        Data::Text(text) => (text.to_string(), true),
        Data::Int(_) | Data::Big(_) => (types::text(value)?, false),
        Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
        Data::Object(object) if object.kind() == Kind::Plain => (object.text(), false),
        _ => return Err(Error::failed(format!("`{}` has no form in YAML", types::type_name(value)))),
    })
}

fn float_text(float: f64) -> String {
    match float {
        _ if float.is_nan() => ".nan".into(),
        f64::INFINITY => ".inf".into(),
        f64::NEG_INFINITY => "-.inf".into(),
        _ => {
            let text = float_repr(float);
            // YAML 1.1 needs a point to see a float.
            if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
        }
    }
}
