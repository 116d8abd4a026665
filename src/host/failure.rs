//! Why a call cannot be planned or carried out.

use super::{Data, Fields};
use std::path::Path;

/// Why a call cannot be planned or carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    #[error("{message}")]
    Failed { message: String, result: Fields },
    /// In a dry run only: it depends on something that was not done.
    #[error("depends on {because}")]
    Unknown { because: String },
    /// There is nothing to do, and the module says so.
    #[error("skipped: {because}")]
    Skipped { because: String, result: Fields },
}

impl Failure {
    /// A failure that is told in one sentence.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure::Failed { message: message.into(), result: Fields::new() }
    }

    /// An error of the system at a path.
    pub fn at(path: &Path, what: &str, error: impl std::fmt::Display) -> Failure {
        Failure::new(format!("cannot {what} `{}`: {error}", path.display()))
    }

    pub fn unknown(because: impl Into<String>) -> Failure {
        Failure::Unknown { because: because.into() }
    }

    /// The same failure with one more field in the result.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Data>) -> Failure {
        if let Failure::Failed { result, .. } | Failure::Skipped { result, .. } = &mut self {
            result.set(name, value);
        }
        self
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::new(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Failure {
        Failure::new(message)
    }
}
