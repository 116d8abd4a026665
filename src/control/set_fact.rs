//! `set_fact`: sets variables of the host.

use super::{Act, Desk, Effect};
use crate::source::Diagnostic;
use crate::template::{Answer, Language, kept};
use crate::vars::Value;

pub(super) fn act(desk: &Desk) -> Answer<Act> {
    let cacheable = desk.flag("cacheable");
    let is_classic = desk.scope.context().surroundings.language == Language::Classic;
    let mut facts = crate::vars::Map::new();
    let mut effects = Vec::new();
    for (name, value) in desk.arguments.iter().filter(|(name, _)| &***name != "cacheable") {
        super::require_name(name, desk.arguments.span_of(name))?;
        if name.starts_with("_ansible_") {
            let words = "The prefix '_ansible_' is reserved for internal use only.";
            return Err(super::mistake(words, desk.arguments.span_of(name)));
        }
        let value = if is_classic { &switched(value) } else { value };
        facts.insert(name.to_string().into(), value.clone());
        let value = if is_classic { kept(value) } else { value.clone() };
        effects.push(Effect::Set { name: name.clone(), value, cacheable });
    }
    if effects.is_empty() {
        let words = "No key/value pairs provided, at least one is required for this action to succeed";
        let nothing = Diagnostic::error("`set_fact` sets nothing").at(desk.arguments.span);
        return Err(nothing.told_alone(words).into());
    }
    let fields = [("ansible_facts".into(), Value::dict(facts))].into();
    Ok(Act { fields, effects, ..Act::default() })
}

/// In the classic language text that says yes or no becomes a boolean.
fn switched(value: &Value) -> Value {
    match value.as_str().map(str::to_lowercase).as_deref() {
        Some("true" | "yes") => true.into(),
        Some("false" | "no") => false.into(),
        _ => value.clone(),
    }
}
