//! Methods of text.

use super::super::python::{format, types};
use super::bytes;
use super::text_split as split;
use super::translation;
use crate::template::eval::{Bound, Call};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};
use std::sync::Arc;

pub const NAMES: [&str; 48] = [
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "decode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

/// Calls a method of a text.
pub fn call(text: &Arc<str>, call: &mut Call) -> Answer<Value> {
    let name = call.name;
    match name {
        "lower" | "casefold" => Ok(text.to_lowercase().into()),
        "upper" => Ok(text.to_uppercase().into()),
        "capitalize" => Ok(capitalize(text).into()),
        "title" => Ok(title(text).into()),
        "swapcase" => Ok(swapcase(text).into()),
        "strip" | "lstrip" | "rstrip" => strip(text, call),
        "split" | "rsplit" => split::split(text, call),
        "splitlines" => split::split_lines(text, call),
        "partition" | "rpartition" => split::partition(text, call),
        "join" => join(text, call),
        "replace" => replace(text, call),
        "startswith" | "endswith" => affix(text, call),
        "removeprefix" | "removesuffix" => remove_affix(text, call),
        "find" | "rfind" | "index" | "rindex" | "count" => find(text, call),
        "center" | "ljust" | "rjust" | "zfill" => justify(text, call),
        "format" | "format_map" => formatted(text, call),
        "expandtabs" => Ok(expand_tabs(text, call.bind(&["tabsize"])?.int_or("tabsize", 8)?).into()),
        "encode" => bytes::encode(text, call),
        "decode" => Ok(Value::text(text.clone())),
        "maketrans" => translation::table(call),
        "translate" => translation::translated(text, call),
        _ => predicate(text, name).map(Value::from),
    }
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

/// Every run of letters with a capital first.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for char in text.chars() {
        match inside {
            true => out.extend(char.to_lowercase()),
            false => out.extend(char.to_uppercase()),
        }
        inside = char.is_alphabetic();
    }
    out
}

fn swapcase(text: &str) -> String {
    let swap = |char: char| match char.is_uppercase() {
        true => char.to_lowercase().collect::<String>(),
        false => char.to_uppercase().collect(),
    };
    text.chars().map(swap).collect()
}

fn strip(text: &str, call: &mut Call) -> Answer<Value> {
    let name = call.name;
    let args = call.bind(&["chars"])?;
    let chars = args.some("chars").map(types::text).transpose()?;
    let goes = |char: char| match &chars {
        Some(chars) => chars.contains(char),
        None => char.is_whitespace(),
    };
    Ok(match name {
        "strip" => text.trim_matches(goes),
        "lstrip" => text.trim_start_matches(goes),
        _ => text.trim_end_matches(goes),
    }
    .into())
}

fn join(text: &str, call: &mut Call) -> Answer<Value> {
    let items = call.bind(&["iterable"])?.items("iterable")?;
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        let item = match item.data() {
            Data::Text(item) => item,
            Data::Undefined(undefined) => return Err(Error::undefined(undefined)),
            _ => {
                let what = types::type_name(item);
                let error = Error::failed(format!("`join` needs text, but item {index} is `{what}`"));
                return Err(error.hint("the filter `join` makes text of its items"));
            }
        };
        out.push_str(if index == 0 { "" } else { text });
        out.push_str(item);
    }
    Ok(out.into())
}

/// An argument that must be text.
pub(super) fn needed_text(args: &Bound, name: &str) -> Answer<Arc<str>> {
    let value = args.value(name)?;
    match value.data() {
        Data::Text(text) => Ok(text.clone()),
        _ => Err(args.wrong(name, "text", &value)),
    }
}

fn replace(text: &str, call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["old", "new", "count"])?;
    let (old, new) = (needed_text(&args, "old")?, needed_text(&args, "new")?);
    match usize::try_from(args.int_or("count", -1)?) {
        Ok(count) => Ok(text.replacen(&*old, &new, count).into()),
        Err(_) => Ok(text.replace(&*old, &new).into()),
    }
}

fn affix(text: &str, call: &mut Call) -> Answer<Value> {
    let at_start = call.name == "startswith";
    let args = call.bind(&["prefix", "start", "end"])?;
    let window = split::window(text, args.int("start")?, args.int("end")?);
    let holds = |affix: &str| match at_start {
        true => window.is_some_and(|text| text.starts_with(affix)),
        false => window.is_some_and(|text| text.ends_with(affix)),
    };
    let value = args.value("prefix")?;
    match value.data() {
        Data::Text(affix) => Ok(holds(affix).into()),
        Data::Tuple(all) => Ok(all.iter().filter_map(Value::as_str).any(holds).into()),
        _ => Err(args.wrong("prefix", "text", &value)),
    }
}

