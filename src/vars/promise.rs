//! A registered result that is not yet known.

use super::Value;
use std::sync::OnceLock;

/// Settled once, when the reply is in. Evaluation that touches an unsettled promise waits for it.
#[derive(Debug, Default)]
pub struct Promise {
    value: OnceLock<Value>,
    unknown: Option<String>,
}

impl Promise {
    /// A promise that a dry run cannot keep, with what it depends on.
    pub fn unknown(because: impl Into<String>) -> Promise {
        Promise { value: OnceLock::new(), unknown: Some(because.into()) }
    }

    /// The value, once there is one.
    pub fn value(&self) -> Option<&Value> {
        self.value.get()
    }

    /// What a value depends on that will never be known in this run.
    pub fn depends_on(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// Gives the promise its value. The first value stays.
    pub fn settle(&self, value: Value) {
        let _ = self.value.set(value);
    }
}
