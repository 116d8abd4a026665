//! The arguments of a task, evaluated.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::control::Arguments;
use crate::playbook::{Action, Task};
use crate::source::{Diagnostic, Span};
use crate::vars::{Map, Value};
use std::sync::Arc;

impl Interpreter {
    /// Evaluates the arguments of a task.
    pub async fn arguments(&mut self, task: &Task, at: &At) -> Result<Arguments, Trouble> {
        let action = &task.action;
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
            let value = self.evaluate(at, |engine, scope| engine.resolve(&argument.value, scope)).await;
            let value = value.map_err(|trouble| finalizing(trouble, action, &argument.name))?;
            let name = self.argument_name(&argument.name, argument.span, at).await?;
            arguments.set(&name, span_of(&argument.value, argument.span), value);
        }
        if let Some(raw) = &action.raw {
            let value = self.evaluate(at, |engine, scope| engine.resolve(raw, scope)).await;
            arguments.raw = Some(value.map_err(|trouble| finalizing(trouble, action, "_raw_params"))?);
        }
        Ok(arguments)
    }

    /// The name of an argument, which is a template where `set_fact` sets a variable of a computed name.
    async fn argument_name(&mut self, name: &Arc<str>, span: Span, at: &At) -> Result<Arc<str>, Trouble> {
        if !name.contains("{{") {
            return Ok(name.clone());
        }
        let written = crate::vars::trusted_text(name.to_string(), span);
        let name = self.evaluate(at, |engine, scope| engine.resolve(&written, scope)).await?;
        Ok(name.str().unwrap_or_default().into())
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

    /// What `module_defaults` around the task give the module, the innermost counting most.
    async fn defaults(&mut self, action: &Action, at: &At) -> Result<Map, Trouble> {
        let mut levels: Vec<Value> =
            at.frame.all_keywords().flat_map(|keywords| keywords.module_defaults.iter().cloned()).collect();
        levels.reverse();
        let mut defaults = Map::new();
        for level in levels {
            let level = self.evaluate(at, |engine, scope| engine.shallow(&level, scope)).await?;
            let entries = level.as_entries().unwrap_or_default();
            for (module, values) in entries.iter() {
                if module.as_str().map(crate::modules::canonical) == Some(action.word()) {
                    let values = self.evaluate(at, |engine, scope| engine.resolve(values, scope)).await?;
                    defaults.extend(values.as_entries().map(|values| (*values).clone()).unwrap_or_default());
                }
            }
        }
        Ok(defaults)
    }
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