fn remove_affix(text: &str, call: &mut Call) -> Answer<Value> {
    let at_start = call.name == "removeprefix";
    let affix = needed_text(&call.bind(&["affix"])?, "affix")?;
    let rest = if at_start { text.strip_prefix(&*affix) } else { text.strip_suffix(&*affix) };
    Ok(rest.unwrap_or(text).into())
}

fn find(text: &str, call: &mut Call) -> Answer<Value> {
    let name = call.name;
    let args = call.bind(&["sub", "start", "end"])?;
    let wanted = needed_text(&args, "sub")?;
    let (start, end) = (args.int("start")?, args.int("end")?);
    let window = split::window(text, start, end);
    if name == "count" {
        let count = window.map_or(0, |text| match wanted.is_empty() {
            true => text.chars().count() + 1,
            false => text.matches(&*wanted).count(),
        });
        return Ok(count.into());
    }
    let at = window
        .and_then(|text| if name.starts_with('r') { text.rfind(&*wanted) } else { text.find(&*wanted) });
    match (at, window) {
        (Some(at), Some(window)) => {
            // Both are parts of the same text.
            let before = window.as_ptr().addr() - text.as_ptr().addr();
            Ok(text[..before + at].chars().count().into())
        }
        _ if name.ends_with("find") => Ok((-1_i64).into()),
        _ => Err(Error::failed(format!("`{wanted}` is not in the text"))),
    }
}

fn justify(text: &str, call: &mut Call) -> Answer<Value> {
    let name = call.name;
    let args = call.bind(&["width", "fillchar"])?;
    let width = args.int_or("width", 0)?.max(0).unsigned_abs();
    let width = crate::template::python::spec::bounded(usize::try_from(width).unwrap_or(usize::MAX))?;
    let fill = args.text_or("fillchar", " ")?;
    let missing = width.saturating_sub(text.chars().count());
    // Python puts the odd blank on the left of even widths.
    let left = missing / 2 + (missing & width & 1);
    Ok(match name {
        "ljust" => format!("{text}{}", fill.repeat(missing)),
        "rjust" => format!("{}{text}", fill.repeat(missing)),
        "zfill" => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            format!("{}{}{digits}", &text[..text.len() - digits.len()], "0".repeat(missing))
        }
        _ => format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)),
    }
    .into())
}

fn formatted(text: &str, call: &mut Call) -> Answer<Value> {
    let args = std::mem::take(&mut call.args);
    let (mut positional, mut named) = (args.positional, args.keyword);
    if call.name == "format_map" {
        let entries = positional.first().and_then(crate::template::eval::lazy::entries).unwrap_or_default();
        for (key, value) in entries.iter() {
            named.push((crate::template::syntax::name(&types::text(key)?), value.clone()));
        }
        positional.clear();
    }
    let (ev, part) = (&mut *call.ev, call.part);
    let mut source = format::Source {
        positional: &positional,
        named: &|wanted| named.iter().find(|(name, _)| &**name == wanted).map(|(_, value)| value.clone()),
        part: &mut |value, key, is_item| ev.format_part(value, key, is_item, part),
    };
    format::format(text, &mut source).map(Value::from)
}

fn expand_tabs(text: &str, size: i64) -> String {
    let size = usize::try_from(size).unwrap_or(0).min(1000);
    let (mut out, mut column) = (String::new(), 0);
    for char in text.chars() {
        match char {
            '\t' if size > 0 => {
                let blanks = size - column % size;
                out.push_str(&" ".repeat(blanks));
                column += blanks;
            }
            '\t' => {}
            _ => {
                out.push(char);
                column = if matches!(char, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    out
}

fn predicate(text: &str, name: &str) -> Answer<bool> {
    let all = |holds: fn(char) -> bool| !text.is_empty() && text.chars().all(holds);
    Ok(match name {
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => text.is_ascii(),
        "isdecimal" | "isdigit" | "isnumeric" => all(char::is_numeric),
        "isspace" => all(char::is_whitespace),
        "isprintable" => text.chars().all(crate::vars::is_printable),
        "islower" => text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase),
        "isupper" => text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase),
        "istitle" => text.chars().any(char::is_alphabetic) && title(text) == text,
        "isidentifier" => {
            let starts = text.chars().next().is_some_and(|char| char == '_' || char.is_alphabetic());
            starts && text.chars().all(|char| char == '_' || char.is_alphanumeric())
        }
        _ => return Err(super::unknown(&Value::from(text), name)),
    })
}
