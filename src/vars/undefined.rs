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
    /// The type of what lacks it, and the key that it lacks, as Python prints them.
    pub lacking: Option<Box<(String, String)>>,
}

impl Undefined {
    /// What is undefined because nobody defined it.
    pub fn new(name: impl Into<String>, span: Span) -> Undefined {
        Undefined { name: name.into(), span, because: None, lacking: None }
    }

    /// The value of an `if` that does not hold and has no `else`: Jinja's own undefined value, which prints as nothing, has no
    /// items, is false and differs from everything else, where others fail.
    pub fn no_choice(span: Span) -> Undefined {
        Undefined::new("", span)
    }

    /// Whether it is that of an `if` without `else`.
    pub fn is_no_choice(&self) -> bool {
        self.name.is_empty() && self.because.is_none()
    }

    /// The message for a use of it.
    pub fn diagnostic(&self) -> Diagnostic {
        match &self.because {
            Some(because) => (**because).clone(),
            None if self.is_no_choice() => {
                Diagnostic::error("the condition does not hold and there is no `else`").at(self.span)
            }
            None => {
                let message = format!("`{}` is not defined", self.name);
                Diagnostic::error(message).at(self.span).told(self.words())
            }
        }
    }

    /// What results say of it, and what many playbooks look for in them.
    fn words(&self) -> String {
        match self.lacking.as_deref() {
            Some((of, key)) if key == "0" => format!("{of} object has no element 0"),
            Some((of, key)) => format!("object of type '{of}' has no attribute {key}"),
            None => format!("'{}' is undefined", self.name),
        }
    }
}
