//! What users see of a change: the same before and after it is made.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A change as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// What is done: `write`, `create`, `directory`, `mode`, `owner`, `link`, `remove`, `run`, ...
    pub kind: String,
    /// The path, the command line or the name.
    pub title: String,
    pub attributes: Vec<Attribute>,
    pub text: Option<TextChange>,
    /// The hash of a content that is written. It is compared, and never shown.
    pub content: Option<super::Hash>,
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
        Shown {
            kind: kind.to_owned(),
            title: title.into(),
            attributes: Vec::new(),
            text: None,
            content: None,
        }
    }

    /// One more attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, before: Option<String>, after: Option<String>) -> Shown {
        self.attributes.push(Attribute { name: name.to_owned(), before, after });
        self
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.title)?;
        self.attributes.iter().try_for_each(|attribute| write!(f, "{attribute}"))?;
        match &self.text {
            Some(TextChange::Text { before, after }) => {
                write!(f, "\n{}", super::diff::unified(&self.title, before, after))
            }
            Some(TextChange::Hidden { reason, .. }) => write!(f, " (content not shown: {reason})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, ", {} {before} -> {after}", self.name),
            (None, Some(after)) => write!(f, ", {} {after}", self.name),
            (Some(before), None) => write!(f, ", {} {before} -> none", self.name),
            (None, None) => Ok(()),
        }
    }
}
