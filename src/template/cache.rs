//! Parsed templates, kept by their text.

use super::eval::Place;
use super::syntax::tree::Template;
use super::syntax::{Delimiters, SyntaxError, parse_template};
use super::{Answer, Context, Error};
use crate::source::Diagnostic;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

type ByRules = HashMap<(Arc<str>, Delimiters), Arc<Template>>;
type ByText = RwLock<HashMap<Arc<str>, Arc<Template>>>;

/// Parsed templates and the texts of template files; shared by all hosts.
#[derive(Default)]
pub struct Cache {
    templates: ByText,
    expressions: ByText,
    files: RwLock<ByRules>,
    read: RwLock<HashMap<PathBuf, (String, Place)>>,
    no_text: OnceLock<Arc<str>>,
}

type Parse<'p> = &'p dyn Fn() -> Result<Template, SyntaxError>;

impl Cache {
    pub fn template(
        &self,
        place: &Place,
        context: &Context,
        parse: impl Fn() -> Result<Template, SyntaxError>,
    ) -> Answer<Arc<Template>> {
        cached(&self.templates, place, context, &parse)
    }

    pub fn expression(
        &self,
        place: &Place,
        context: &Context,
        parse: impl Fn() -> Result<Template, SyntaxError>,
    ) -> Answer<Arc<Template>> {
        cached(&self.expressions, place, context, &parse)
    }

    pub fn file(&self, place: &Place, rules: &Delimiters, context: &Context) -> Answer<Arc<Template>> {
        let key = (place.text.clone(), rules.clone());
        if let Some(template) = self.files.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(template.clone());
        }
        let template = Arc::new(located(parse_template(&place.text, rules), place, context)?);
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(key, template.clone());
        Ok(template)
    }

    /// The place of a file that was read before and is still the same.
    pub fn read_before(&self, path: &Path, text: &str) -> Option<Place> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        read.get(path).filter(|(known, _)| known == text).map(|(_, place)| place.clone())
    }

    pub fn remember(&self, path: PathBuf, text: String, place: Place) {
        self.read.write().unwrap_or_else(PoisonError::into_inner).insert(path, (text, place));
    }

    pub fn no_text(&self) -> Arc<str> {
        self.no_text.get_or_init(|| "".into()).clone()
    }
}

fn cached(map: &ByText, place: &Place, context: &Context, parse: Parse) -> Answer<Arc<Template>> {
    if let Some(template) = map.read().unwrap_or_else(PoisonError::into_inner).get(&place.text) {
        return Ok(template.clone());
    }
    let template = Arc::new(located(parse(), place, context)?);
    map.write().unwrap_or_else(PoisonError::into_inner).insert(place.text.clone(), template.clone());
    Ok(template)
}

fn located(parsed: Result<Template, SyntaxError>, place: &Place, context: &Context) -> Answer<Template> {
    parsed.map_err(|error| {
        let span = place.locate(error.part, &context.surroundings.sources);
        Error::from(Diagnostic::error(error.message).at(span).maybe_hint(error.hint))
    })
}
