//! Methods that cut text.

use super::text::needed_text;
use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::Value;

/// The part of a text between two indexes of characters; nothing if they are outside.
pub(super) fn window(text: &str, start: Option<i64>, end: Option<i64>) -> Option<&str> {
    if start.is_none() && end.is_none() {
        return Some(text);
    }
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let index = |index: i64| if index < 0 { (index + length).max(0) } else { index.min(length) };
    let (from, to) = (start.map_or(0, index), end.map_or(length, index));
    if from > to || start.is_some_and(|start| start > length) {
        return None;
    }
    let byte = |index: i64| {
        let index = usize::try_from(index).unwrap_or(0);
        text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
    };
    text.get(byte(from)..byte(to))
}

/// `split` and `rsplit`.
pub(super) fn split(text: &str, call: &mut Call) -> Answer<Value> {
    let from_right = call.name == "rsplit";
    let args = call.bind(&["sep", "maxsplit"])?;
    let most = usize::try_from(args.int_or("maxsplit", -1)?).ok();
    let parts = match args.some("sep") {
        None => blanks(text, most, from_right),
        Some(_) => {
            let separator = needed_text(&args, "sep")?;
            if separator.is_empty() {
                return Err(Error::failed("the separator of `split` is empty"));
            }
            separated(text, &separator, most, from_right)
        }
    };
    Ok(parts.into_iter().collect())
}

fn separated<'t>(text: &'t str, separator: &str, most: Option<usize>, from_right: bool) -> Vec<&'t str> {
    match (most, from_right) {
        (None, _) => text.split(separator).collect(),
        (Some(most), false) => text.splitn(most + 1, separator).collect(),
        (Some(most), true) => {
            let mut parts: Vec<&str> = text.rsplitn(most + 1, separator).collect();
            parts.reverse();
            parts
        }
    }
}

/// Words between white space; what is left over at the end keeps its inner blanks.
fn blanks(text: &str, most: Option<usize>, from_right: bool) -> Vec<&str> {
    let Some(most) = most else { return text.split_whitespace().collect() };
    let mut parts = Vec::new();
    let mut rest = if from_right { text.trim_end() } else { text.trim_start() };
    while !rest.is_empty() {
        let cut = if from_right { rest.rfind(char::is_whitespace) } else { rest.find(char::is_whitespace) };
        match cut.filter(|_| parts.len() < most) {
            Some(at) if from_right => {
                parts.push(rest[at..].trim_start());
                rest = rest[..at].trim_end();
            }
            Some(at) => {
                parts.push(&rest[..at]);
                rest = rest[at..].trim_start();
            }
            None => {
                parts.push(rest);
                break;
            }
        }
    }
    if from_right {
        parts.reverse();
    }
    parts
}

/// `splitlines`.
pub(super) fn split_lines(text: &str, call: &mut Call) -> Answer<Value> {
    let keep = call.bind(&["keepends"])?.bool_or("keepends", false)?;
    Ok(lines(text, keep).into_iter().collect())
}

/// Lines by all of Python's line breaks.
pub fn lines(text: &str, keep: bool) -> Vec<&str> {
    const BREAKS: [char; 10] =
        ['\n', '\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BREAKS) {
        let length = match rest[at..].starts_with("\r\n") {
            true => 2,
            false => rest[at..].chars().next().map_or(1, char::len_utf8),
        };
        lines.push(&rest[..if keep { at + length } else { at }]);
        rest = &rest[at + length..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// `partition` and `rpartition`.
pub(super) fn partition(text: &str, call: &mut Call) -> Answer<Value> {
    let from_right = call.name == "rpartition";
    let separator = needed_text(&call.bind(&["sep"])?, "sep")?;
    if separator.is_empty() {
        return Err(Error::failed("the separator of `partition` is empty"));
    }
    let cut = if from_right { text.rsplit_once(&*separator) } else { text.split_once(&*separator) };
    let parts = match (cut, from_right) {
        (Some((before, after)), _) => [before, &separator, after],
        (None, false) => [text, "", ""],
        (None, true) => ["", "", text],
    };
    Ok(Value::tuple(parts.into_iter().map(Value::from).collect()))
}
