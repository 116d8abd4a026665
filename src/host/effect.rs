//! What a program that is not run in a dry run would have done, as far as that is known.

use super::{Data, Fields, Owner, Subject};
use std::path::PathBuf;

/// What a program that is not run in a dry run would have done.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// The answer about this subject would be this one; `Null` where it would be gone.
    Set(Subject, Data),
    /// These fields of the answer would be other ones.
    Merge(Subject, Fields),
    /// The answer would be another one, and nobody knows which.
    Unknown(Subject),
    Directory {
        path: PathBuf,
        mode: u32,
        owner: Owner,
    },
    /// A file with a content that nobody knows.
    File {
        path: PathBuf,
        mode: u32,
        owner: Owner,
    },
    /// A file with this content.
    Text {
        path: PathBuf,
        text: String,
    },
    Gone(PathBuf),
    /// Anything may have come into being.
    Anything,
}
