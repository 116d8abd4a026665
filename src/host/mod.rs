//! The agent's hands: what it may look at, what it may change, and how.

mod data;

pub use data::{Data, Fields};
