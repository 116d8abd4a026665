//! The agent's hands: what it may look at, what it may change, and how.

mod answer;
pub mod base64;
mod bytes;
mod change;
pub mod clock;
mod data;
pub mod diff;
pub mod docker;
mod effect;
pub mod facts;
mod failure;
pub mod flags;
pub mod git;
pub mod glob;
pub mod health;
pub mod http;
mod http_stream;
mod http_url;
pub mod json;
mod lock;
pub mod mode;
mod nearest;
mod netlink;
mod notes;
mod overlay;
pub mod packages;
mod plan;
mod probe;
pub mod process;
mod query;
pub mod regex;
mod resolve;
mod session;
mod shown;
pub mod start;
mod stat;
mod system;
pub mod systemd;
pub mod text;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
pub mod users;
pub mod wait;
pub mod words;
pub mod zone;

pub use bytes::{Bytes, Content, Hash, hex};
pub use change::{Before, Change, Done, Write, random_word};
pub use data::{Data, Fields};
pub use effect::Effect;
pub use failure::Failure;
pub use lock::{Attempt, Lock};
pub use nearest::nearest;
pub use notes::{Notes, state_directory};
pub use overlay::{Overlay, Planned};
pub use plan::{Carried, Plan, Report};
pub use probe::Probe;
pub use process::{Output, Run};
pub use query::{Query, Scope, Subject};
pub use session::Host;
pub use shown::{Attribute, Shown, TextChange};
pub use stat::{Kind, Owner, Stat, Time};
pub use system::{ContentSource, NoContents, System};
