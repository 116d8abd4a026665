//! `sequence`: numbers from, to, by, formatted.

use super::{Settings, Table, inline_settings, texts};
use crate::template::eval::Call;
use crate::template::python::number;
use crate::template::python::percent;
use crate::template::python::regex::{Flags, Pattern};
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("sequence", sequence)];

/// `[start-]end[/stride][:format]`
const SHORT: &str = r"^(?:(?P<start>0x[0-9a-f]+|[0-9]+)-)?(?P<end>0x[0-9a-f]+|[0-9]+)(?:/(?P<stride>0x[0-9a-f]+|[0-9]+))?(?::(?P<format>.+))?$";

/// More numbers are not made.
const MOST: i64 = 1_000_000;

fn sequence(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let mut terms = texts(call)?;
    if terms.is_empty() && !settings.0.is_empty() {
        terms.push(String::new());
    }
    let mut all = Vec::new();
    for term in &terms {
        let inline = match short(term)? {
            Some(inline) => inline,
            None => spelt(term)?,
        };
        numbers(&settings.with(inline), &mut all)?;
    }
    Ok(all)
}

fn short(term: &str) -> Answer<Option<Vec<(String, String)>>> {
    let flags = Flags { ignore_case: true, ..Flags::default() };
    let pattern = Pattern::new(SHORT, flags, term)?;
    let Some(found) = pattern.search(term, 0)? else { return Ok(None) };
    let mut settings = Vec::new();
    for name in ["start", "end", "stride", "format"] {
        if let Some(text) = pattern.group(&found, name)? {
            settings.push((name.to_owned(), text.to_owned()));
        }
    }
    Ok(Some(settings))
}

/// `start=1 end=5 ...`, and nothing else.
fn spelt(term: &str) -> Answer<Vec<(String, String)>> {
    let (rest, settings) = inline_settings(term)?;
    let known = ["start", "end", "count", "stride", "format"];
    if let Some((name, _)) = settings.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(Error::failed(format!("unrecognized arguments to with_sequence: {name}")));
    }
    match rest.is_empty() {
        true => Ok(settings),
        false => Err(Error::failed(format!("the term of `sequence` has an invalid value: `{rest}`"))),
    }
}

fn whole(settings: &Settings, name: &str) -> Answer<Option<i64>> {
    let Some(value) = settings.value(name) else { return Ok(None) };
    let text = value.to_string();
    // A leading zero is octal, as in old times.
    let octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    let found = number::parse_int(&text, if octal { 8 } else { 0 }).and_then(|number| number.as_int());
    let wrong =
        || Error::failed(format!("`{name}` of `sequence` has an invalid value: `{text}` is no number"));
    found.map(Some).ok_or_else(wrong)
}

fn numbers(settings: &Settings, all: &mut Vec<Value>) -> Answer<()> {
    let start = whole(settings, "start")?.unwrap_or(1);
    let stride = whole(settings, "stride")?.unwrap_or(1);
    let end = match (whole(settings, "count")?, whole(settings, "end")?) {
        (Some(_), Some(_)) => return Err(Error::failed("can't specify both count and end in with_sequence")),
        (Some(0), None) => return Ok(()),
        (Some(count), None) => start.saturating_add(count.saturating_mul(stride)) - 1,
        (None, Some(end)) => end,
        (None, None) => return Err(Error::failed("must specify count or end in with_sequence")),
    };
    if stride > 0 && end < start {
        return Err(Error::failed("to count backwards make stride negative"));
    }
    if stride < 0 && end > start {
        return Err(Error::failed("to count forward don't make stride negative"));
    }
    if stride == 0 {
        return Ok(());
    }
    if (end - start) / stride > MOST {
        return Err(Error::failed("the sequence is too long"));
    }
    let layout: Value = settings.text("format", "%d")?.into();
    if percent::format(&layout, &start.into()).is_err() {
        return Err(Error::failed(format!("bad formatting string: {layout}")));
    }
    let mut at = start;
    while (stride > 0 && at <= end) || (stride < 0 && at >= end) {
        all.push(percent::format(&layout, &at.into())?);
        at += stride;
    }
    Ok(())
}
