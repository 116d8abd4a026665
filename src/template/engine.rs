//! The engine: what the rest of the program calls.

use super::cache::Cache;
use super::context::{Context, Language};
use super::eval::output::Output;
use super::eval::{Evaluator, Place};
use super::python::types;
use super::syntax::tree::{Kind, Template};
use super::syntax::{Delimiters, Escapes};
use super::{Answer, Error, Overrides, Scope, check, finish, newline};
use crate::source::{Diagnostic, Diagnostics, Span};
use crate::vars::{Data, HEADER, Marks, Value, has_braces};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Parses templates and evaluates them. Cheap to clone; clones share the parsed templates.
#[derive(Clone, Default)]
pub struct Engine {
    cache: Arc<Cache>,
}

/// A free variable that a template reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameUsed {
    pub name: Arc<str>,
    pub span: Span,
    /// Whether the use tolerates that it is undefined: `x | default(...)`, `x is defined`.
    pub forgiven: bool,
}

impl Engine {
    /// Evaluates a value to its full depth: the result holds nothing lazy, pending or undefined.
    /// Omitted elements of containers are left out; a value that is itself omitted stays `Omit`.
    ///
    /// # Errors
    /// If something is pending, undefined, or cannot be evaluated.
    pub fn resolve(&self, value: &Value, scope: &dyn Scope) -> Answer<Value> {
        if !value.is_lazy() && !matches!(value.data(), Data::Undefined(_)) {
            return finish::finished(value, scope);
        }
        let mut ev = Evaluator::new(self, scope);
        let result = ev.deep(value.clone()).and_then(|value| finish::finished(&value, scope));
        result.map_err(|error| finish::hinted(error, scope))
    }

    /// Evaluates a value itself but leaves the elements of a container as they are.
    ///
    /// # Errors
    /// As [`Engine::resolve`]; an undefined result is given as a value.
    pub fn shallow(&self, value: &Value, scope: &dyn Scope) -> Answer<Value> {
        let result = Evaluator::new(self, scope).force(value.clone());
        result.map_err(|error| finish::hinted(error, scope))
    }

    /// Evaluates a bare expression (`a.b + 1`, no braces), written at `span`, to its full depth.
    /// An undefined result is given as a value.
    ///
    /// # Errors
    /// If something is pending, or cannot be evaluated.
    pub fn expression(&self, text: &str, span: Span, scope: &dyn Scope) -> Answer<Value> {
        let place = Place { text: text.into(), span };
        let template = self.parsed_expression(&place, scope.context())?;
        let mut ev = Evaluator::new(self, scope);
        let value = ev.run_expression(&template, place).and_then(|value| ev.deep(value));
        match value {
            Ok(value) if value.is_undefined() => Ok(value),
            Ok(value) => finish::finished(&value.unmarked(Marks::TRUSTED), scope),
            Err(error) => Err(finish::hinted(error, scope)),
        }
    }

    /// Whether a condition holds: a boolean, or the text of an expression (`when`, `failed_when`,
    /// `until`, `that`). Text that is wholly `{{ }}` and results that are no booleans are taken
    /// with a warning.
    ///
    /// # Errors
    /// If something is pending, undefined, or cannot be evaluated.
    pub fn condition(&self, condition: &Value, scope: &dyn Scope) -> Answer<bool> {
        let result = super::condition::holds(self, condition, scope);
        result.map_err(|error| finish::hinted(error, scope))
    }

