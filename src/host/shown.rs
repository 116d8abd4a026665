//! A change as the user is shown it.

use serde::{Deserialize, Serialize};

/// Stand-in until the agent's branch lands: see there.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Shown {
    /// A path, or the name of what changed.
    pub title: String,
    /// What is done to it: `create`, `change`, `remove`, `run`.
    pub kind: String,
    /// Name, before, after.
    pub attributes: Vec<(String, Option<String>, Option<String>)>,
    /// Text before and after, where there is text.
    pub before: Option<String>,
    pub after: Option<String>,
}
