//! Events become what people and programs read. Nobody else prints.

mod event;

pub use event::{Activity, Event, HostName, Result, Status, TaskInfo, TaskKind};
