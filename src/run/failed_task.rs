//! What a `rescue` may read of the task that failed.

use super::interpreter::Interpreter;
use super::pipeline::Running;
use crate::control::as_written;
use crate::playbook::Keyword;
use crate::vars::{Moment, Part, Value};

impl Interpreter {
    /// Sets what a `rescue` may read of a task that failed, where there is one around it.
    pub fn remember_failure(&self, running: &Running, result: &Value) {
        let moment = Moment { place: &running.position, after: None };
        let set = |name: &str, value| self.host.store.set(Part::Set, name.into(), value, moment);
        if running.rescued {
            set("ansible_failed_task", described(running));
            set("ansible_failed_result", result.clone());
        }
    }
}

/// The task as `ansible_failed_task` tells of it: with its arguments as they were evaluated, and conditions as they are written.
fn described(running: &Running) -> Value {
    let (task, keywords) = (&running.task, &running.task.keywords);
    let name = if task.name.is_some() { &*running.info.name } else { "" };
    let list = |written: &[Value]| Value::list(written.iter().map(as_written).collect());
    let text = |text: Option<&str>| text.map_or_else(Value::none, Value::text);
    let arguments = running.arguments.get().cloned();
    [
        ("name", Value::text(name)),
        ("action", Value::text(running.info.action.clone())),
        ("args", arguments.unwrap_or_else(|| Value::dict([].into()))),
        ("register", text(task.own.register.as_deref())),
        ("delegate_to", keywords.own(Keyword::DelegateTo).map_or_else(Value::none, as_written)),
        ("when", list(&keywords.when)),
        ("changed_when", list(&task.own.changed_when)),
        ("failed_when", list(&task.own.failed_when)),
        ("until", list(&task.own.until)),
        ("tags", list(&keywords.tags)),
        ("no_log", Value::from(running.no_log)),
        ("ignore_errors", Value::from(running.ignore_errors)),
    ]
    .into_iter()
    .collect()
}
