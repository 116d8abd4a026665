//! A registered result that is not yet known.

use super::Value;
use std::sync::OnceLock;

/// Settled once, when the reply is in. Evaluation that touches an unsettled promise waits for it.
#[derive(Debug, Default)]
pub struct Promise {
    value: OnceLock<Value>,
}

impl Promise {
    /// The value, once there is one.
    pub fn value(&self) -> Option<&Value> {
        self.value.get()
    }

    /// Gives the promise its value. The first value stays.
    pub fn settle(&self, value: Value) {
        let _ = self.value.set(value);
    }
}
