//! Where names get their values from.

use super::Context;
use crate::vars::Value;
use indexmap::IndexMap;
use std::sync::Arc;

/// The variables that one task sees, for one host and one item.
pub trait Scope: Send + Sync {
    /// The value of a variable as it was written: it may be lazy, or a promise. Must be cheap.
    fn value(&self, name: &str) -> Option<Value>;
    /// All names, for `vars`, `lookup('varnames')` and "did you mean".
    fn names(&self) -> Vec<Arc<str>>;
    /// What evaluation needs beside the variables.
    fn context(&self) -> &Context;
}

/// A scope that holds its variables: for tests, and for evaluation outside of plays.
#[derive(Default)]
pub struct Variables {
    pub all: IndexMap<Arc<str>, Value>,
    pub context: Context,
}

impl Variables {
    /// Sets one variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Variables {
        self.all.insert(name.into(), value.into());
        self
    }
}

impl Scope for Variables {
    fn value(&self, name: &str) -> Option<Value> {
        self.all.get(name).cloned()
    }

    fn names(&self) -> Vec<Arc<str>> {
        self.all.keys().cloned().collect()
    }

    fn context(&self) -> &Context {
        &self.context
    }
}
