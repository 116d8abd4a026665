//! Calls in flight, in order, with what is to be done when each is answered.

use super::result::Ended;
use crate::control::Arguments;
use crate::playbook::Task;
use crate::report::{Event, HostName, TaskInfo};
use crate::vars::{Promise, Value};
use crate::wire::{Reply, Request, Sending};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// A task on this host, with all that its end needs.
#[derive(Clone, Debug)]
pub struct Running {
    pub task: Arc<Task>,
    pub info: Arc<TaskInfo>,
    /// The arguments as they were evaluated, where a `rescue` may ask for them.
    pub arguments: Arc<OnceLock<Value>>,
    /// What `invocation` of an item's result tells, where it is registered.
    pub invocation: Arc<OnceLock<Value>>,
    pub position: super::position::Position,
    /// The name that the result is registered under, and the promise that is there until then.
    pub promise: Option<Arc<Promise>>,
    pub ignore_errors: bool,
    pub ignore_unreachable: bool,
    pub no_log: bool,
    /// The keywords that say how it ends cannot be read.
    pub is_guessed: bool,
    /// Whether the texts before and after are wanted, where the task says it.
    pub diff: Option<bool>,
    /// A failure is caught by a `rescue`.
    pub rescued: bool,
    /// A failure ends the play for all hosts.
    pub fatal: bool,
    /// It is carried out for all hosts of the batch.
    pub once: bool,
    /// `changed_when` and `failed_when` where they are plain booleans.
    pub changed: Option<bool>,
    pub failed: Option<bool>,
    /// Whose handlers are run when something was changed.
    pub notify: Vec<String>,
    pub delegated_to: Option<HostName>,
    /// Where that host is reached.
    pub delegated_address: Option<String>,
    /// How it goes on in the background, if it does.
    pub background: Option<super::background::Background>,
    pub began: Instant,
    /// The number of its loop, if it is repeated.
    pub repeat: Option<u64>,
    /// Under which host facts of the result are kept, if they are.
    pub facts_for: Option<HostName>,
    /// The key of the role that the task belongs to.
    pub role: Option<Arc<str>>,
}

impl Running {
    /// Keeps what a module is asked for, where the result of an item is registered: roles read it there.
    pub fn note_invocation(&self, arguments: &Arguments) {
        if self.repeat.is_some() && self.promise.is_some() {
            let told = arguments.module_args().map(|args| [("module_args", args)].into_iter().collect());
            told.map(|told: Value| self.invocation.get_or_init(|| told));
        }
    }
}

/// One item of a loop.
#[derive(Clone, Debug)]
pub struct Item {
    pub index: usize,
    pub label: String,
    /// Fields that the item's result has beside its own: `item`, `ansible_loop_var`, ...
    pub fields: Vec<(Value, Value)>,
}

/// What waits for its turn.
#[derive(Debug)]
pub enum Step {
    /// A call that is in flight.
    Call {
        id: u64,
        running: Box<Running>,
        item: Option<Item>,
    },
    /// Something that ended on the controller, or that the caller has judged.
    Ended {
        running: Box<Running>,
        item: Option<Item>,
        ended: Box<Ended>,
    },
    /// All items of a loop have been issued.
    LoopEnd {
        running: Box<Running>,
    },
    Event(Box<Event>),
}

impl Step {
    /// The handlers that are notified where it ends with a change.
    fn notifies(&self) -> &[String] {
        match self {
            Step::Call { running, .. } | Step::Ended { running, .. } | Step::LoopEnd { running } => {
                &running.notify
            }
            Step::Event(_) => &[],
        }
    }
}

/// The line to one agent: requests go in, answers come out in the same order.
pub struct Lane {
    pub requests: crate::wire::Client,
    pub replies: crate::wire::Replies,
    /// What long calls say that they are at, by the id of their request.
    pub notes: tokio::sync::mpsc::Receiver<(u64, String)>,
    /// Whose agent on which host this is.
    pub key: LaneKey,
    /// Whether that host is the controller itself, whose files evaluation reads.
    pub is_local: bool,
}

/// An agent: the host that it runs on, how one gets there, and how it became its user.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LaneKey {
    pub host: HostName,
    pub way: crate::ssh::Way,
    /// The method and the user, where that is another than the one who connects.
    pub identity: Option<(crate::ssh::Method, String)>,
}

/// What a host has in flight.
#[derive(Default)]
pub struct Pipeline {
    pub lane: Option<Lane>,
    pub waiting: VecDeque<Step>,
    epoch: u32,
}

impl Pipeline {
    /// A pipeline with nothing in flight.
    pub fn new(epoch: u32) -> Pipeline {
        Pipeline { epoch, ..Pipeline::default() }
    }

    /// The request for a call.
    pub fn request(&self, id: u64, call: crate::modules::Call, sending: Sending) -> Request {
        Request { id, epoch: self.epoch, sending, call }
    }

    /// The newest call that is not answered.
    pub fn newest(&self) -> Option<u64> {
        self.waiting.iter().rev().find_map(|step| match step {
            Step::Call { id, .. } => Some(*id),
            _ => None,
        })
    }

    /// Whether the end of anything that waits may notify a handler.
    pub fn may_notify(&self) -> bool {
        self.waiting.iter().any(|step| !step.notifies().is_empty())
    }

    /// Whether the end of anything that waits may notify the handler of this name.
    pub fn may_notify_of(&self, name: &String) -> bool {
        self.waiting.iter().any(|step| step.notifies().contains(name))
    }

    /// Whether something that is not answered may change files of the controller.
    pub fn acts_on_controller(&self) -> bool {
        self.lane.as_ref().is_some_and(|lane| lane.is_local) && self.is_busy()
    }

    /// Whether anything is not answered.
    pub fn is_busy(&self) -> bool {
        self.newest().is_some()
    }

    /// Forgets everything behind a failure; requests of the old epoch are discarded by the agent.
    pub fn abandon(&mut self, epoch: u32) -> Vec<Step> {
        self.epoch = epoch;
        self.waiting.drain(..).collect()
    }

    /// The step that this answer belongs to; nothing for one that was abandoned.
    pub fn answered(&mut self, reply: &Reply) -> Option<Step> {
        match self.waiting.front() {
            Some(Step::Call { id, .. }) if *id == reply.id => self.waiting.pop_front(),
            _ => None,
        }
    }

    /// The next step, if it waits for no answer.
    pub fn ready(&mut self) -> Option<Step> {
        match self.waiting.front() {
            Some(Step::Call { .. }) | None => None,
            Some(_) => self.waiting.pop_front(),
        }
    }
}
