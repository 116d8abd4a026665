//! Values that compute what they show: the loop variable, `hostvars`, macros, dates.

use super::Value;
use std::fmt::Debug;
use std::sync::Arc;

/// What an object looks like to filters and tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Has attributes only.
    Plain,
    /// Has keys and iterates over them.
    Mapping,
    /// Has items.
    Sequence,
    /// Can be called.
    Callable,
}

/// A value with behaviour. All methods are pure to the eye of a template.
pub trait Object: Debug + Send + Sync {
    /// The name of its type, as messages and `type_debug` show it.
    fn type_name(&self) -> &str;
    /// What it can do.
    fn kind(&self) -> Kind {
        Kind::Plain
    }
    /// The value of a key or attribute.
    fn get(&self, key: &Value) -> Option<Value>;
    /// All keys of a mapping, or all items of a sequence.
    fn items(&self) -> Vec<Value> {
        Vec::new()
    }
    /// As `str()` shows it.
    fn text(&self) -> String;
    /// For those who know the type behind it.
    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync>;
}
