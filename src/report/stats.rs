//! What `set_stats` left, until the recap.

use super::HostName;
use crate::host::{Data, Fields};
use std::collections::BTreeMap;

/// What `set_stats` left: for all hosts together, and for each.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stats(BTreeMap<Option<HostName>, Fields>);

impl Stats {
    /// Keeps values: with what is there of them already, or in its place.
    pub fn keep(&mut self, host: &Option<HostName>, data: &Data, aggregate: bool) {
        let Data::Map(given) = data else { return };
        if given.is_empty() {
            return;
        }
        let kept = self.0.entry(host.clone()).or_default();
        for (name, value) in given.iter() {
            let value = match kept.get(name) {
                Some(old) if aggregate => together(old, value),
                _ => value.clone(),
            };
            kept.set(name, value);
        }
    }

    /// Everything; what is for all hosts together comes first.
    pub fn all(&self) -> impl Iterator<Item = (Option<&HostName>, &Fields)> {
        self.0.iter().map(|(host, fields)| (host.as_ref(), fields))
    }

    /// What is for a host, or for all together.
    pub fn of(&self, host: Option<&HostName>) -> Option<&Fields> {
        self.0.get(&host.cloned())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Numbers are added, texts and lists are joined, dictionaries are merged; of what does not go together, the old stays.
fn together(old: &Data, new: &Data) -> Data {
    match (old, new) {
        (Data::Int(old), Data::Int(new)) => old.saturating_add(*new).into(),
        // As Python adds them.
        (Data::Bool(old), Data::Bool(new)) => (i64::from(*old) + i64::from(*new)).into(),
        (Data::Int(old), Data::Bool(new)) => old.saturating_add(i64::from(*new)).into(),
        (Data::Float(old), Data::Float(new)) => Data::Float(old + new),
        (Data::Text(old), Data::Text(new)) => Data::Text(format!("{old}{new}")),
        (Data::List(old), Data::List(new)) => Data::List(old.iter().chain(new).cloned().collect()),
        (Data::Map(old), Data::Map(new)) => Data::Map(merged(old, new)),
        _ => old.clone(),
    }
}

fn merged(old: &Fields, new: &Fields) -> Fields {
    let mut all = old.clone();
    for (name, value) in new.iter() {
        let value = match (old.get(name), value) {
            (Some(Data::Map(old)), Data::Map(new)) => Data::Map(merged(old, new)),
            _ => value.clone(),
        };
        all.set(name, value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Stats;
    use crate::host::Fields;

    #[test]
    fn values_are_added_up() {
        let given = |number: i64, text: &str| {
            let inner = Fields::new().with(text, number);
            Fields::new().with("number", number).with("text", text).with("inner", inner).into()
        };
        let mut stats = Stats::default();
        stats.keep(&None, &given(1, "a"), true);
        stats.keep(&None, &given(2, "b"), true);
        let sum = Fields::new().with("a", 1_i64).with("b", 2_i64);
        let all = Fields::new().with("number", 3_i64).with("text", "ab").with("inner", sum);
        assert_eq!(stats.of(None), Some(&all));
        stats.keep(&None, &Fields::new().with("number", 7_i64).with("text", 1_i64).into(), false);
        assert_eq!(stats.of(None).and_then(|fields| fields.get("number")), Some(&7_i64.into()));
    }
}
