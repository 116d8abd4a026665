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
    fn value(&self, part: Part, name: &str) -> Option<&Value> {
        match part {
            Part::Facts => self.facts.value(name),
            Part::Cached => self.cached.get(name),
            Part::Included => self.included.get(name),
            Part::Set => self.set.get(name),
        }
    }

    fn part(&mut self, part: Part) -> &mut Vars {
        match part {
            Part::Facts => Arc::make_mut(&mut self.facts).change(),
            Part::Cached => Arc::make_mut(&mut self.cached),
            Part::Included => Arc::make_mut(&mut self.included),
            Part::Set => Arc::make_mut(&mut self.set),
        }
    }

    fn put(&mut self, part: Part, name: Arc<str>, value: Option<Value>) {
        let part = self.part(part);
        match value {
            Some(value) => part.insert(name, value),
            None => part.shift_remove(&name),
        };
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

/// When something is set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment<'a> {
    /// The place in the play of the task that sets it; nowhere, where no task does.
    pub place: &'a [u32],
    /// The newest call that is in flight, if any: it must succeed for this to hold.
    pub after: Option<u64>,
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
    /// What the tasks of this play set, for hosts that have not come as far.
    past: Vec<Past>,
}

/// What a task replaced.
#[derive(Debug)]
struct Past {
    place: Box<[u32]>,
    part: Part,
    name: Arc<str>,
    before: Option<Value>,
}

#[derive(Debug)]
struct Entry {
    /// The call that must succeed for this to hold.
    after: u64,
    place: Box<[u32]>,
    part: Part,
    name: Arc<str>,
    before: Option<Value>,
}

impl Inner {
    /// Notes what a task replaced: what the first of its items did.
    fn remember(&mut self, place: &[u32], part: Part, name: &Arc<str>, before: &Option<Value>) {
        let here = self.past.iter().rev().take_while(|past| *past.place == *place);
        if place.is_empty() || here.into_iter().any(|past| past.part == part && past.name == *name) {
            return;
        }
        self.past.push(Past { place: place.into(), part, name: name.clone(), before: before.clone() });
    }
}

impl Store {
    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        self.read().now.clone()
    }

    /// What was known before the tasks at a place of the play and behind it: of what they set, that is undone of which `undone`
    /// says so, when it is asked of the value that stood there last.
    pub fn as_of(&self, place: &[u32], undone: impl Fn(Option<&Value>) -> bool) -> Snapshot {
        let inner = self.read();
        let mut then = inner.now.clone();
        for past in inner.past.iter().rev().filter(|past| *past.place >= *place) {
            if undone(then.value(past.part, &past.name)) {
                then.put(past.part, past.name.clone(), past.before.clone());
            }
        }
        then
    }

    /// Sets a variable.
    pub fn set(&self, part: Part, name: Arc<str>, value: Value, moment: Moment) {
        let mut inner = self.write();
        let before = inner.now.part(part).insert(name.clone(), value);
        inner.remember(moment.place, part, &name, &before);
        if let Some(after) = moment.after {
            inner.log.push(Entry { after, place: moment.place.into(), part, name, before });
        }
    }

    /// Forgets a part.
    pub fn clear(&self, part: Part, moment: Moment) {
        let mut inner = self.write();
        for (name, value) in std::mem::take(inner.now.part(part)) {
            inner.remember(moment.place, part, &name, &Some(value));
        }
    }

    /// Takes back what the task at a place set, but for one name.
    pub fn take_back(&self, place: &[u32], but: Option<&str>) {
        let mut inner = self.write();
        let is_of_it = |past: &mut Past| *past.place == *place && Some(&*past.name) != but;
        let undone: Vec<Past> = inner.past.extract_if(.., is_of_it).collect();
        undone.into_iter().rev().for_each(|past| inner.now.put(past.part, past.name, past.before));
    }

    /// Forgets what was before the tasks in front of a place: everybody has come there.
    pub fn forget_before(&self, place: impl FnOnce() -> Vec<u32>) {
        let mut inner = self.write();
        if !inner.past.is_empty() {
            let place = place();
            inner.past.retain(|past| *past.place >= *place);
        }
    }

    /// Forgets what was before, as a play begins.
    pub fn begin(&self) {
        self.write().past.clear();
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
            inner.past.retain(|past| {
                (&past.place, past.part, &past.name) != (&entry.place, entry.part, &entry.name)
            });
            inner.now.put(entry.part, entry.name, entry.before);
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
        store.set(Part::Set, name.into(), value.into(), Moment { place: &[], after });
    }

    #[test]
    fn those_who_are_behind_see_what_was() {
        let store = Store::default();
        let set = |place: &[u32], value: i64| {
            store.set(Part::Set, "a".into(), value.into(), Moment { place, after: None });
        };
        let seen = |place: &[u32]| store.as_of(place, |_| true).set.get("a").cloned();
        set(&[1], 1);
        set(&[3], 2);
        set(&[3], 3);
        assert_eq!(seen(&[1]), None);
        assert_eq!(seen(&[1, 2]), Some(Value::from(1_i64)));
        assert_eq!(seen(&[3]), Some(Value::from(1_i64)));
        assert_eq!(seen(&[4]), Some(Value::from(3_i64)));
        store.take_back(&[3], None);
        assert_eq!(seen(&[4]), Some(Value::from(1_i64)));
        set(&[3], 3);
        store.forget_before(|| vec![3]);
        assert_eq!(seen(&[3]), Some(Value::from(1_i64)));
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
