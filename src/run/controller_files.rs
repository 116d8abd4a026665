//! Files and secrets of the controller that a run needs outside of evaluation.

use super::Run;
use crate::playbook::Play;
use crate::source::{Diagnostic, Span};
use crate::vars::{Marks, Value, Vars};
use std::path::Path;
use std::sync::Arc;

/// When a template file was changed last, its text, and the span of all of it.
pub type KnownTemplate = (std::time::SystemTime, Arc<str>, Span);

impl Run {
    /// The text of a template file and its span, read once as long as it does not change.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn template_source(&self, path: &Path) -> std::io::Result<(Arc<str>, Span)> {
        let changed = std::fs::metadata(path)?.modified()?;
        let mut known = super::lock(&self.templates);
        if let Some((since, text, span)) = known.get(path)
            && *since == changed
        {
            return Ok((text.clone(), *span));
        }
        let text: Arc<str> = crate::host::text::from_bytes(&std::fs::read(path)?).into();
        let file = self.sources.add(path, text.clone());
        let span = Span::new(file, 0, text.len());
        known.insert(path.to_owned(), (changed, text.clone(), span));
        Ok((text, span))
    }

    /// A template that is part of the program.
    pub fn built_in_template(&self, name: &str, text: &'static str) -> (Arc<str>, Span) {
        let mut known = super::lock(&self.built_in);
        let (text, span) = known.get_or_insert_with(|| {
            let file = self.sources.add(Path::new(name), text);
            (text.into(), Span::new(file, 0, text.len()))
        });
        (text.clone(), *span)
    }

    /// Learns a text that must never be shown.
    pub fn secret(&self, text: &str) {
        crate::template::Services::secret(&*self.services, text);
    }

    /// The plain text of a file that is a vault.
    ///
    /// # Errors
    ///
    /// Where no password fits.
    pub fn decrypt_file(&self, path: &Path, text: &str) -> Result<Option<String>, Box<Diagnostic>> {
        use crate::playbook::Resolve;
        super::services::Reading { services: self.services.clone() }.decrypt(path, text)
    }

    /// Asks for what `vars_prompt` wants and `--extra-vars` does not give.
    pub fn prompt(&self, play: &Play) -> Vars {
        let wanted = play.prompts.iter().filter(|prompt| !self.extra.contains_key(prompt.name.as_str()));
        wanted
            .map(|prompt| (prompt.name.as_str().into(), self.prompted(&prompt.fields, &prompt.name)))
            .collect()
    }

    fn prompted(&self, fields: &Vars, name: &str) -> Value {
        let text = |field: &str| fields.get(field).and_then(|value| value.str().ok());
        let private = fields.get("private").is_none_or(crate::control::truth);
        let default = text("default");
        let question = text("prompt").unwrap_or_else(|| name.to_owned());
        let question = match &default {
            Some(default) if !private => format!("{question} [{default}]"),
            _ => question,
        };
        let typed = self.ask(&question, !private).filter(|typed| !typed.is_empty());
        let value = typed.or(default).unwrap_or_default();
        if private {
            self.secret(&value);
        }
        Value::from(value).marked(Marks::SECRET.when(private))
    }
}
