//! XML as dicts and back: attributes are `@name`, text beside them `#text`, repeated elements lists.

use crate::template::eval::lazy;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Value};

/// How deep elements may nest.
const DEEPEST: usize = 200;

/// The document as a dict of its root element.
pub fn read(text: &str) -> Answer<Value> {
    let mut reader = Reader { rest: text.trim_start_matches('\u{feff}') };
    reader.skip_prolog()?;
    let (name, value) = reader.element(0)?;
    reader.skip_prolog()?;
    match reader.rest.is_empty() {
        true => Ok([(name, value)].into_iter().collect()),
        false => Err(reader.wrong("something stands behind the root element")),
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn wrong(&self, what: &str) -> Error {
        let near: String = self.rest.chars().take(20).collect();
        Error::failed(format!("the text is no XML: {what}, at `{near}`"))
    }

    fn until(&mut self, end: &str) -> Answer<&'t str> {
        let (before, after) =
            self.rest.split_once(end).ok_or_else(|| self.wrong(&format!("`{end}` is missing")))?;
        self.rest = after;
        Ok(before)
    }

    /// White space, comments, instructions and the document type.
    fn skip_prolog(&mut self) -> Answer<()> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with("<!--") {
                self.until("-->")?;
            } else if self.rest.starts_with("<?") {
                self.until("?>")?;
            } else if self.rest.starts_with("<!DOCTYPE")
                && !self.rest.split('>').next().unwrap_or("").contains('[')
            {
                self.until(">")?;
            } else {
                return Ok(());
            }
        }
    }

    fn element(&mut self, depth: usize) -> Answer<(String, Value)> {
        if depth > DEEPEST {
            return Err(self.wrong("elements nest too deep"));
        }
        self.rest = self.rest.strip_prefix('<').ok_or_else(|| self.wrong("an element was expected"))?;
        let name = self.name()?;
        let mut entries = Map::default();
        self.attributes(&mut entries)?;
        if let Some(rest) = self.rest.strip_prefix("/>") {
            self.rest = rest;
            return Ok((name, finished(entries, "")));
        }
        self.rest = self.rest.strip_prefix('>').ok_or_else(|| self.wrong("`>` is missing"))?;
        let text = self.content(&name, &mut entries, depth)?;
        Ok((name, finished(entries, text.trim())))
    }

    fn name(&mut self) -> Answer<String> {
        let end = self.rest.find(|char: char| char.is_whitespace() || "/>=<".contains(char));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() {
            return Err(self.wrong("a name was expected"));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn attributes(&mut self, entries: &mut Map) -> Answer<()> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with(['>', '/']) {
                return Ok(());
            }
            let name = self.name()?;
            let value = self.rest.trim_start().strip_prefix('=').map(str::trim_start);
            let quote =
                value.and_then(|value| value.chars().next()).filter(|char| matches!(char, '"' | '\''));
            let (Some(value), Some(quote)) = (value, quote) else {
                return Err(self.wrong("an attribute needs a value in quotes"));
            };
            self.rest = &value[1..];
            let value = self.until(&quote.to_string())?;
            entries.insert(format!("@{name}").into(), self.unescaped(value)?.into());
        }
    }

    /// Children and text up to the closing tag.
    fn content(&mut self, name: &str, entries: &mut Map, depth: usize) -> Answer<String> {
        let mut text = String::new();
        loop {
            let at = self.rest.find('<').ok_or_else(|| self.wrong(&format!("`</{name}>` is missing")))?;
            text.push_str(&self.unescaped(&self.rest[..at])?);
            self.rest = &self.rest[at..];
            if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                let closed = self.until(">")?.trim();
                return if closed == name {
                    Ok(text)
                } else {
                    Err(self.wrong(&format!("`</{name}>` was expected")))
                };
            }
            if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                text.push_str(self.until("]]>")?);
            } else if self.rest.starts_with("<!--") {
                self.until("-->")?;
            } else if self.rest.starts_with("<?") {
                self.until("?>")?;
            } else {
                let (child, value) = self.element(depth + 1)?;
                add(entries, child, value);
            }
        }
    }

    fn unescaped(&self, text: &str) -> Answer<String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let (entity, after) = after.split_once(';').ok_or_else(|| self.wrong("`&` stands alone"))?;
            out.push(character(entity).ok_or_else(|| self.wrong(&format!("`&{entity};` is unknown")))?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let code = entity.strip_prefix('#')?;
            let code = match code.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => code.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// Adds a child; the second of a name makes a list.
fn add(entries: &mut Map, name: String, value: Value) {
    let key = Value::from(name);
    let value = match entries.get(&key) {
        None => value,
        Some(before) => match before.as_items() {
            Some(items) => Value::list(items.iter().cloned().chain([value]).collect()),
            None => Value::list(vec![before.clone(), value]),
        },
    };
    entries.insert(key, value);
}

fn finished(mut entries: Map, text: &str) -> Value {
    match (entries.is_empty(), text.is_empty()) {
        (true, true) => Value::none(),
        (true, false) => text.into(),
        (false, empty) => {
            if !empty {
                entries.insert("#text".into(), text.into());
            }
            Value::dict(entries)
        }
    }
}

/// A dict of one element as a document, indented by a text.
pub fn write(value: &Value, indent: &str) -> Answer<String> {
    let entries = lazy::entries(value).unwrap_or_default();
    let (Some((name, root)), 1) = (entries.iter().next(), entries.len()) else {
        return Err(Error::failed("`to_xml` needs a dict with one key: the root element"));
    };
    let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned();
    element(&mut out, &types::text(name)?, root, (indent, 0))?;
    out.pop();
    Ok(out)
}

fn element(out: &mut String, name: &str, value: &Value, at: (&str, usize)) -> Answer<()> {
    if let (Data::List(_) | Data::Tuple(_), Some(items)) = (value.data(), value.as_items()) {
        return items.iter().try_for_each(|item| element(out, name, item, at));
    }
    let (indent, depth) = at;
    let entries = lazy::entries(value).unwrap_or_default();
    let (mut attributes, mut children, mut text) = (String::new(), String::new(), String::new());
    for (key, value) in entries.iter() {
        match types::text(key)?.as_str() {
            "#text" => text = escaped(&shown(value)?),
            key => match key.strip_prefix('@') {
                Some(name) => {
                    attributes += &format!(" {name}=\"{}\"", escaped(&shown(value)?).replace('"', "&quot;"))
                }
                None => element(&mut children, key, value, (indent, depth + 1))?,
            },
        }
    }
    if entries.is_empty() {
        text = escaped(&shown(value)?);
    }
    let blanks = indent.repeat(depth);
    let inner = match children.is_empty() {
        true => text,
        false => format!("\n{children}{}{text}", if text.is_empty() { &blanks } else { "" }),
    };
    out.push_str(&format!("{blanks}<{name}{attributes}>{inner}</{name}>\n"));
    Ok(())
}

fn shown(value: &Value) -> Answer<String> {
    match value.data() {
        Data::None => Ok(String::new()),
        Data::Dict(_) => Ok(String::new()),
        Data::Bool(bool) => Ok(bool.to_string()),
        _ => types::text(value),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
