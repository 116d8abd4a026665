//! Text: case, white space, replacement.

use super::Table;
use crate::template::eval::{Args, Call};
use crate::template::python::{iterate, number, percent, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("upper", |call| Ok(whole(call)?.to_uppercase().into())),
    ("lower", |call| Ok(whole(call)?.to_lowercase().into())),
    ("string", |call| Ok(whole(call)?.into())),
    ("capitalize", |call| method(call, "capitalize")),
    ("title", |call| Ok(title(&whole(call)?).into())),
    ("trim", trim),
    ("replace", replace),
    ("format", format),
    ("center", center),
    ("indent", indent),
    ("truncate", truncate),
    ("wordcount", |call| Ok(words(&whole(call)?).into())),
    ("filesizeformat", file_size),
    ("pprint", |call| Ok(types::repr(&call.only()?)?.into())),
    ("split", |call| method(call, "split")),
];

/// The value as text, when there are no other arguments.
pub fn whole(call: &mut Call) -> Answer<String> {
    types::text(&call.only()?)
}

/// A filter that is the method of the same name.
fn method(call: &mut Call, name: &str) -> Answer<Value> {
    let text: std::sync::Arc<str> = types::text(&call.first())?.into();
    let args = std::mem::take(&mut call.args);
    let part = call.part;
    crate::template::methods::text_method(&text, &mut Call { ev: &mut *call.ev, name, args, part })
}

/// Words start after white space, hyphens and opening brackets.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at_start = true;
    for char in text.chars() {
        match at_start {
            true => out.extend(char.to_uppercase()),
            false => out.extend(char.to_lowercase()),
        }
        at_start = char.is_whitespace() || matches!(char, '-' | '(' | '{' | '[' | '<');
    }
    out
}

fn trim(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "chars"])?;
    let text = args.text("value")?;
    Ok(match args.some("chars") {
        Some(chars) => {
            let chars = types::text(chars)?;
            text.trim_matches(|char| chars.contains(char)).into()
        }
        None => text.trim().into(),
    })
}

fn replace(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "old", "new", "count"])?;
    let (text, old, new) = (args.text("value")?, args.text("old")?, args.text("new")?);
    Ok(match args.int("count")?.map(usize::try_from) {
        Some(Ok(count)) => text.replacen(&old, &new, count).into(),
        _ => text.replace(&old, &new).into(),
    })
}

fn format(call: &mut Call) -> Answer<Value> {
    let text: Value = types::text(&call.first())?.into();
    let Args { positional, keyword } = std::mem::take(&mut call.args);
    let values = match (positional.is_empty(), keyword.is_empty()) {
        (false, false) => return Err(Error::failed("`format` takes values or named values, not both")),
        (true, false) => {
            Value::dict(keyword.into_iter().map(|(name, value)| (Value::text(name), value)).collect())
        }
        _ => Value::tuple(positional),
    };
    percent::format(&text, &values)
}

fn center(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "width"])?;
    let width = args.int_or("width", 80)?;
    let inner = Args::of(vec![width.into()]);
    let text = args.text("value")?.into();
    let part = call.part;
    crate::template::methods::text_method(
        &text,
        &mut Call { ev: &mut *call.ev, name: "center", args: inner, part },
    )
}

fn indent(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "width", "first", "blank"])?;
    let width = args.given("width").cloned().unwrap_or_else(|| 4_i64.into());
    let indent = match width.data() {
        Data::Text(text) => text.to_string(),
        _ => {
            let width = usize::try_from(args.int_or("width", 4)?).unwrap_or(0);
            " ".repeat(crate::template::python::spec::bounded(width)?)
        }
    };
    let (first, blank) = (args.bool_or("first", false)?, args.bool_or("blank", false)?);
    let text = args.exact_text("value")? + "\n";
    let lines = crate::template::methods::lines(&text, false);
    let shown = |(index, line): (usize, &&str)| match index == 0 {
        true => (*line).to_owned(),
        false if line.is_empty() && !blank => String::new(),
        false => format!("{indent}{line}"),
    };
    let body = lines.iter().enumerate().map(shown).collect::<Vec<_>>().join("\n");
    Ok(if first { format!("{indent}{body}") } else { body }.into())
}

fn truncate(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "length", "killwords", "end", "leeway"])?;
    let value = args.value("value")?;
    let (text, end) = (types::text(&value)?, args.text_or("end", "...")?);
    let length = usize::try_from(args.int_or("length", 255)?).unwrap_or(0);
    let leeway = usize::try_from(args.int_or("leeway", 5)?).unwrap_or(0);
    let end_length = end.chars().count();
    if length < end_length {
        return Err(Error::failed(format!("`length` of `truncate` must be at least {end_length}")));
    }
    // A short list stays a list.
    if iterate::length(&value)? <= length + leeway {
        return Ok(value);
    }
    let cut: String = text.chars().take(length - end_length).collect();
    let kept = match args.bool_or("killwords", false)? {
        true => &cut[..],
        false => cut.rsplit_once(' ').map_or(&cut[..], |(kept, _)| kept),
    };
    Ok(format!("{kept}{end}").into())
}

/// The number of runs of word characters.
fn words(text: &str) -> usize {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    text.split(|char| !is_word(char)).filter(|word| !word.is_empty()).count()
}

fn file_size(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "binary"])?;
    let binary = args.bool_or("binary", false)?;
    let value = args.value("value")?;
    let bytes = match value.as_str() {
        Some(text) => number::parse_float(text),
        None => number::number(&value).map(|number| number.float()),
    };
    let bytes = bytes.ok_or_else(|| args.wrong("value", "a number", &value))?;
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if bytes == 1.0 {
        return Ok("1 Byte".into());
    }
    if bytes < base {
        return Ok(format!("{} Bytes", bytes.trunc()).into());
    }
    let units = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    let mut unit = base;
    let mut index = 0;
    while index + 1 < units.len() && bytes >= unit * base {
        unit *= base;
        index += 1;
    }
    let prefix = units.get(index).copied().unwrap_or("Y");
    let prefix = if binary { format!("{}i", prefix.to_uppercase()) } else { prefix.to_owned() };
    Ok(format!("{:.1} {prefix}B", bytes / unit).into())
}
