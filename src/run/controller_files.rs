//! Files and secrets of the controller that a run needs outside of evaluation.

use super::Run;
use crate::source::{Diagnostic, Span};
use std::path::Path;
use std::sync::Arc;

/// When a template file was changed last, its text, and the span of all of it.
pub type KnownTemplate = (std::time::SystemTime, Arc<str>, Span);

impl Run {
    /// The text of a template file, decrypted where it is a vault, and its span; read once as long as it does not change.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or no password fits.
    pub fn template_source(&self, path: &Path) -> Result<(Arc<str>, Span), Diagnostic> {
        let unreadable = |error| Diagnostic::error(format!("cannot read `{}`: {error}", path.display()));
        let changed = std::fs::metadata(path).and_then(|about| about.modified()).map_err(unreadable)?;
        let mut known = super::lock(&self.templates);
        if let Some((since, text, span)) = known.get(path)
            && *since == changed
        {
            return Ok((text.clone(), *span));
        }
        let written = crate::host::text::from_bytes(&std::fs::read(path).map_err(unreadable)?);
        let plain = self.decrypt_file(path, &written).map_err(|diagnostic| *diagnostic)?;
        let is_secret = plain.is_some();
        let text: Arc<str> = plain.unwrap_or(written).into();
        let file = match is_secret {
            true => self.sources.add_secret(path, text.clone()),
            false => self.sources.add(path, text.clone()),
        };
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
}
