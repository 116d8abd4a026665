//! Lists: shared by reference and mutable, as Python's are.

use super::{Marks, Value};
use std::sync::{Arc, RwLock};

/// A list that every holder of the value shares. Reading takes a snapshot, so that a list may
/// be changed while it is walked and no lock is ever held while anything else runs.
#[derive(Debug, Default)]
pub struct List {
    items: RwLock<Arc<Vec<Value>>>,
}

impl List {
    /// The items as they are now.
    pub fn items(&self) -> Arc<Vec<Value>> {
        self.items.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// Changes the list for everybody who holds it.
    pub fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        let mut items = self.items.write().unwrap_or_else(|broken| broken.into_inner());
        change(Arc::make_mut(&mut items))
    }

    /// What the items say of the list: lazy if one is lazy, holding a secret if one is secret.
    pub(super) fn marks(items: &[Value]) -> Marks {
        items.iter().fold(Marks::NONE, |marks, item| marks.and(item.marks())).inside()
    }
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> List {
        List { items: RwLock::new(Arc::new(items)) }
    }
}
