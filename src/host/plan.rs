//! What a module wants done: a list of changes, and what it can say already.

use super::{Change, Data, Done, Fields};

/// What a module wants done. Empty means that the host is as it should be.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// What can be said of the result already.
    pub result: Fields,
    /// Plan once more when these changes are made: what comes next depends on them.
    pub again: bool,
}

impl Plan {
    /// Nothing to do.
    pub fn nothing() -> Plan {
        Plan::default()
    }

    /// One change.
    pub fn one(change: Change) -> Plan {
        Plan::from(vec![change])
    }

    /// Nothing to do, and this to say.
    pub fn say(result: Fields) -> Plan {
        Plan { result, ..Plan::default() }
    }

    pub fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether carrying it out makes the call `changed`.
    pub fn changes_host(&self) -> bool {
        self.changes.iter().any(Change::counts)
    }

    /// The same plan with one more field of the result.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Data>) -> Plan {
        self.result.set(name, value);
        self
    }

    /// The same plan, to be followed by another.
    #[must_use]
    pub fn and_again(mut self) -> Plan {
        self.again = true;
        self
    }
}

impl From<Vec<Change>> for Plan {
    fn from(changes: Vec<Change>) -> Plan {
        Plan { changes, ..Plan::default() }
    }
}

/// What became of a plan: what each of its changes left, and the fields that the plan gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Carried {
    pub changes: Vec<(Change, Done)>,
    pub result: Fields,
    /// Whether the changes were only planned.
    pub dry: bool,
}

impl Carried {
    /// The output of the last program that was run.
    pub fn output(&self) -> Option<&super::process::Output> {
        self.outputs().last()
    }

    /// The outputs of all programs that were run.
    pub fn outputs(&self) -> impl Iterator<Item = &super::process::Output> {
        self.changes.iter().filter_map(|(_, done)| match done {
            Done::Ran(output) => Some(output),
            _ => None,
        })
    }

    /// Whether anything was, or would be, changed.
    pub fn changed(&self) -> bool {
        self.changes.iter().any(|(change, _)| change.counts())
    }
}

/// What a module says in the end.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    pub result: Fields,
    /// Overrides what the changes say.
    pub changed: Option<bool>,
    /// In a dry run: what the missing fields of the result depend on.
    pub unknown: Option<String>,
}

impl From<Fields> for Report {
    fn from(result: Fields) -> Report {
        Report { result, ..Report::default() }
    }
}
