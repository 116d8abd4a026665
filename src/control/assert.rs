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
        if !desk.engine.condition(condition, desk.scope)? {
            return Ok(failed(condition, fail_message, desk.flag("quiet")));
        }
    }
    let message = desk.value("success_msg").cloned().unwrap_or_else(|| "All assertions passed".into());
    Ok(Act { fields: [("msg".into(), message)].into(), ..Act::default() })
}

fn failed(condition: &Value, message: Option<&Value>, quiet: bool) -> Act {
    let message = message.cloned().unwrap_or_else(|| "Assertion failed".into());
    let mut fields: Map =
        [("evaluated_to".into(), Value::from(false)), ("msg".into(), message.clone())].into();
    if !quiet {
        fields.insert("assertion".into(), super::as_written(condition));
    }
    let text = message.str().unwrap_or_else(|_| "Assertion failed".to_owned());
    let diagnostic = crate::source::Diagnostic::error(text.clone()).label(condition.span(), "does not hold");
    Act { fields, failed: Some(text), diagnostic: Some(Box::new(diagnostic)), ..Act::default() }
}
