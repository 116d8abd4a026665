//! The value of what is not defined: it chains, and fails when it is used.

use crate::source::{Diagnostic, Span};

/// Why a value is not there. `a.b.c | default(x)` may chain through it; printing it fails.
#[derive(Clone, PartialEq, Debug)]
pub struct Undefined {
    /// The expression as the user wrote it: `matrix_domian`, `item.src`.
    pub name: String,
    /// Where that is written.
    pub span: Span,
    /// What to say instead of "is not defined", such as a failure kept for later.
    pub because: Option<Box<Diagnostic>>,
}

impl Undefined {
    /// What is undefined because nobody defined it.
    pub fn new(name: impl Into<String>, span: Span) -> Undefined {
        Undefined { name: name.into(), span, because: None }
    }

    /// The message for a use of it.
    pub fn diagnostic(&self) -> Diagnostic {
        match &self.because {
            Some(because) => (**because).clone(),
            None => Diagnostic::error(format!("`{}` is not defined", self.name)).at(self.span),
        }
    }
}
