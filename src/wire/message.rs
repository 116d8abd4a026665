//! What controller and agent say to each other. Both ends are always of one build, so there is one version.

use crate::host::{Bytes, Data, Fields, Hash};
use serde::{Deserialize, Serialize};

/// From the controller to the agent. The agent acts on them strictly in order.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToAgent {
    /// Comes first, once: how the whole session is meant.
    Begin(Begin),
    Request(Box<Request>),
    /// Forgets pending notifications: the handlers of these keys have run.
    Settle {
        keys: Vec<String>,
    },
    /// Begins nothing more: from now on requests are answered with [`Outcome::NotRun`].
    Stop,
    /// A part of the content that the agent asked for; the last part says so.
    Content {
        hash: Hash,
        bytes: Bytes,
        last: bool,
    },
    /// The content cannot be had; the call that wanted it fails with this reason.
    NoContent {
        hash: Hash,
        reason: String,
    },
}

/// From the agent to the controller.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromAgent {
    /// Comes first, unasked.
    Hello(Hello),
    /// The answer to [`ToAgent::Begin`]: whether the session may go on.
    Began(Began),
    Reply(Box<Reply>),
    /// The agent needs the bytes with this hash now.
    Want {
        hash: Hash,
    },
    /// What a long call is doing, for people who watch. It may be dropped.
    Note {
        id: u64,
        text: String,
    },
}

/// How a session is meant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Begin {
    /// A dry run: planned changes stay laid over the probe for the whole session. Otherwise a single call in
    /// [`Mode::Check`] is planned over the host as it is.
    pub dry_run: bool,
    /// The run, in words for whoever finds the host's lock taken, and after it those that it is a part of.
    pub runs: Vec<String>,
    /// Whether the host's lock is taken; it ends with the agent.
    pub lock: bool,
    /// For how many seconds to wait for a lock that another session holds.
    pub lock_wait: u64,
    /// The programs for requests to https that can be had, by machine type.
    pub https: Vec<(String, Hash)>,
}

/// Whether the session may go on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Began {
    Ready,
    /// Another session holds the lock; the holder's own message.
    Locked {
        holder: String,
    },
    /// The lock or the notes cannot be used.
    Failed {
        message: String,
    },
}

/// The first message of an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The hash that names the agent's own binary.
    pub build: String,
    pub user: String,
    pub uid: u32,
    /// Notifications that an earlier session wrote down and whose handlers have not run.
    pub pending: Vec<String>,
}

/// Whether a plan is applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Mode {
    /// Plan only; in a dry run the planned changes are laid over the probe for the calls that follow.
    Check,
    #[default]
    Apply,
}

/// What becomes of the requests behind one that fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum OnFailure {
    /// Those of the same epoch are answered with [`Outcome::NotRun`], but not the items of the same loop.
    #[default]
    Stop,
    Continue,
}

/// One call, and how it is to be carried out.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub id: u64,
    /// After a failure the agent discards requests until one of a later epoch comes.
    pub epoch: u32,
    pub sending: Sending,
    pub call: crate::modules::Call,
}

/// How a request is meant, beside its call: with nothing special it is applied, stops at a failure and shows no diff.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sending {
    /// The loop that this is an item of. Behind an item that fails the rest of its own loop is still carried out.
    pub repeat: Option<u64>,
    pub mode: Mode,
    pub on_failure: OnFailure,
    /// Whether the reply is to hold texts before and after.
    pub diff: bool,
    /// Set for every process that the call starts.
    pub environment: Vec<(String, String)>,
    /// Written down on the host before the first change is applied, and kept until settled.
    pub notify: Vec<String>,
    /// Gives up after this many seconds.
    pub timeout: Option<u64>,
    /// Answers at once and goes on without the session, for so many seconds at most.
    pub background: Option<u64>,
    /// In a dry run: where the task is written, for what hangs on it.
    pub place: Option<String>,
}

impl Request {
    /// A request with nothing special.
    pub fn new(id: u64, call: crate::modules::Call) -> Request {
        Request { id, epoch: 0, sending: Sending::default(), call }
    }
}

/// How a call ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    Unchanged,
    /// Something was changed, or in a dry run would be: commands that would run count.
    Changed,
    /// The message is also `msg` in the result.
    Failed {
        message: String,
    },
    /// Discarded behind a failure.
    NotRun,
    /// A dry run cannot know: what it does depends on something that was not done.
    Unknown {
        because: String,
    },
    /// The module decided that there is nothing to do (`creates` exists, and the like).
    Skipped {
        because: String,
    },
    /// The line broke after the call was sent: nobody knows whether it was carried out.
    Lost {
        reason: String,
    },
}

/// The answer to a request. Answers come in the order of the requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    pub id: u64,
    pub outcome: Outcome,
    /// What roles read after `register`, with Ansible's names. `changed`, `failed`, `skipped` and `diff` are not in it:
    /// they follow from the outcome and the changes.
    pub result: Fields,
    /// A dry run did not do what would have given the rest of `result`; a field that is not in it is not known, rather
    /// than not there. Holds what it depends on, for the message.
    pub unknown_result: Option<String>,
    /// What was changed, or would be: what the user is shown.
    pub changes: Vec<crate::host::Shown>,
}

impl Reply {
    /// An answer that holds nothing but how the call ended.
    pub fn bare(id: u64, outcome: Outcome) -> Reply {
        Reply { id, outcome, result: Fields::new(), unknown_result: None, changes: Vec::new() }
    }

    /// A field of the result.
    pub fn field(&self, name: &str) -> Option<&Data> {
        self.result.get(name)
    }
}
