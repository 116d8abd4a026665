//! What controller and agent say to each other. Both ends are always of one build, so there is one version.

use crate::host::{Data, Fields};
use serde::{Deserialize, Serialize};

/// From the controller to the agent.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToAgent {
    Request(Box<Request>),
    /// A part of the content that the agent asked for; the last part says so.
    Content { hash: Hash, bytes: Vec<u8>, last: bool },
    /// The content cannot be had; the call that wanted it fails with this reason.
    NoContent { hash: Hash, reason: String },
}

/// From the agent to the controller.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromAgent {
    Hello(Hello),
    Reply(Box<Reply>),
    /// The agent needs the bytes with this hash now.
    Want { hash: Hash },
}

/// SHA-256 of a content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

/// The first message of an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The hash that names the agent's own binary.
    pub build: String,
    pub user: String,
    pub uid: u32,
}

/// Whether a plan is applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// Plan only; lay the planned changes over the probe for the calls that follow.
    Check,
    Apply,
}

/// What becomes of the requests behind one that fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum OnFailure {
    /// Those of the same epoch are answered with [`Outcome::NotRun`].
    Stop,
    Continue,
}

/// One call, and how it is to be carried out.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub id: u64,
    /// After a failure the agent discards requests until one of a later epoch comes.
    pub epoch: u32,
    pub mode: Mode,
    pub on_failure: OnFailure,
    /// Whether the reply is to hold texts before and after.
    pub diff: bool,
    /// Set for every process that the call starts.
    pub environment: Vec<(String, String)>,
    pub call: crate::modules::Call,
}

/// How a call ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    Unchanged,
    Changed,
    Failed { message: String },
    /// Discarded behind a failure.
    NotRun,
    /// A dry run cannot know: what it does depends on a command that was not run.
    Unknown { because: String },
}

/// The answer to a request. Answers come in the order of the requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    pub id: u64,
    pub outcome: Outcome,
    /// What roles read after `register`, with Ansible's names.
    pub result: Fields,
    /// What was changed, or would be: what the user is shown.
    pub changes: Vec<crate::host::Shown>,
}

impl Reply {
    /// A field of the result.
    pub fn field(&self, name: &str) -> Option<&Data> {
        self.result.get(name)
    }
}
