//! The agent's hands: what it may look at, what it may change, and how.

mod data;
mod shown;

pub use data::{Data, Fields};
pub use shown::{Attribute, Shown, TextChange};
