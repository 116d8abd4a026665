//! How evaluation ends when it gives no value.

use crate::source::{Diagnostic, Span};
use crate::vars::{Promise, Undefined};
use std::sync::Arc;

/// What evaluation gives.
pub type Answer<T> = Result<T, Error>;

/// Why there is no value.
#[derive(Clone, Debug)]
pub enum Error {
    /// A registered result was touched that is not in yet: await it and evaluate again.
    Pending(Arc<Promise>),
    /// Something undefined was used. Apart from [`Error::Failed`] because callers may forgive it.
    Undefined(Box<Diagnostic>),
    /// Anything else. The first label is where it is wrong, each further one where that was needed.
    Failed(Box<Diagnostic>),
}

impl Error {
    /// A failure that has no place yet; the evaluator adds the expression's.
    pub fn failed(message: impl Into<String>) -> Error {
        Error::Failed(Box::new(Diagnostic::error(message)))
    }

    /// The error of using what is not defined.
    pub fn undefined(undefined: &Undefined) -> Error {
        Error::Undefined(Box::new(undefined.diagnostic()))
    }

    /// Whether it is a fact, by its name, that is not defined.
    pub fn is_missing_fact(&self) -> bool {
        matches!(self, Error::Undefined(diagnostic) if diagnostic.message.starts_with("`ansible_"))
    }

    /// The message, unless it is only a matter of waiting.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self {
            Error::Pending(_) => None,
            Error::Undefined(diagnostic) | Error::Failed(diagnostic) => Some(diagnostic),
        }
    }

    /// The message for the user. A pending promise that nobody awaited says so.
    pub fn into_diagnostic(self) -> Diagnostic {
        match self {
            Error::Pending(_) => Diagnostic::error("the result is not known yet"),
            Error::Undefined(diagnostic) | Error::Failed(diagnostic) => *diagnostic,
        }
    }

    /// Gives the message its place, if it has none yet.
    #[must_use]
    pub fn at(self, span: Span) -> Error {
        self.change(|diagnostic| match diagnostic.labels.is_empty() {
            true => diagnostic.at(span),
            false => diagnostic,
        })
    }

    /// Adds a place that needed the value: the use of a variable.
    #[must_use]
    pub fn needed(self, span: Span) -> Error {
        self.change(|diagnostic| match diagnostic.labels.iter().any(|label| label.span == span) {
            true => diagnostic,
            false if diagnostic.labels.is_empty() => diagnostic.at(span),
            false => diagnostic.label(span, "needed here"),
        })
    }

    /// Adds what could help.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Error {
        self.change(|diagnostic| diagnostic.hint(hint))
    }

    /// Says what was being done, in the words that results have for it.
    #[must_use]
    pub fn during(self, what: &str) -> Error {
        self.change(|diagnostic| diagnostic.during(what))
    }

    fn change(self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Error {
        match self {
            Error::Pending(promise) => Error::Pending(promise),
            Error::Undefined(diagnostic) => Error::Undefined(Box::new(change(*diagnostic))),
            Error::Failed(diagnostic) => Error::Failed(Box::new(change(*diagnostic))),
        }
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Error {
        Error::Failed(Box::new(diagnostic))
    }
}
