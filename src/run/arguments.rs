//! The arguments of a task, evaluated.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::task_scope::At;
use crate::control::Arguments;
use crate::playbook::{Action, Argument, Task};
use crate::source::{Diagnostic, Span};
use crate::vars::{Map, Marks, Value, trusted_text};
use std::sync::Arc;

/// Whether an argument holds conditions, which stay as they are written: a template in one of their strings is not the condition.
fn is_condition(action: &Action, argument: &Argument) -> bool {
    let is_template = argument.value.as_str().is_some_and(crate::template::is_braced);
    action.word() == "assert" && &*argument.name == "that" && !is_template
}

impl Interpreter {
    /// Evaluates the arguments of a task.
    pub async fn arguments(&mut self, task: &Task, at: &At) -> Result<Arguments, Trouble> {
        let action = &task.action;
        if let Some(raw) = action.raw.as_ref().filter(|_| !action.is_free_form()) {
            let words = format!("Action '{}' does not support raw params.", action.full_name());
            let message = format!("`{}` takes no free text", action.written);
            return Err(Diagnostic::error(message).told(words).at(raw.span()).into());
        }
        let mut arguments = Arguments::new(action.word(), action.span);
        for (name, value) in self.defaults(action, at).await?.iter() {
            arguments.set(name.as_str().unwrap_or_default(), value.span(), value.clone());
        }
        for whole in &action.whole {
            for (name, value) in self.whole_arguments(action, whole, at).await?.iter() {
                arguments.set(name.as_str().unwrap_or_default(), whole.span(), value.clone());
            }
        }
        for argument in &action.arguments {
            let value = match is_condition(action, argument) {
                true => Ok(argument.value.clone()),
                false => self.evaluate(at, |engine, scope| engine.resolve(&argument.value, scope)).await,
            };
            let value = value.map_err(|trouble| finalizing(trouble, action, &argument.name))?;
            let name = self.argument_name(argument, at).await?;
            arguments.set(&name, span_of(&argument.value, argument.span), value);
        }
        if let Some(raw) = &action.raw {
            let value = self.evaluate(at, |engine, scope| engine.resolve(raw, scope)).await;
            arguments.raw = Some(value.map_err(|trouble| finalizing(trouble, action, "_raw_params"))?);
        }
        crate::control::refuse_unknown(&arguments)?;
        Ok(arguments)
    }

    /// The same, kept for a `rescue` around the task.
    pub async fn arguments_of(&mut self, running: &Running, at: &At) -> Result<Arguments, Trouble> {
        let arguments = self.arguments(&running.task, at).await?;
        if running.rescued {
            let free = "_raw_params".into();
            let given = mapping(arguments.iter().chain(arguments.raw.iter().map(|raw| (&free, raw))));
            running.arguments.get_or_init(|| given.marked(Marks::SECRET.when(running.no_log)));
        }
        Ok(arguments)
    }

    /// The name of an argument, which may be a template: `set_fact: { "{{ name }}": 1 }`.
    async fn argument_name(&mut self, argument: &Argument, at: &At) -> Result<Arc<str>, Trouble> {
        if !argument.name.contains("{{") {
            return Ok(argument.name.clone());
        }
        let name = trusted_text(argument.name.to_string(), argument.span);
        Ok(self.text_of(&Some(name), at).await?.unwrap_or_default().into())
    }

    /// A template that must give all arguments as a mapping.
    async fn whole_arguments(
        &mut self,
        action: &Action,
        whole: &Value,
        at: &At,
    ) -> Result<Arc<Map>, Trouble> {
        let value = self.evaluate(at, |engine, scope| engine.resolve(whole, scope)).await?;
        if value.is_omit() || value.is_none() {
            return Ok(Arc::default());
        }
        value.as_entries().ok_or_else(|| {
            let message = format!("`{}` wants a mapping of arguments", action.written);
            Diagnostic::error(message).at(whole.span()).into()
        })
    }
}

/// Arguments as one mapping.
pub fn mapping<'a>(arguments: impl Iterator<Item = (&'a Arc<str>, &'a Value)>) -> Value {
    arguments.map(|(name, value)| (&**name, value.clone())).collect()
}

fn span_of(value: &Value, name: Span) -> Span {
    if value.span().is_known() { value.span() } else { name }
}

/// What results say of an argument that cannot be evaluated.
fn finalizing(trouble: Trouble, action: &Action, argument: &str) -> Trouble {
    let what = format!(
        "Finalization of task args for '{}' failed: Error while resolving value for '{argument}'",
        action.full_name()
    );
    trouble.during(&what)
}
