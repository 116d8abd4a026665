//! Dicts: ordered, shared by reference and mutable, as Python's are.

use super::{Marks, Value};
use indexmap::IndexMap;
use std::sync::{Arc, RwLock};

/// Keys and values in the order of insertion. Keys compare as Python's do: `1`, `1.0` and `True` are one.
pub type Map = IndexMap<Value, Value>;

/// A dict that every holder of the value shares. Reading takes a snapshot, as with [`super::List`].
#[derive(Debug, Default)]
pub struct Dict {
    entries: RwLock<Arc<Map>>,
}

impl Dict {
    /// The entries as they are now.
    pub fn entries(&self) -> Arc<Map> {
        self.entries.read().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    /// The value of one key, without a snapshot of the others.
    pub fn get<K: ?Sized + std::hash::Hash + indexmap::Equivalent<Value>>(&self, key: &K) -> Option<Value> {
        self.entries.read().unwrap_or_else(|broken| broken.into_inner()).get(key).cloned()
    }

    /// Changes the dict for everybody who holds it.
    pub fn change<T>(&self, change: impl FnOnce(&mut Map) -> T) -> T {
        let mut entries = self.entries.write().unwrap_or_else(|broken| broken.into_inner());
        change(Arc::make_mut(&mut entries))
    }

    /// What the entries say of the dict: lazy if a key or value is lazy, and so for secrets.
    pub(super) fn marks(entries: &Map) -> Marks {
        let both = |marks: Marks, (key, value): (&Value, &Value)| marks.and(key.marks()).and(value.marks());
        entries.iter().fold(Marks::NONE, both).inside()
    }
}

impl From<Map> for Dict {
    fn from(entries: Map) -> Dict {
        Dict { entries: RwLock::new(Arc::new(entries)) }
    }
}