    /// Renders a template file to the text that is written. `span` is that of the whole file. A
    /// `#jinja2:` first line is read and removed; the given overrides are weaker than it.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn template_text(
        &self,
        text: &str,
        span: Span,
        overrides: &Overrides,
        scope: &dyn Scope,
    ) -> Answer<Value> {
        let result = self.render(text, span, overrides, &mut Evaluator::new(self, scope));
        result.and_then(|value| finish::written(&value, scope)).map_err(|error| finish::hinted(error, scope))
    }

    /// What a template file gives: in 2.19 a lone expression keeps its type there, too.
    pub(super) fn render(
        &self,
        text: &str,
        span: Span,
        overrides: &Overrides,
        ev: &mut Evaluator,
    ) -> Answer<Value> {
        let context = ev.context;
        let (body, header) = super::header::read(text, span, context.surroundings.language)?;
        let overrides = header.over(overrides);
        let skipped = text.len() - body.len();
        let span = if span.is_known() { span.part(skipped, text.len()) } else { span };
        let place = Place { text: super::header::plain_newlines(body), span };
        let rules = overrides.rules();
        if !rules.open_in(&place.text) && body.len() == text.len() {
            return Ok(Value::from(text));
        }
        let template = self.parsed_by(&place, &rules, context)?;
        let mut out = Output::default();
        ev.run(&template, place, &mut out)?;
        Ok(newline::restored(ev.result(out)?, body, overrides.newline()))
    }

    /// What the lookup of `with_NAME` is given: the value of that keyword, as a list.
    ///
    /// # Errors
    /// As [`Engine::resolve`], and where it must be a list.
    pub fn terms(&self, name: &str, value: &Value, scope: &dyn Scope) -> Answer<Value> {
        let value = self.resolve(value, scope)?;
        let terms = super::lookups::terms_of_keyword(name, &value, scope.context().surroundings.language);
        terms.map(Value::list).map_err(|error| error.at(value.span()))
    }

    /// Runs a lookup by its name for `with_NAME`. The terms are the value of that keyword; a value
    /// that is no list is the only term.
    ///
    /// # Errors
    /// If there is no such lookup, or it fails.
    pub fn lookup(&self, name: &str, terms: &Value, scope: &dyn Scope) -> Answer<Vec<Value>> {
        let mut ev = Evaluator::new(self, scope);
        let terms = ev.force(terms.clone()).map_err(|error| finish::hinted(error, scope))?;
        if let Data::Undefined(undefined) = terms.data() {
            return Err(finish::hinted(Error::undefined(undefined), scope));
        }
        let list = terms.as_items().map_or_else(|| vec![terms.clone()], |items| items.to_vec());
        let found = super::lookups::run_with(&mut ev, name, list);
        let found = found.map_err(|error| finish::hinted(error.at(terms.span()), scope))?;
        found.iter().map(|value| finish::finished(value, scope)).collect()
    }

    /// Whether there is a lookup of that name, for `with_NAME`.
    pub fn has_lookup(&self, name: &str) -> bool {
        super::lookups::find(name).is_some()
    }

    /// Everything that can be known to be wrong in the text of a lazy value without evaluating it:
    /// syntax, unknown filters, tests, lookups.
    pub fn check_template(&self, text: &str, span: Span, context: &Context) -> Diagnostics {
        let place = Place { text: text.into(), span };
        check::checked(self.parsed(&place, context), &place, context)
    }

    /// The same for the text of a template file.
    pub fn check_file(
        &self,
        text: &str,
        span: Span,
        overrides: &Overrides,
        context: &Context,
    ) -> Diagnostics {
        let (body, header) = match super::header::read(text, span, context.surroundings.language) {
            Ok(read) => read,
            Err(error) => return Diagnostics { all: vec![error.into_diagnostic()] },
        };
        let span = if span.is_known() { span.part(text.len() - body.len(), text.len()) } else { span };
        let place = Place { text: super::header::plain_newlines(body), span };
        let template = self.parsed_by(&place, &header.over(overrides).rules(), context);
        check::checked(template, &place, context)
    }

    /// The same for a condition or bare expression.
    pub fn check_expression(&self, text: &str, span: Span, context: &Context) -> Diagnostics {
        let place = Place { text: text.into(), span };
        if super::condition::is_template(self, &place, context) {
            return check::checked(self.parsed(&place, context), &place, context);
        }
        check::checked(self.parsed_expression(&place, context), &place, context)
    }

    /// The free variables of the text of a lazy value, in the order of their first use. Text with
    /// a syntax error has none.
    pub fn names_used(&self, text: &str, span: Span, context: &Context) -> Vec<NameUsed> {
        let place = Place { text: text.into(), span };
        check::names_used(self.parsed(&place, context), &place, context)
    }

    /// The free variables of a condition or bare expression.
    pub fn names_used_by_expression(&self, text: &str, span: Span, context: &Context) -> Vec<NameUsed> {
        let place = Place { text: text.into(), span };
        if super::condition::is_template(self, &place, context) {
            return check::names_used(self.parsed(&place, context), &place, context);
        }
        check::names_used(self.parsed_expression(&place, context), &place, context)
    }

    /// The template of a text that stands in YAML.
    pub(super) fn parsed(&self, place: &Place, context: &Context) -> Answer<Arc<Template>> {
        // Of old, a text without braces stayed as it was, with its first line.
        let counts = context.surroundings.language == Language::Native || has_braces(&place.text);
        if counts && place.text.starts_with(HEADER) {
            return self.parsed_behind_header(place, context);
        }
        let rules = || Delimiters { escapes: Escapes::Kept, ..Delimiters::default() };
        self.cache.template(place, context, || super::syntax::parse_template(&place.text, &rules()))
    }

    fn parsed_behind_header(&self, place: &Place, context: &Context) -> Answer<Arc<Template>> {
        let (body, header) = super::header::read(&place.text, place.span, context.surroundings.language)?;
        let start = place.text.len() - body.len();
        let rules = Delimiters { escapes: Escapes::Kept, start, ..header.rules() };
        self.cache.template(place, context, || super::syntax::parse_template(&place.text, &rules))
    }

    /// The tree of an expression without braces.
    pub(super) fn parsed_expression(&self, place: &Place, context: &Context) -> Answer<Arc<Template>> {
        let parse = || super::syntax::parse_expression(&place.text, &Delimiters::default());
        self.cache.expression(place, context, parse)
    }

    /// The template of a file, by the rules that it is read with.
    pub(super) fn parsed_by(
        &self,
        place: &Place,
        rules: &Delimiters,
        context: &Context,
    ) -> Answer<Arc<Template>> {
        self.cache.file(place, rules, context)
    }

    /// How included and imported files are read.
    pub(super) fn file_rules(&self) -> Delimiters {
        Overrides::default().rules()
    }

    /// Empty text, shared.
    pub(super) fn no_text(&self) -> Arc<str> {
        self.cache.no_text()
    }

    /// The text of a template file: beside the template that names it, else on the search path.
    pub(super) fn template_file(&self, name: &str, from: &Place, context: &Context) -> Answer<Option<Place>> {
        let beside = context.surroundings.sources.source(from.span.file);
        let beside = beside.as_ref().and_then(|source| source.path.parent()).map(|folder| folder.join(name));
        let found =
            beside.filter(|path| path.is_file()).or_else(|| super::search::find(context, "templates", name));
        found.map(|path| self.file_place(&path, context)).transpose()
    }

    fn file_place(&self, path: &Path, context: &Context) -> Answer<Place> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::failed(format!("`{}` cannot be read: {error}", path.display())))?;
        let known = self.cache.read_before(path, &text);
        Ok(known.unwrap_or_else(|| {
            let plain = super::header::plain_newlines(&text);
            let file = context.surroundings.sources.add(path, text.as_str());
            let place = Place { text: plain, span: Span::new(file, 0, text.len()) };
            self.cache.remember(PathBuf::from(path), text, place.clone());
            place
        }))
    }
}

/// Whether the expression is a lone name.
pub(super) fn lone_name(template: &Template) -> Option<&Arc<str>> {
    match &template.only_expression()?.kind {
        Kind::Name(name) => Some(name),
        _ => None,
    }
}

/// A warning that a value was taken that is no boolean.
pub(super) fn no_boolean(value: &Value, span: Span, language: Language) -> Option<Diagnostic> {
    if value.as_bool().is_some() || language == Language::Classic {
        return None;
    }
    let what = types::type_name(value);
    let holds = types::is_true(value).unwrap_or(false);
    let message = format!("the condition gives `{what}`, which counts as {holds}, not a boolean");
    let hint = "write what must hold, such as `x | length > 0`, `x is defined` or `x | bool`";
    Some(Diagnostic::warning(message).at(span).hint(hint))
}
