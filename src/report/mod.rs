//! Events become what people and programs read. Nobody else prints.

mod ansible;
mod bug;
mod event;
pub mod exit;
mod foretold;
mod json;
mod live;
mod merge;
mod minimal;
mod options;
mod plain;
mod recap;
mod redact;
mod reporter;
mod sink;
mod stats;
mod story;
mod style;
mod terminal;

pub use ansible::json;
pub use bug::confess;
pub use event::{Activity, Event, HostName, Result, Status, TaskInfo, TaskKind};
pub use foretold::{Foretold, Moved, Step};
pub use merge::merge;
pub use options::{Colours, Format, Output, Switch};
pub use recap::{Counts, HostRecap, Recap, Trouble};
pub use redact::{HIDDEN, HIDDEN_LABEL, REDACTED, Redactor, SHORTEST};
pub use reporter::{Reporter, Screen, Show, Stage, choose};
pub use sink::{Sink, complain, tell};
pub use style::count;
