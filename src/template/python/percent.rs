//! `'%s of %d' % (a, b)`.

use super::number::{self, Number};
use super::spec::{self, Layout};
use super::types::{self, type_name};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

/// Fills a text's `%` fields from a tuple, a dict or one value.
pub fn format(template: &Value, values: &Value) -> Answer<Value> {
    let text = template.as_str().unwrap_or_default();
    let mut fields = Fields::new(values);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = fields.field(&rest[at + 1..], &mut out)?;
    }
    out.push_str(rest);
    fields.all_used()?;
    Ok(out.into())
}

struct Fields<'v> {
    values: &'v Value,
    items: Vec<Value>,
    used: usize,
    by_name: bool,
}

impl<'v> Fields<'v> {
    fn new(values: &'v Value) -> Fields<'v> {
        let items = match values.data() {
            Data::Tuple(items) => items.to_vec(),
            _ => vec![values.clone()],
        };
        Fields { values, items, used: 0, by_name: false }
    }

    fn next(&mut self) -> Answer<Value> {
        let item = self.items.get(self.used).cloned();
        self.used += 1;
        item.ok_or_else(|| Error::failed("too few values for the fields of the text"))
    }

    fn all_used(&self) -> Answer<()> {
        let keyed =
            self.by_name || matches!(self.values.data(), Data::Dict(_) | Data::Object(_) | Data::List(_));
        match self.used >= self.items.len() || (keyed && self.used == 0) {
            true => Ok(()),
            false => Err(Error::failed("more values than the text has fields")),
        }
    }

    /// Writes one field and gives the text behind it.
    fn field<'t>(&mut self, text: &'t str, out: &mut String) -> Answer<&'t str> {
        let (key, rest) = key(text)?;
        let (mut layout, rest) = self.layout(rest)?;
        let rest = rest.trim_start_matches(['l', 'h', 'L']);
        let Some(kind) = rest.chars().next() else {
            return Err(Error::failed("the text ends inside of a `%` field").hint("a percent sign is `%%`"));
        };
        let rest = &rest[kind.len_utf8()..];
        if kind == '%' {
            out.push('%');
            return Ok(rest);
        }
        let value = match key {
            Some(key) => self.keyed(key)?,
            None => self.next()?,
        };
        layout.kind = Some(kind);
        out.push_str(&converted(&value, layout)?);
        Ok(rest)
    }

    fn keyed(&mut self, key: &str) -> Answer<Value> {
        self.by_name = true;
        let found = match self.values.data() {
            Data::Dict(dict) => dict.get(key),
            Data::Object(object) => object.get(&key.into()),
            _ => return Err(Error::failed("named fields need a dict")),
        };
        found.ok_or_else(|| Error::failed(format!("the dict has no key `{key}`")))
    }

    fn layout<'t>(&mut self, text: &'t str) -> Answer<(Layout, &'t str)> {
        let mut layout = Layout::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next().filter(|char| "-+ 0#".contains(*char)) {
            match flag {
                '-' => layout.align = Some('<'),
                '0' => layout.fill = Some('0'),
                '#' => layout.alternate = true,
                _ if layout.sign != Some('+') => layout.sign = Some(flag),
                _ => {}
            }
            rest = &rest[1..];
        }
        let (width, rest) = self.size(rest)?;
        layout.width = width.unwrap_or(0);
        let Some(rest) = rest.strip_prefix('.') else { return Ok((layout, rest)) };
        let (precision, rest) = self.size(rest)?;
        layout.precision = Some(precision.unwrap_or(0));
        Ok((layout, rest))
    }

    fn size<'t>(&mut self, text: &'t str) -> Answer<(Option<usize>, &'t str)> {
        if let Some(rest) = text.strip_prefix('*') {
            let size = self.next()?.as_int().and_then(|size| usize::try_from(size).ok());
            return Ok((Some(spec::bounded(size.unwrap_or(0))?), rest));
        }
        let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        let size = (end > 0).then(|| text[..end].parse().unwrap_or(usize::MAX));
        Ok((size.map(spec::bounded).transpose()?, &text[end..]))
    }
}

fn key(text: &str) -> Answer<(Option<&str>, &str)> {
    let Some(rest) = text.strip_prefix('(') else { return Ok((None, text)) };
    match rest.split_once(')') {
        Some((key, rest)) => Ok((Some(key), rest)),
        None => Err(Error::failed("the name of a `%` field is not closed")),
    }
}

fn converted(value: &Value, layout: Layout) -> Answer<String> {
    let zeros = layout.fill == Some('0') && layout.align.is_none();
    let text = match layout.kind {
        Some('s') => cut(types::text(value)?, &layout),
        Some('r' | 'a') => cut(types::repr(value)?, &layout),
        Some('c') => character(value)?,
        Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => {
            let layout = if zeros {
                Layout { align: Some('='), ..layout.clone() }
            } else {
                Layout { fill: None, ..layout.clone() }
            };
            return Ok(spec::pad(&spec::integer(&integer(value, &layout)?, &layout), &layout, '>'));
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
            let layout = if zeros {
                Layout { align: Some('='), ..layout.clone() }
            } else {
                Layout { fill: None, ..layout.clone() }
            };
            let number = number::number(value).ok_or_else(|| no_number(value, &layout))?;
            return Ok(spec::pad(&spec::float(number.float(), &layout), &layout, '>'));
        }
        other => {
            let kind = other.unwrap_or(' ');
            let error = Error::failed(format!("`%{kind}` is no field"));
            return Err(error.hint("a percent sign is `%%`"));
        }
    };
    Ok(spec::pad(&text, &Layout { fill: None, ..layout }, '>'))
}

fn cut(text: String, layout: &Layout) -> String {
    match layout.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

fn character(value: &Value) -> Answer<String> {
    if let Some(int) = value.as_int() {
        let char = u32::try_from(int).ok().and_then(char::from_u32);
        return char.map(String::from).ok_or_else(|| Error::failed("`%c` needs the number of a character"));
    }
    match value.as_str() {
        Some(text) if text.chars().count() == 1 => Ok(text.to_owned()),
        _ => Err(Error::failed("`%c` needs a character")),
    }
}

fn integer(value: &Value, layout: &Layout) -> Answer<Number> {
    match number::number(value) {
        Some(Number::Float(float)) if float.is_finite() && matches!(layout.kind, Some('d' | 'i' | 'u')) => {
            Ok(Number::Big(number::truncated(float).unwrap_or_default()))
        }
        Some(Number::Float(_)) | None => Err(no_number(value, layout)),
        Some(number) => Ok(number),
    }
}

fn no_number(value: &Value, layout: &Layout) -> Error {
    let kind = layout.kind.unwrap_or(' ');
    Error::failed(format!("`%{kind}` needs a number, not `{}`", type_name(value)))
}
