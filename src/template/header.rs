//! The first line of a template: `#jinja2: trim_blocks: False, lstrip_blocks: True`.

use super::context::Language;
use super::{Answer, Error, Overrides, literal};
use crate::source::{Diagnostic, Span};
use crate::vars::{Data, HEADER, Value};
use std::sync::Arc;

/// The text behind the header, and what the header says.
///
/// # Errors
/// If the header has an unknown setting or a value that cannot be read; in 2.19 also if a setting is empty or the line has no end.
pub fn read(text: &str, span: Span, language: Language) -> Answer<(&str, Overrides)> {
    let mut overrides = Overrides::default();
    let Some(rest) = text.strip_prefix(HEADER) else { return Ok((text, overrides)) };
    let (line, body) = match rest.split_once('\n') {
        None if language == Language::Native => {
            return Err(
                Error::failed(format!("a line break is missing behind the header `{HEADER}`")).at(span)
            );
        }
        split => split.unwrap_or((rest, "")),
    };
    for pair in settings(line).into_iter().filter(|pair| language == Language::Native || !pair.is_empty()) {
        let at = HEADER.len() + (pair.as_ptr().addr() - rest.as_ptr().addr());
        let place = if span.is_known() { span.part(at, at + pair.len()) } else { span };
        set(&mut overrides, pair, language).map_err(|error| error.at(place))?;
    }
    Ok((body, overrides))
}

/// Settings between commas; a comma in quotes divides nothing.
fn settings(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, char) in line.char_indices() {
        match (char, quote) {
            ('\'' | '"', None) => quote = Some(char),
            (_, Some(open)) if char == open => quote = None,
            (',', None) => {
                parts.push(line[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(line[start..].trim());
    parts
}

fn set(overrides: &mut Overrides, pair: &str, language: Language) -> Answer<()> {
    if pair.is_empty() {
        return Err(Error::failed("a setting of the header is empty"));
    }
    let Some((name, value)) = pair.split_once(':') else {
        return Err(Error::failed(format!("the header's setting `{pair}` has no value")));
    };
    let (name, written) = (name.trim(), value.trim());
    let value = literal::evaluate(written, true).unwrap_or_else(|| written.into());
    let text = || Some(value.to_string());
    match name {
        "trim_blocks" => overrides.trim_blocks = Some(truth(&value, language)?),
        "lstrip_blocks" => overrides.lstrip_blocks = Some(truth(&value, language)?),
        "keep_trailing_newline" => overrides.keep_trailing_newline = Some(truth(&value, language)?),
        "newline_sequence" => overrides.newline_sequence = text(),
        "variable_start_string" => overrides.variable_start_string = text(),
        "variable_end_string" => overrides.variable_end_string = text(),
        "block_start_string" => overrides.block_start_string = text(),
        "block_end_string" => overrides.block_end_string = text(),
        "comment_start_string" => overrides.comment_start_string = text(),
        "comment_end_string" => overrides.comment_end_string = text(),
        "line_statement_prefix" => overrides.line_statement_prefix = text(),
        "line_comment_prefix" => overrides.line_comment_prefix = text(),
        _ => return Err(Diagnostic::error(format!("the header has the unknown setting `{name}`")).into()),
    }
    Ok(())
}

/// A boolean; classic Ansible took anything for one.
fn truth(value: &Value, language: Language) -> Answer<bool> {
    match (value.data(), language) {
        (Data::Bool(bool), _) => Ok(*bool),
        (Data::Text(text), _) if matches!(text.to_lowercase().as_str(), "yes" | "on" | "true") => Ok(true),
        (Data::Text(text), _) if matches!(text.to_lowercase().as_str(), "no" | "off" | "false") => Ok(false),
        (_, Language::Classic) => super::python::types::is_true(value),
        _ => Err(Error::failed(format!("the header's value `{value}` is no boolean"))),
    }
}

/// Text with `\n` for all kinds of line breaks.
pub fn plain_newlines(text: &str) -> Arc<str> {
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => text.into(),
    }
}
