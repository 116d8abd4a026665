//! What a dry run foretold, to be compared with what another one foretells.

use super::{Event, Result, Status, TaskInfo};
use crate::host::{Hash, Shown, TextChange};
use crate::source::Sources;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What would be done on each host, in order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Foretold {
    /// Goes into every fingerprint, so that nobody can look one up.
    pub salt: String,
    pub hosts: BTreeMap<String, Vec<Step>>,
}

/// A task, or one item of it, that would change something, or fail, or of which nobody knows what it would do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    pub task: String,
    /// Where it is written.
    pub at: Option<String>,
    pub item: Option<String>,
    pub status: String,
    /// What it would change, as it is shown: without secrets.
    pub changes: Vec<String>,
    /// The fingerprint of all that is before and after, secrets included.
    pub fingerprint: String,
}

/// How a host is not as it was.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    pub host: String,
    pub step: Step,
    pub how: &'static str,
}

impl Foretold {
    /// Nothing yet.
    pub fn new(salt: String) -> Foretold {
        Foretold { salt, hosts: BTreeMap::new() }
    }

    /// The fingerprint of an event that still has its secrets.
    pub fn fingerprint(&self, event: &Event) -> String {
        let result = match event {
            Event::Item { result, .. } | Event::Done { result, .. } => result,
            _ => return String::new(),
        };
        let mut text = self.salt.clone();
        for change in &result.changes {
            text.push_str(&whole(change));
        }
        Hash::of(text.as_bytes()).to_string()
    }

    /// Writes down one more event, from which secrets were taken, with the fingerprint that it had before.
    pub fn add(&mut self, event: &Event, fingerprint: String, sources: &Sources) {
        let (host, task, item, result) = match event {
            Event::Item { host, task, label, result } => (host, task, Some(label.clone()), result),
            Event::Done { host, task, looped: false, result } => (host, task, None, result),
            _ => return,
        };
        if let Some(step) = step(task, item, result, fingerprint, sources) {
            self.hosts.entry(host.to_string()).or_default().push(step);
        }
    }

    /// How what is foretold now is not what was.
    pub fn differences(&self, now: &Foretold) -> Vec<Moved> {
        let none = Vec::new();
        let mut names: Vec<&String> = self.hosts.keys().chain(now.hosts.keys()).collect();
        names.sort();
        names.dedup();
        let of = |all: &Foretold, host: &String| all.hosts.get(host).unwrap_or(&none).clone();
        names.into_iter().flat_map(|host| moved(host, of(self, host), of(now, host))).collect()
    }
}

fn step(
    task: &TaskInfo,
    item: Option<String>,
    result: &Result,
    fingerprint: String,
    sources: &Sources,
) -> Option<Step> {
    let status = match result.status {
        Status::Ok | Status::Skipped => return None,
        Status::Changed => "would change",
        Status::Depends => "depends",
        Status::Failed | Status::Rescued => "would fail",
        Status::Unreachable => "unreachable",
    };
    let title = |change: &Shown| format!("{} {}", change.kind, change.title);
    Some(Step {
        task: task.name.clone(),
        at: sources.place(task.span),
        item,
        status: status.to_owned(),
        changes: result.changes.iter().map(title).collect(),
        fingerprint,
    })
}

/// Everything that a change is, but for what is another at each run.
fn whole(change: &Shown) -> String {
    let mut text = format!("{}\0{}\0", change.kind, change.title);
    if matches!(change.kind.as_str(), "backup" | "times") {
        return text;
    }
    for attribute in &change.attributes {
        text.push_str(&format!("{}\0{:?}\0{:?}\0", attribute.name, attribute.before, attribute.after));
    }
    if let Some(TextChange::Text { before, after }) = &change.text {
        text.push_str(&format!("{before}\0{after}\0"));
    }
    if let Some(hash) = &change.content {
        text.push_str(&hash.to_string());
    }
    text
}

/// Steps are told apart by their task and item; those of one task are compared in order.
fn moved(host: &str, before: Vec<Step>, mut now: Vec<Step>) -> Vec<Moved> {
    let moved = |step: Step, how| Moved { host: host.to_owned(), step, how };
    let mut found = Vec::new();
    for step in before {
        let same = |other: &Step| (&other.task, &other.at, &other.item) == (&step.task, &step.at, &step.item);
        match now.iter().position(same).map(|index| now.remove(index)) {
            None => found.push(moved(step, "was planned, and is not needed any more")),
            Some(other) if other != step => {
                found.push(moved(other, "would do something else than was planned"))
            }
            Some(_) => {}
        }
    }
    found.extend(now.into_iter().map(|step| moved(step, "was not planned")));
    found
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: `{}`", self.host, self.step.task)?;
        if let Some(item) = &self.step.item {
            write!(f, " ({item})")?;
        }
        write!(f, " {}", self.how)?;
        if !self.step.changes.is_empty() {
            write!(f, ": {}", self.step.changes.join(", "))?;
        }
        self.step.at.iter().try_for_each(|at| write!(f, " (at {at})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(task: &str, fingerprint: &str) -> Step {
        Step {
            task: task.to_owned(),
            at: None,
            item: None,
            status: "would change".to_owned(),
            changes: vec!["create /a".to_owned()],
            fingerprint: fingerprint.to_owned(),
        }
    }

    fn of(steps: Vec<Step>) -> Foretold {
        Foretold { salt: "s".to_owned(), hosts: [("web".to_owned(), steps)].into() }
    }

    #[test]
    fn what_has_moved_is_listed() {
        let before = of(vec![step("a", "1"), step("b", "1"), step("b", "1")]);
        assert!(before.differences(&before).is_empty());
        let now = of(vec![step("a", "2"), step("b", "1"), step("c", "1")]);
        let found: Vec<String> = before.differences(&now).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "web: `a` would do something else than was planned: create /a",
                "web: `b` was planned, and is not needed any more: create /a",
                "web: `c` was not planned: create /a",
            ]
        );
        assert_eq!(before.differences(&Foretold::default()).len(), 3);
    }
}
