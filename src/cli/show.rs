//! Values as people read them at the terminal.

use crate::report::REDACTED;
use crate::source::Diagnostic;
use crate::vars::Value;

/// A value in full: text as it is, all else as JSON. What is secret is hidden.
pub fn written(value: &Value) -> String {
    if value.is_secret() {
        return REDACTED.to_owned();
    }
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string_pretty(&value.to_data()).unwrap_or_default(),
    }
}

/// A value as it is written, in one line of at most that many characters.
pub fn shortened(value: &Value, width: usize) -> String {
    if value.is_secret() {
        return REDACTED.to_owned();
    }
    let text = match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => text.replace('\n', "\\n"),
        None => serde_json::to_string(&value.to_data()).unwrap_or_default(),
    };
    if text.chars().count() <= width {
        return text;
    }
    text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect()
}

/// Why a value cannot be had where no host is asked.
pub fn without_facts(diagnostic: Diagnostic) -> Diagnostic {
    match diagnostic.message.contains("not defined") {
        true => {
            diagnostic.hint("no host is asked here: facts and registered results are known in a run only")
        }
        false => diagnostic,
    }
}
