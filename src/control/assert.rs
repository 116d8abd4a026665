//! `assert`: fails unless every condition holds.

use super::{Act, Desk};
use crate::template::Answer;
use crate::vars::{Map, Value};
use std::sync::Arc;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let that = desk.value("that").ok_or_else(|| desk.missing("that"))?;
    let conditions = that.as_items().unwrap_or_else(|| Arc::new(vec![that.clone()]));
    let fail_message = desk.value("fail_msg").or_else(|| desk.value("msg"));
    for condition in conditions.iter() {
        let holds = desk.engine.condition(condition, desk.scope);
        if !holds.map_err(|error| error.during("Error while evaluating conditional"))? {
            return Ok(failed(desk, condition, fail_message));
        }
    }
    let message = desk.value("success_msg").cloned().unwrap_or_else(|| "All assertions passed".into());
    Ok(Act { fields: spoken([("msg".into(), message)].into(), desk.flag("quiet")), ..Act::default() })
}

/// Marks what is to be shown at all times.
fn spoken(mut fields: Map, quiet: bool) -> Map {
    if !quiet {
        fields.insert("_ansible_verbose_always".into(), true.into());
    }
    fields
}

fn failed(desk: &Desk, condition: &Value, message: Option<&Value>) -> Act {
    let message = message.cloned().unwrap_or_else(|| "Assertion failed".into());
    let fields = [
        ("evaluated_to".into(), Value::from(false)),
        ("msg".into(), message.clone()),
        ("assertion".into(), super::as_written(condition)),
    ];
    let fields = spoken(fields.into(), desk.flag("quiet"));
    let text = message.str().unwrap_or_else(|_| "Assertion failed".to_owned());
    let mut diagnostic =
        crate::source::Diagnostic::error(text.clone()).label(condition.span(), "does not hold");
    diagnostic.hints.extend(where_set(desk, condition, &text));
    Act { fields, failed: Some(text), diagnostic: Some(Box::new(diagnostic)), ..Act::default() }
}

/// Where the variables got their values that a condition reads: as places, because the text there may be a secret. Where
/// the message speaks of some of these, or of none of these but of others, then where it is those that it speaks of.
fn where_set(desk: &Desk, condition: &Value, message: &str) -> Vec<String> {
    let context = desk.scope.context();
    let text = condition.as_str().unwrap_or_default();
    let read = desk.engine.names_used_by_expression(text, condition.span(), context);
    let read: Vec<String> = read.iter().map(|used| used.name.to_string()).collect();
    let place = |name: &String| context.surroundings.sources.place(desk.scope.value(name)?.span());
    let hint = |name: &String| Some(format!("`{name}` is set at {}", place(name)?));
    let spoken_of = names_in(message);
    let both: Vec<String> = read.iter().filter(|name| spoken_of.contains(name)).cloned().collect();
    let hints = [both, spoken_of, read].map(|names| names.iter().filter_map(hint).collect::<Vec<_>>());
    hints.into_iter().find(|hints| !hints.is_empty()).unwrap_or_default()
}

/// What could be the name of a setting in a text, each once: words with an underscore.
fn names_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in text.split(|scalar: char| !scalar.is_ascii_alphanumeric() && scalar != '_') {
        if word.contains('_') && !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
    }
    names
}
