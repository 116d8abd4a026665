//! `'{0.name:>10}'.format(...)`.

use super::number::{self, Number};
use super::spec::{self, Layout};
use super::types::{self, type_name};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

/// Where the fields of a text get their values.
pub struct Source<'v> {
    pub positional: &'v [Value],
    pub named: &'v dyn Fn(&str) -> Option<Value>,
    /// `.name` and `[key]` of a value.
    pub part: &'v mut dyn FnMut(&Value, &str, bool) -> Answer<Value>,
}

/// Fills the fields of a text.
pub fn format(template: &str, source: &mut Source) -> Answer<String> {
    let mut next = 0;
    fill(template, source, &mut next, 0)
}

fn fill(template: &str, source: &mut Source, next: &mut usize, depth: u32) -> Answer<String> {
    if depth > 2 {
        return Err(Error::failed("fields nest too deep"));
    }
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let (brace, tail) = rest[at..].split_at(1);
        if let Some(tail) = tail.strip_prefix(brace) {
            out.push_str(brace);
            rest = tail;
            continue;
        }
        if brace == "}" {
            return Err(Error::failed("a single `}` in the text of `format`").hint("a brace is `}}`"));
        }
        let end = closing(tail).ok_or_else(|| Error::failed("a field of `format` is not closed"))?;
        out.push_str(&field(&tail[..end], source, next, depth)?);
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the brace that closes a field is.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn field(field: &str, source: &mut Source, next: &mut usize, depth: u32) -> Answer<String> {
    let end = name_end(field);
    let (name, rest) = field.split_at(end);
    let (conversion, rest) = match rest.strip_prefix('!') {
        Some(rest) => (rest.chars().next(), rest.get(1..).unwrap_or("")),
        None => (None, rest),
    };
    let layout = rest.strip_prefix(':').unwrap_or("");
    let mut value = lookup(name, source, next)?;
    match conversion {
        None => {}
        Some('s') => value = types::text(&value)?.into(),
        Some('r' | 'a') => value = types::repr(&value)?.into(),
        Some(other) => return Err(Error::failed(format!("`!{other}` is no conversion"))),
    }
    let layout =
        if layout.contains('{') { fill(layout, source, next, depth + 1)? } else { layout.to_owned() };
    format_value(&value, &layout)
}

/// Where the name of a field ends: `:` and `!` in brackets belong to it.
fn name_end(field: &str) -> usize {
    let mut inside = false;
    for (at, byte) in field.bytes().enumerate() {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            b':' | b'!' if !inside => return at,
            _ => {}
        }
    }
    field.len()
}

fn lookup(name: &str, source: &mut Source, next: &mut usize) -> Answer<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut value = match first.parse::<usize>() {
        Ok(index) => positional(source, index)?,
        Err(_) if first.is_empty() => {
            *next += 1;
            positional(source, *next - 1)?
        }
        Err(_) => {
            (source.named)(first).ok_or_else(|| Error::failed(format!("`format` was given no `{first}`")))?
        }
    };
    while !rest.is_empty() {
        let is_item = rest.starts_with('[');
        let tail = &rest[1..];
        let end = if is_item { tail.find(']') } else { tail.find(['.', '[']) }.unwrap_or(tail.len());
        value = (source.part)(&value, &tail[..end], is_item)?;
        rest = tail.get(end + usize::from(is_item)..).unwrap_or("");
    }
    Ok(value)
}

fn positional(source: &Source, index: usize) -> Answer<Value> {
    let given = source.positional.len();
    source.positional.get(index).cloned().ok_or_else(|| {
        Error::failed(format!("the text has a field {index}, but `format` was given {given} values"))
    })
}

/// Python's `format(value, layout)`.
pub fn format_value(value: &Value, layout: &str) -> Answer<String> {
    if layout.is_empty() {
        return types::text(value);
    }
    if let Data::Object(object) = value.data()
        && let Some(shown) = super::datetime::formatted(object, layout)
    {
        return Ok(shown);
    }
    let layout = parse(layout).ok_or_else(|| Error::failed(format!("`{layout}` is no layout")))?;
    spec::bounded(layout.width.max(layout.precision.unwrap_or(0)))?;
    match value.data() {
        Data::Bool(bool) if layout.kind.is_none() => {
            Ok(spec::pad(if *bool { "True" } else { "False" }, &layout, '<'))
        }
        _ => match number::number(value) {
            Some(number) => formatted_number(&number, &layout),
            None => formatted_text(value, &layout),
        },
    }
}

fn formatted_text(value: &Value, layout: &Layout) -> Answer<String> {
    if !matches!(value.data(), Data::Text(_)) || !matches!(layout.kind, None | Some('s')) {
        return Err(Error::failed(format!("`{}` cannot be laid out so", type_name(value))));
    }
    let text = types::text(value)?;
    let cut = match layout.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    };
    Ok(spec::pad(&cut, layout, '<'))
}

fn formatted_number(number: &Number, layout: &Layout) -> Answer<String> {
    let as_float = matches!(layout.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%'));
    let text = match (number, layout.kind) {
        (Number::Float(_), None) => spec::float(number.float(), layout),
        _ if as_float => spec::float(number.float(), layout),
        (Number::Float(_), Some(kind)) => {
            return Err(Error::failed(format!("a float cannot be laid out as `{kind}`")));
        }
        (Number::Int(code), Some('c')) => {
            let char = u32::try_from(*code).ok().and_then(char::from_u32);
            char.map(String::from).ok_or_else(|| Error::failed("`c` needs the number of a character"))?
        }
        (_, None | Some('d' | 'n' | 'b' | 'o' | 'x' | 'X')) => {
            spec::integer(number, &Layout { precision: None, ..layout.clone() })
        }
        (_, Some(kind)) => return Err(Error::failed(format!("an integer cannot be laid out as `{kind}`"))),
    };
    Ok(spec::pad(&text, layout, '>'))
}

/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`
fn parse(text: &str) -> Option<Layout> {
    let mut layout = Layout::default();
    let mut chars: Vec<char> = text.chars().rev().collect();
    let is_align = |char: Option<&char>| char.is_some_and(|char| "<>^=".contains(*char));
    if chars.len() > 1 && is_align(chars.get(chars.len() - 2)) {
        layout.fill = chars.pop();
    }
    if is_align(chars.last()) {
        layout.align = chars.pop();
    }
    if chars.last().is_some_and(|char| "+- ".contains(*char)) {
        layout.sign = chars.pop();
    }
    layout.alternate = take(&mut chars, '#');
    if take(&mut chars, '0') && layout.fill.is_none() {
        layout.fill = Some('0');
        layout.align = layout.align.or(Some('='));
    }
    layout.width = digits(&mut chars).unwrap_or(0);
    if chars.last().is_some_and(|char| ",_".contains(*char)) {
        layout.grouping = chars.pop();
    }
    if take(&mut chars, '.') {
        layout.precision = Some(digits(&mut chars)?);
    }
    layout.kind = chars.pop();
    chars.is_empty().then_some(layout)
}

fn take(chars: &mut Vec<char>, wanted: char) -> bool {
    let found = chars.last() == Some(&wanted);
    if found {
        chars.pop();
    }
    found
}

fn digits(chars: &mut Vec<char>) -> Option<usize> {
    let mut number = None;
    while let Some(digit) = chars.last().and_then(|char| char.to_digit(10)) {
        chars.pop();
        number = Some(number.unwrap_or(0_usize).saturating_mul(10).saturating_add(digit as usize));
    }
    number
}
