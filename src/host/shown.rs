//! What users see of a change: the same before and after it is made.

use serde::{Deserialize, Serialize};

/// A change as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// What is done: `write`, `create`, `directory`, `mode`, `owner`, `link`, `remove`, `run`, ...
    pub kind: String,
    /// The path, the command line or the name.
    pub title: String,
    pub attributes: Vec<Attribute>,
    pub text: Option<TextChange>,
}

/// One attribute, before and after; what was not there has no before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A content, before and after.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum TextChange {
    /// Both are text, and small.
    Text { before: String, after: String },
    /// Not shown, and why: `binary`, `large`, `not asked for`.
    Hidden { reason: String, before_size: Option<u64>, after_size: Option<u64> },
}

impl Shown {
    pub fn new(kind: &str, title: impl Into<String>) -> Shown {
        Shown { kind: kind.to_owned(), title: title.into(), attributes: Vec::new(), text: None }
    }

    /// One more attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, before: Option<String>, after: Option<String>) -> Shown {
        self.attributes.push(Attribute { name: name.to_owned(), before, after });
        self
    }
}
