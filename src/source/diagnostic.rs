//! What is wrong, where, and what could help: data, with one renderer elsewhere.

use super::Span;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
}

/// A place, and what is to be said of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One message for the user. Texts are lower case, without a full stop, names in backticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    /// The first is where it is wrong; the others are where it was used or defined.
    pub labels: Vec<Label>,
    pub hints: Vec<String>,
    /// What the result of a task says of it, in the words that playbooks look for; the message where there are none.
    pub told: Option<Box<str>>,
    /// Whether these words are all of it: nothing is put before them.
    pub alone: bool,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(message: impl Into<String>) -> Diagnostic {
        let message = message.into();
        let (labels, hints) = (Vec::new(), Vec::new());
        Diagnostic { severity: Severity::Error, message, labels, hints, told: None, alone: false }
    }

    /// A warning without a place yet.
    pub fn warning(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// Sets what the result of a task says of it.
    #[must_use]
    pub fn told(self, words: impl Into<Box<str>>) -> Diagnostic {
        Diagnostic { told: Some(words.into()), ..self }
    }

    /// Sets all that the result of a task says of it.
    #[must_use]
    pub fn told_alone(self, words: impl Into<Box<str>>) -> Diagnostic {
        Diagnostic { alone: true, ..self.told(words) }
    }

    /// What the result of a task says of it.
    pub fn words(&self) -> &str {
        self.told.as_deref().unwrap_or(&self.message)
    }

    /// Says what was being done, in the words that results have for it.
    #[must_use]
    pub fn during(self, what: &str) -> Diagnostic {
        let words = format!("{what}: {}", self.words());
        self.told(words)
    }

    /// Adds a place that needs no words of its own.
    #[must_use]
    pub fn at(self, span: Span) -> Diagnostic {
        self.label(span, "")
    }

    /// Adds a place and what is to be said of it. A span of no file is left out.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        if span.is_known() {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Adds what could help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint where there is one.
    #[must_use]
    pub fn maybe_hint(self, hint: Option<String>) -> Diagnostic {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Where it is wrong.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }
}

/// Everything found in one pass: warnings do not fail, errors do, all are kept.
#[derive(Debug, Default)]
pub struct Diagnostics {
    pub all: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Keeps one more; the same message at the same place is kept once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.all.contains(&diagnostic) {
            self.all.push(diagnostic);
        }
    }

    /// Whether anything found forbids to go on.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|found| found.severity == Severity::Error)
    }

    /// Keeps the error of a result and gives its value, if it has one.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(diagnostic) => {
                self.push(diagnostic);
                None
            }
        }
    }
}
