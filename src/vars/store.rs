//! What a host learnt while the run goes on, with a log to take back what was set too early.

use super::{Value, Vars};
use std::sync::{Arc, OnceLock, RwLock};

/// The parts of a store, which count at different levels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What the host reported of itself, without the `ansible_` prefix.
    Facts,
    /// `set_fact: cacheable`, and facts that modules returned: level "facts".
    Cached,
    /// From `include_vars`.
    Included,
    /// From `set_fact` and `register`.
    Set,
}

/// What is known at one moment. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub facts: Arc<Facts>,
    pub cached: Arc<Vars>,
    pub included: Arc<Vars>,
    pub set: Arc<Vars>,
}

impl Snapshot {
    fn part(&mut self, part: Part) -> &mut Vars {
        match part {
            Part::Facts => Arc::make_mut(&mut self.facts).change(),
            Part::Cached => Arc::make_mut(&mut self.cached),
            Part::Included => Arc::make_mut(&mut self.included),
            Part::Set => Arc::make_mut(&mut self.set),
        }
    }
}

/// Facts by name, and as the dict `ansible_facts`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    vars: Vars,
    dict: OnceLock<Value>,
}

impl Facts {
    /// A fact by its name without the `ansible_` prefix.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.vars.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.vars.keys()
    }

    /// All facts as one dict, made once.
    pub fn dict(&self) -> &Value {
        let pairs = || self.vars.iter().map(|(name, value)| (Value::text(name.clone()), value.clone()));
        self.dict.get_or_init(|| pairs().collect())
    }

    fn change(&mut self) -> &mut Vars {
        self.dict = OnceLock::new();
        &mut self.vars
    }
}

/// The variables that one host gained in the run. Other hosts may read them.
#[derive(Debug, Default)]
pub struct Store {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    now: Snapshot,
    log: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The call that must succeed for this to hold.
    after: u64,
    part: Part,
    name: Arc<str>,
    before: Option<Value>,
}

impl Store {
    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        self.read().now.clone()
    }

    /// Sets a variable; `after` is the newest call that is in flight, if any.
    pub fn set(&self, part: Part, name: Arc<str>, value: Value, after: Option<u64>) {
        let mut inner = self.write();
        let before = inner.now.part(part).insert(name.clone(), value);
        if let Some(after) = after {
            inner.log.push(Entry { after, part, name, before });
        }
    }

    /// Forgets a part.
    pub fn clear(&self, part: Part) {
        self.write().now.part(part).clear();
    }

    /// The calls up to this one succeeded: what was set after them stays.
    pub fn commit(&self, upto: u64) {
        let mut inner = self.write();
        if !inner.log.is_empty() {
            inner.log.retain(|entry| entry.after > upto);
        }
    }

    /// Takes back everything that was set after a call that failed.
    pub fn roll_back(&self) {
        let mut inner = self.write();
        while let Some(entry) = inner.log.pop() {
            let part = inner.now.part(entry.part);
            match entry.before {
                Some(before) => part.insert(entry.name, before),
                None => part.shift_remove(&entry.name),
            };
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(|broken| broken.into_inner())
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(|broken| broken.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(store: &Store, name: &str, value: i64, after: Option<u64>) {
        store.set(Part::Set, name.into(), value.into(), after);
    }

    #[test]
    fn what_was_set_after_a_failed_call_is_taken_back() {
        let store = Store::default();
        set(&store, "a", 1, None);
        set(&store, "a", 2, Some(7));
        set(&store, "a", 3, Some(8));
        set(&store, "b", 4, Some(8));
        store.commit(7);
        store.roll_back();
        let now = store.snapshot();
        assert_eq!(now.set.get("a"), Some(&Value::from(2_i64)));
        assert_eq!(now.set.get("b"), None);
    }
}
