//! The whole contract between a run and those who show it.

use crate::host::{Data, Shown};
use crate::source::{Diagnostic, Span};
use std::sync::Arc;
use std::time::Duration;

/// The name of a host in the inventory.
pub type HostName = Arc<str>;

/// What a task is to the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskKind {
    Task,
    Handler,
    /// Brings in other tasks: `include_tasks`, `include_role`.
    Include,
    /// A word to the run itself, which counts in no recap: `meta`.
    Meta,
}

/// A task as events name it. Hosts that run the same task share one of these.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskInfo {
    /// Counts the tasks of a run in the order in which they were first reached.
    pub number: usize,
    pub kind: TaskKind,
    /// As written, or templated for the first host that came to it; the action where there is no name.
    pub name: String,
    /// The module or control word, in the user's spelling.
    pub action: String,
    pub role: Option<Arc<str>>,
    /// Whether it changes nothing, as it says itself or the run does.
    pub check_mode: bool,
    /// Where the task is written.
    pub span: Span,
    /// Where the task stands in the run: the play, the task in it, then for each include the item that brought it
    /// in and the task in there. Every host meets its tasks in ascending order, so that results of hosts which are
    /// at different places can be shown task by task. Empty: the number stands for it.
    pub position: Vec<u32>,
}

impl TaskInfo {
    /// Whether nothing is told or counted of such an end: that of a `meta` which did not fail.
    pub fn is_silent(&self, status: Status) -> bool {
        self.kind == TaskKind::Meta && matches!(status, Status::Ok | Status::Skipped)
    }
}

/// How a task, or one item of its loop, ended on one host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Ok,
    Changed,
    Skipped,
    Failed,
    /// The connection is gone; what was in flight has an unknown fate.
    Unreachable,
    /// A dry run cannot know: it depends on something that was not run.
    Depends,
    /// Was caught by a `rescue`, and counts as that.
    Rescued,
}

/// The end of a task, or of one item of its loop, on one host.
#[derive(Clone, PartialEq, Debug)]
pub struct Result {
    pub status: Status,
    /// Failed, and `ignore_errors` (or `ignore_unreachable`) says to go on.
    pub ignored: bool,
    /// Why it failed, was skipped or depends, in one sentence.
    pub message: Option<String>,
    /// All that `register` would hold, with Ansible's names.
    pub data: Data,
    /// What was changed, or in a dry run would be.
    pub changes: Vec<Shown>,
    /// The place of a mistake in the user's files.
    pub diagnostic: Option<Box<Diagnostic>>,
    /// The user asked that nothing of this is shown.
    pub no_log: bool,
    /// Whether the texts before and after are wanted; none stands for as the output says.
    pub diff: Option<bool>,
    pub delegated_to: Option<HostName>,
    /// Where that host is reached.
    pub delegated_address: Option<String>,
    pub took: Duration,
}

/// What a host is doing, for the progress display.
#[derive(Clone, PartialEq, Debug)]
pub enum Activity {
    Connecting,
    /// The agent is being sent: bytes done and in all.
    Delivering {
        done: u64,
        all: u64,
    },
    GatheringFacts,
    Running(Arc<TaskInfo>),
    /// What the call under way is at, where it says so.
    Doing(String),
    /// For other hosts, a lock, a retry, a pause: says what for.
    Waiting(String),
    /// The host has come to the end of the play, or has failed for good. Sent for every host of every play.
    Finished,
}

/// One thing that happened. Events of one host come in the order of its tasks, whatever was in flight.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// A playbook file starts.
    Playbook {
        name: String,
        /// How many plays it has.
        plays: usize,
    },
    Play {
        name: String,
        /// None where the pattern matched no host.
        hosts: Vec<HostName>,
        span: Span,
        /// Whether the hosts go task by task together, as `linear` does.
        lockstep: bool,
    },
    /// The first host has come to this task.
    Task {
        task: Arc<TaskInfo>,
    },
    /// A retry of `until` failed and there will be another.
    Retry {
        host: HostName,
        task: Arc<TaskInfo>,
        left: u32,
        result: Box<Result>,
    },
    /// The job of a task, with this name, was looked at and is still at work.
    Polled {
        host: HostName,
        task: Arc<TaskInfo>,
        job: String,
    },
    /// One item of a loop is done.
    Item {
        host: HostName,
        task: Arc<TaskInfo>,
        label: String,
        result: Box<Result>,
    },
    /// A file or role was brought in for this host, by the task; for an item of a loop with its label. Counts as one
    /// `ok`; the [`Event::Done`] of the task itself does not.
    Included {
        host: HostName,
        task: Arc<TaskInfo>,
        file: String,
        label: Option<String>,
    },
    /// A task is done on one host. For loops this comes after the items.
    Done {
        host: HostName,
        task: Arc<TaskInfo>,
        looped: bool,
        result: Box<Result>,
    },
    /// So many hosts of a play failed that it ends for the others too.
    NoHostsLeft,
    /// What failed so far no longer counts against these hosts.
    Forgiven {
        hosts: Vec<HostName>,
    },
    /// A handler was notified by a change on this host.
    Notified {
        host: HostName,
        handler: String,
    },
    Activity {
        host: HostName,
        activity: Activity,
    },
    /// How many of the tasks known by now this host has done.
    Progress {
        host: HostName,
        done: usize,
        known: usize,
    },
    Warning(Box<Diagnostic>),
    /// What `debug`, `pause`, `meta` and the like say to the user beside their result.
    Notice {
        host: Option<HostName>,
        text: String,
    },
    /// What one `set_stats` says, for a host or for all: it comes to what is there already, or takes its place.
    Stats {
        host: Option<HostName>,
        data: Data,
        aggregate: bool,
    },
    /// Nothing more will come.
    End {
        interrupted: bool,
    },
}
