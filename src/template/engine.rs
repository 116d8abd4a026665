//! The engine: what the rest of the program calls.

use super::{Answer, Error, Scope};
use crate::source::{Diagnostics, Span};
use crate::vars::Value;
use std::sync::Arc;

/// Parses templates and evaluates them. Cheap to clone; clones share the parsed templates.
#[derive(Clone, Default)]
pub struct Engine {}

/// What the first line of a template file (`#jinja2: trim_blocks: False`) or the arguments of the
/// module change in how it is read. An argument left out has the file's or Ansible's meaning.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Overrides {
    /// Whether the first newline after a block is removed; `true` for template files.
    pub trim_blocks: Option<bool>,
    /// Whether blanks before a block are removed; `false` if not given.
    pub lstrip_blocks: Option<bool>,
    /// Whether the last newline of the file stays; `true` for template files.
    pub keep_trailing_newline: Option<bool>,
    /// What newlines become in the result; `\n` if not given.
    pub newline_sequence: Option<String>,
    pub variable_start_string: Option<String>,
    pub variable_end_string: Option<String>,
    pub block_start_string: Option<String>,
    pub block_end_string: Option<String>,
    pub comment_start_string: Option<String>,
    pub comment_end_string: Option<String>,
    pub line_statement_prefix: Option<String>,
    pub line_comment_prefix: Option<String>,
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
    pub fn resolve(&self, _value: &Value, _scope: &dyn Scope) -> Answer<Value> {
        Err(Error::failed("not yet"))
    }

    /// Evaluates a value itself but leaves the elements of a container as they are.
    ///
    /// # Errors
    /// As [`Engine::resolve`]; an undefined result is given as a value.
    pub fn shallow(&self, _value: &Value, _scope: &dyn Scope) -> Answer<Value> {
        Err(Error::failed("not yet"))
    }

    /// Evaluates a bare expression (`a.b + 1`, no braces), written at `span`, to its full depth.
    /// An undefined result is given as a value.
    ///
    /// # Errors
    /// If something is pending, or cannot be evaluated.
    pub fn expression(&self, _text: &str, _span: Span, _scope: &dyn Scope) -> Answer<Value> {
        Err(Error::failed("not yet"))
    }

    /// Whether a condition holds: a boolean, or the text of an expression (`when`, `failed_when`,
    /// `until`, `that`). Text that is wholly `{{ }}` and results that are no booleans are taken
    /// with a warning.
    ///
    /// # Errors
    /// If something is pending, undefined, or cannot be evaluated.
    pub fn condition(&self, _condition: &Value, _scope: &dyn Scope) -> Answer<bool> {
        Err(Error::failed("not yet"))
    }

    /// Renders the text of a template file. `span` is that of the whole file. A `#jinja2:` first
    /// line is read and removed; the given overrides are weaker than it. The result is text.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn template_text(
        &self,
        _text: &str,
        _span: Span,
        _overrides: &Overrides,
        _scope: &dyn Scope,
    ) -> Answer<Value> {
        Err(Error::failed("not yet"))
    }

    /// Everything that can be known to be wrong in the text of a lazy value without evaluating it:
    /// syntax, unknown filters, tests, lookups.
    pub fn check_template(&self, _text: &str, _span: Span, _context: &super::Context) -> Diagnostics {
        Diagnostics::default()
    }

    /// The same for a condition or bare expression.
    pub fn check_expression(&self, _text: &str, _span: Span, _context: &super::Context) -> Diagnostics {
        Diagnostics::default()
    }

    /// The free variables of the text of a lazy value, in the order of their first use. Text with
    /// a syntax error has none.
    pub fn names_used(&self, _text: &str, _span: Span, _context: &super::Context) -> Vec<NameUsed> {
        Vec::new()
    }

    /// The free variables of a condition or bare expression.
    pub fn names_used_by_expression(
        &self,
        _text: &str,
        _span: Span,
        _context: &super::Context,
    ) -> Vec<NameUsed> {
        Vec::new()
    }
}
