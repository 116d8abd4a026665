//! What came of a run: counted as Ansible counts, and what changed and failed where.

use super::stats::Stats;
use super::{Event, HostName, Result, Status, TaskInfo, TaskKind, exit};
use crate::host::Data;
use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How the tasks of one host ended. An ignored failure is `ok` and `ignored`; what changed is `ok` and `changed`; of a
/// task that brings in others, each file is `ok`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub ok: usize,
    pub changed: usize,
    pub unreachable: usize,
    pub failed: usize,
    pub skipped: usize,
    pub rescued: usize,
    pub ignored: usize,
    /// What a dry run could not know.
    pub depends: usize,
}

impl Counts {
    /// Whether the host could not be brought to the end.
    pub fn is_bad(&self) -> bool {
        self.failed + self.unreachable > 0
    }

    /// Whether there is nothing to tell about the host.
    pub fn is_calm(&self) -> bool {
        !self.is_bad() && self.changed + self.rescued + self.ignored + self.depends == 0
    }

    /// These and others together.
    #[must_use]
    pub fn and(self, other: Counts) -> Counts {
        Counts {
            ok: self.ok + other.ok,
            changed: self.changed + other.changed,
            unreachable: self.unreachable + other.unreachable,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            rescued: self.rescued + other.rescued,
            ignored: self.ignored + other.ignored,
            depends: self.depends + other.depends,
        }
    }

    fn add(&mut self, result: &Result) {
        let failed = matches!(result.status, Status::Failed | Status::Unreachable);
        match result.status {
            _ if failed && result.ignored => {
                self.ok += 1;
                self.ignored += 1;
                self.changed += usize::from(result.status == Status::Failed && says_changed(&result.data));
            }
            Status::Ok => self.ok += 1,
            Status::Changed => {
                self.ok += 1;
                self.changed += 1;
            }
            Status::Skipped => self.skipped += 1,
            Status::Failed => self.failed += 1,
            Status::Unreachable => self.unreachable += 1,
            Status::Depends => self.depends += 1,
            Status::Rescued => self.rescued += 1,
        }
    }
}

fn says_changed(data: &Data) -> bool {
    matches!(data, Data::Map(fields) if fields.get("changed") == Some(&Data::Bool(true)))
}

/// A failure to come back to.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    pub status: Status,
    pub task: Arc<TaskInfo>,
    pub message: String,
    /// Where it is wrong: in the user's files where that is known, else the task.
    pub place: Span,
}

/// What came of one host.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct HostRecap {
    pub counts: Counts,
    /// What was changed, or would be, in order: titles of changes, or of the tasks where those are not known.
    pub changed: Vec<String>,
    pub troubles: Vec<Trouble>,
    /// What failed so far does not count: `meta: clear_host_errors`.
    pub is_forgiven: bool,
}

/// What came of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recap {
    /// Those on which a task ended, by name.
    pub hosts: BTreeMap<HostName, HostRecap>,
    pub dry_run: bool,
    pub interrupted: bool,
    pub took: Duration,
    /// What a dry run foretold, where that is written down.
    pub foretold: super::Foretold,
    /// What `set_stats` left.
    pub stats: Stats,
    /// Titles of what items of a loop changed, until the loop is done.
    items: BTreeMap<HostName, Vec<String>>,
}

impl Recap {
    /// An empty one.
    pub fn new(dry_run: bool) -> Recap {
        Recap { dry_run, ..Recap::default() }
    }

    /// Counts one more event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::Item { host, label, result, .. } if result.status == Status::Changed => {
                let titles = titles(result, label);
                self.items.entry(host.clone()).or_default().extend(titles);
            }
            Event::Included { host, .. } => self.hosts.entry(host.clone()).or_default().counts.ok += 1,
            Event::Done { host, task, looped, result } => self.done(host, task, *looped, result),
            Event::Forgiven { hosts } => {
                for host in hosts {
                    self.hosts.entry(host.clone()).and_modify(|recap| recap.is_forgiven = true);
                }
            }
            Event::Stats { host, data, aggregate } => self.stats.keep(host, data, *aggregate),
            Event::End { interrupted } => self.interrupted = *interrupted,
            _ => {}
        }
    }

    fn done(&mut self, host: &HostName, task: &Arc<TaskInfo>, looped: bool, result: &Result) {
        let items = self.items.remove(host).unwrap_or_default();
        if task.is_silent(result.status) {
            return;
        }
        let entry = self.hosts.entry(host.clone()).or_default();
        if task.kind != TaskKind::Include || result.status != Status::Ok {
            entry.counts.add(result);
        }
        if result.status == Status::Changed {
            let whole = if looped && !items.is_empty() { items } else { titles(result, &task.name) };
            entry.changed.extend(whole);
        }
        if matches!(result.status, Status::Failed | Status::Unreachable) && !result.ignored {
            entry.is_forgiven = false;
            entry.troubles.push(trouble(task, result));
        }
    }

    /// The counts of all hosts together.
    pub fn total(&self) -> Counts {
        self.hosts.values().fold(Counts::default(), |sum, host| sum.and(host.counts))
    }

    /// What the program exits with; `tell_changes` is `--exit-code`, which means something in a dry run alone.
    pub fn exit_code(&self, tell_changes: bool) -> u8 {
        let counts = |of: fn(&Counts) -> usize| {
            self.hosts.values().any(|host| !host.is_forgiven && of(&host.counts) > 0)
        };
        if self.interrupted {
            exit::INTERRUPTED
        } else if counts(|counts| counts.unreachable) {
            exit::UNREACHABLE
        } else if counts(|counts| counts.failed) {
            exit::FAILED
        } else if tell_changes && self.dry_run && self.total().changed > 0 {
            exit::WOULD_CHANGE
        } else {
            exit::FINE
        }
    }
}

fn titles(result: &Result, otherwise: &str) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for change in &result.changes {
        if !titles.contains(&change.title) {
            titles.push(change.title.clone());
        }
    }
    if titles.is_empty() { vec![otherwise.to_owned()] } else { titles }
}

fn trouble(task: &Arc<TaskInfo>, result: &Result) -> Trouble {
    let diagnostic = result.diagnostic.as_deref();
    let message = result.message.clone().or_else(|| diagnostic.map(|found| found.message.clone()));
    let place = diagnostic.map(|found| found.span()).filter(|span| span.is_known()).unwrap_or(task.span);
    Trouble { status: result.status, task: task.clone(), message: message.unwrap_or_default(), place }
}
