//! Why a host does not go on, and why an evaluation gave nothing.

use crate::source::Diagnostic;
use crate::template::Error;

/// Why a host leaves the list of tasks that it is in.
#[derive(Debug)]
pub enum Halt {
    /// A task failed, here or on another host for all; a `rescue` may go on from here.
    Failed,
    /// The line is gone.
    Unreachable,
    /// Too many others failed: nothing more is done, whatever would catch a failure.
    Stopped,
    EndHost,
    EndBatch,
    EndPlay,
    EndRole,
    /// The user, or a failure elsewhere, ended the run.
    Interrupted,
}

/// Why a task cannot be carried out as written.
#[derive(Debug)]
pub enum Trouble {
    Halt(Halt),
    Mistake {
        diagnostic: Box<Diagnostic>,
        /// Something was not defined, which `when: false` forgives in a loop.
        undefined: bool,
    },
    /// The host cannot be worked on.
    Unreachable(Box<Diagnostic>),
    /// A dry run cannot know: this is what it depends on.
    Depends(String),
}

impl Trouble {
    /// Says what was being done, in the words that results have for it.
    #[must_use]
    pub fn during(self, what: &str) -> Trouble {
        match self {
            Trouble::Mistake { diagnostic, undefined } => {
                Trouble::Mistake { diagnostic: Box::new(diagnostic.during(what)), undefined }
            }
            other => other,
        }
    }
}

impl From<Halt> for Trouble {
    fn from(halt: Halt) -> Trouble {
        Trouble::Halt(halt)
    }
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Trouble {
        Trouble::Mistake { diagnostic: Box::new(diagnostic), undefined: false }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        let undefined = matches!(error, Error::Undefined(_));
        Trouble::Mistake { diagnostic: Box::new(error.into_diagnostic()), undefined }
    }
}
