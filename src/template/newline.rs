//! Newlines at the end of templates: reading drops one, text gets back those that are missing.

use crate::vars::{Marks, Value};
use std::borrow::Cow;

/// Template text without its last newline: the expression in front of it may be alone.
pub fn without_last(text: &str) -> &str {
    let shorter = text.strip_suffix('\n').unwrap_or(text);
    shorter.strip_suffix('\r').unwrap_or(shorter)
}

/// The result of a template: text ends in as many newlines as the template at least, everything
/// else is what it is.
pub fn restored(value: Value, template: &str, newline: &str) -> Value {
    let wanted = at_end(template);
    let Some(text) = value.as_str().filter(|_| wanted > 0) else { return value };
    let missing = wanted.saturating_sub(at_end(text));
    if missing == 0 {
        return value;
    }
    let whole = format!("{text}{}", newline.repeat(missing));
    Value::text(whole).marked(value.marks().without(Marks::STAYS_TEXT)).at(value.span())
}

/// Text with the same newlines throughout.
pub fn as_sequence<'t>(text: &'t str, newline: &str) -> Cow<'t, str> {
    let plain = match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    };
    if newline == "\n" { plain } else { Cow::Owned(plain.replace('\n', newline)) }
}

fn at_end(text: &str) -> usize {
    text.len() - text.trim_end_matches('\n').len()
}
