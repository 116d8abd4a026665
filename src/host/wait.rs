//! Waiting for something outside.

use super::{Failure, Fields, System};

/// Waits for a condition.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wait {}

/// Waits.
pub(in crate::host) fn wait(_system: &System, _wait: &Wait) -> Result<Fields, Failure> {
    Ok(Fields::new())
}
