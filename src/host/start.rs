//! The start loop.

use super::{Effect, Failure, Fields, Shown, System};

/// Starts components.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StartLoop {}

impl StartLoop {
    pub(in crate::host) fn effects(&self) -> Vec<Effect> {
        Vec::new()
    }

    pub(in crate::host) fn shown(&self) -> Shown {
        Shown::new("start", "components")
    }

    pub(in crate::host) fn carry_out(&self, _system: &System) -> Result<Fields, Failure> {
        Ok(Fields::new())
    }
}
