//! `vars_prompt`: variables that the person at the terminal gives.

use super::Run;
use crate::playbook::Play;
use crate::source::{Diagnostic, Span};
use crate::template::Variables;
use crate::vars::{Marks, Value, Vars};

impl Run {
    /// Asks for what `vars_prompt` wants and `--extra-vars` does not give.
    pub fn prompt(&self, play: &Play) -> Vars {
        let wanted = play.prompts.iter().filter(|prompt| !self.extra.contains_key(prompt.name.as_str()));
        wanted
            .map(|prompt| (prompt.name.as_str().into(), self.prompted(&prompt.fields, &prompt.name)))
            .collect()
    }

    /// What was typed, or the default; none where there is neither.
    fn prompted(&self, fields: &Vars, name: &str) -> Value {
        let text = |field: &str| fields.get(field).and_then(|value| value.str().ok());
        let private = fields.get("private").is_none_or(crate::control::truth);
        let default = text("default");
        let question = text("prompt").unwrap_or_else(|| name.to_owned());
        let question = match &default {
            Some(default) if !private => format!("{question} [{default}]"),
            _ => question,
        };
        let confirmed = fields.get("confirm").is_some_and(crate::control::truth);
        let Some(typed) =
            self.typed(&question, private, confirmed).filter(|typed| !typed.is_empty()).or(default)
        else {
            return Value::none();
        };
        if private {
            self.secret(&typed);
        }
        let value = Value::from(typed).marked(Marks::SECRET.when(private));
        match text("encrypt") {
            Some(scheme) => self.encrypted(value, &scheme, fields),
            None => value,
        }
    }

    /// The answer; where it is to be confirmed, when it was given twice.
    fn typed(&self, question: &str, private: bool, confirmed: bool) -> Option<String> {
        loop {
            let typed = self.ask(question, !private)?;
            if !confirmed || self.ask(&format!("confirm {question}"), !private)? == typed {
                return Some(typed);
            }
            self.warn(Diagnostic::warning("the two answers differ: once more"));
        }
    }

    /// The hash of an answer, as the filter `password_hash` makes it.
    fn encrypted(&self, value: Value, scheme: &str, fields: &Vars) -> Value {
        let mut scope = Variables::default();
        scope.context.surroundings = self.surroundings.clone();
        scope.all.insert("typed".into(), value);
        scope.all.insert("scheme".into(), Value::from(scheme));
        let salt = fields.get("salt").or_else(|| fields.get("salt_size"));
        let with_salt = match (fields.get("salt"), fields.get("salt_size")) {
            (Some(_), _) => ", salt",
            (_, Some(_)) => ", salt_size=salt",
            _ => "",
        };
        scope.all.extend(salt.map(|salt| ("salt".into(), salt.clone())));
        let expression = format!("typed | password_hash(scheme{with_salt})");
        self.engine.expression(&expression, Span::NONE, &scope).unwrap_or_else(|error| {
            self.warn(error.into_diagnostic());
            Value::none()
        })
    }
}
