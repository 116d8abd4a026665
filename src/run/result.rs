//! What a task, or one item of its loop, came to: as events show it and as `register` keeps it.

use crate::host::Shown;
use crate::report::Status;
use crate::source::Diagnostic;
use crate::vars::{Data, Map, Marks, Promise, Value};
use crate::wire::{Outcome, Reply};
use std::sync::Arc;

/// The end of a task or of one item.
#[derive(Clone, Debug)]
pub struct Ended {
    pub status: Status,
    pub ignored: bool,
    /// Whether `no_log` hides it.
    pub hidden: bool,
    pub message: Option<String>,
    /// What `register` holds: a dict.
    pub value: Value,
    pub changes: Vec<Shown>,
    pub diagnostic: Option<Box<Diagnostic>>,
}

/// Fields of a result that a dry run cannot know when the command was not run.
const UNKNOWN: &[&str] = &[
    "ansible_job_id",
    "content",
    "delta",
    "end",
    "failed",
    "finished",
    "json",
    "msg",
    "rc",
    "results_file",
    "start",
    "started",
    "status",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
];

/// What stands where Ansible puts a traceback of Python, by which playbooks tell that something failed.
const NO_TRACEBACK: &str = "(traceback unavailable)";

/// What a failure says that says nothing.
pub const WITHOUT_WORDS: &str = "Task failed: Action failed: Unknown error.";

impl Ended {
    /// A result with these fields.
    pub fn new(status: Status, fields: Map) -> Ended {
        let changed = status == Status::Changed;
        let mut all = Map::new();
        all.insert("changed".into(), changed.into());
        all.extend(fields);
        if !matches!(status, Status::Skipped | Status::Unreachable) {
            all.entry("failed".into()).or_insert(matches!(status, Status::Failed).into());
        }
        let value = Value::dict(all);
        Ended {
            status,
            ignored: false,
            hidden: false,
            message: None,
            value,
            changes: Vec::new(),
            diagnostic: None,
        }
    }

    pub fn ok() -> Ended {
        Ended::new(Status::Ok, Map::new())
    }

    /// A failure with this message.
    pub fn failed(message: impl Into<String>, fields: Map) -> Ended {
        let message = message.into();
        let mut fields = fields;
        fields.entry("msg".into()).or_insert_with(|| message.as_str().into());
        fields.entry("exception".into()).or_insert_with(|| NO_TRACEBACK.into());
        Ended { message: Some(message), ..Ended::new(Status::Failed, fields) }
    }

    /// A mistake in the user's files that came to light at this task.
    pub fn mistake(diagnostic: Box<Diagnostic>) -> Ended {
        let start = if diagnostic.alone { "" } else { "Task failed: " };
        let fields = [("msg".into(), format!("{start}{}", diagnostic.words()).into())];
        let ended = Ended::failed(diagnostic.message.clone(), fields.into());
        Ended { diagnostic: Some(diagnostic), ..ended }
    }

    /// A task that was not carried out because a condition did not hold.
    pub fn skipped(reason: &str, condition: Option<Value>) -> Ended {
        let mut fields = Map::new();
        fields.insert("skipped".into(), true.into());
        fields.insert("skip_reason".into(), reason.into());
        fields.extend(condition.map(|condition| ("false_condition".into(), condition)));
        Ended { message: Some(reason.to_owned()), ..Ended::new(Status::Skipped, fields) }
    }

    /// A task that found that it has nothing to do.
    pub fn passed_over(reason: &str) -> Ended {
        let fields = [("skipped".into(), true.into()), ("skipped_reason".into(), reason.into())];
        Ended { message: Some(reason.to_owned()), ..Ended::new(Status::Skipped, fields.into()) }
    }

    /// A task of a dry run that hangs on what was not run.
    pub fn depends(because: &str) -> Ended {
        let unknown = unknown_fields(because).chain([unknown("changed", because)]);
        let value = Value::dict(unknown.collect());
        Ended { message: Some(because.to_owned()), value, ..Ended::new(Status::Depends, Map::new()) }
    }

    /// What an agent answered.
    pub fn of(reply: Reply, secret: bool) -> Ended {
        let Reply { outcome, result, unknown_result, changes, .. } = reply;
        let mut fields = entries(result);
        add_lines(&mut fields, "stdout", "stdout_lines");
        add_lines(&mut fields, "stderr", "stderr_lines");
        let told = fields.contains_key(&Value::from("changed"));
        let mut ended = match outcome {
            Outcome::Changed => Ended::new(Status::Changed, fields),
            Outcome::Unchanged => Ended::new(Status::Ok, fields),
            Outcome::Skipped { because } => {
                let mut fields = fields;
                fields.insert("skipped".into(), true.into());
                fields.insert("msg".into(), because.as_str().into());
                Ended { message: Some(because), ..Ended::new(Status::Skipped, fields) }
            }
            Outcome::Failed { message } => Ended::failed(message, fields),
            Outcome::NotRun => Ended::failed("it was not run, because something before it failed", fields),
            Outcome::Unknown { because } => Ended::depends(&because),
            Outcome::Lost { reason } => Ended::unreachable(&reason),
        };
        if let Some(because) = unknown_result {
            ended.value = with_unknown(&ended.value, &because);
        }
        if ended.status == Status::Failed && !changes.is_empty() && !told {
            // A command that failed has run: it may have changed anything.
            ended.set("changed", true);
        }
        ended.changes = changes;
        ended.marked_secret(secret)
    }

    /// A host whose line is gone, or could not be had.
    pub fn unreachable(message: &str) -> Ended {
        let fields =
            [("unreachable", true.into()), ("msg", message.into()), ("exception", NO_TRACEBACK.into())];
        let fields = fields.into_iter().map(|(name, value): (&str, Value)| (name.into(), value)).collect();
        Ended { message: Some(message.to_owned()), ..Ended::new(Status::Unreachable, fields) }
    }

    /// The same, with every field secret if so.
    #[must_use]
    pub fn marked_secret(self, secret: bool) -> Ended {
        if !secret {
            return self;
        }
        Ended { value: secret_inside(&self.value), ..self }
    }

    /// A field of the result.
    pub fn field(&self, name: &str) -> Option<Value> {
        self.value.entry(name)
    }

    /// Sets a field of the result.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let mut entries = self.value.as_entries().map(|entries| (*entries).clone()).unwrap_or_default();
        entries.insert(name.into(), value.into());
        self.value = Value::dict(entries);
    }

    /// Puts a field behind the others, where those who print the whole result find it.
    pub fn put_last(&mut self, name: &str) {
        if let Some(value) = self.field(name) {
            self.unset(name);
            self.set(name, value);
        }
    }

    /// Takes a field out of the result.
    pub fn unset(&mut self, name: &str) {
        let mut entries = self.value.as_entries().map(|entries| (*entries).clone()).unwrap_or_default();
        entries.shift_remove(&Value::from(name));
        self.value = Value::dict(entries);
    }

    /// Overrides whether something was changed.
    pub fn set_changed(&mut self, changed: bool) {
        self.set("changed", changed);
        self.status = match self.status {
            Status::Ok | Status::Changed | Status::Depends if changed => Status::Changed,
            Status::Ok | Status::Changed | Status::Depends => Status::Ok,
            other => other,
        };
    }

    /// Overrides whether it failed.
    pub fn set_failed(&mut self, failed: bool) {
        self.set("failed", failed);
        self.set("failed_when_result", failed);
        if failed && self.field("exception").is_none() {
            self.set("exception", NO_TRACEBACK);
        }
        if !failed && self.status == Status::Failed {
            self.unset("exception");
        }
        self.status = match (failed, self.status) {
            (true, _) => Status::Failed,
            (false, Status::Failed) if self.was_changed() => Status::Changed,
            (false, Status::Failed) => Status::Ok,
            (false, other) => other,
        };
    }

    /// Tells that `failed_when` made good what a module failed at.
    pub fn note_suppressed(&mut self) {
        self.set("failed_when_suppressed_exception", NO_TRACEBACK);
    }

    /// Gives a failure the fields that all have since 2.19.
    pub fn name_failure(&mut self) {
        if self.field("msg").is_none() {
            self.set("msg", WITHOUT_WORDS);
        }
        if self.field("exception").is_none() {
            self.set("exception", NO_TRACEBACK);
        }
    }

    /// Whether `failed_when` said that it did not fail.
    pub fn is_forgiven(&self) -> bool {
        self.field("failed_when_result").and_then(|failed| failed.as_bool()) == Some(false)
    }

    /// The verdict on it could not be had: it failed, whatever it did.
    pub fn without_verdict(&mut self, keyword: &str, why: Box<Diagnostic>) {
        self.set("failed", true);
        self.set(&format!("{keyword}_result"), why.words());
        self.status = Status::Failed;
        self.message = Some(why.message.clone());
        self.diagnostic = Some(why);
    }

    pub fn was_changed(&self) -> bool {
        self.field("changed").and_then(|changed| changed.as_bool()).unwrap_or(false)
    }

    /// Whether it did not do what it was to do, be that forgiven or not.
    pub fn has_failed(&self) -> bool {
        matches!(self.status, Status::Failed | Status::Rescued | Status::Unreachable)
    }
}

/// Plain data of a host as fields of a result.
fn entries(fields: crate::host::Fields) -> Map {
    fields.into_iter().map(|(name, data)| (Value::from(name), Value::from(data))).collect()
}

fn add_lines(fields: &mut Map, text: &str, lines: &str) {
    let Some(Data::Text(all)) = fields.get(text).map(|value| value.data().clone()) else { return };
    let split = || all.lines().map(Value::from).collect::<Value>();
    fields.entry(lines.into()).or_insert_with(split);
}

fn unknown(name: &str, because: &str) -> (Value, Value) {
    (name.into(), Value::promise(Arc::new(Promise::unknown(because))))
}

fn unknown_fields(because: &str) -> impl Iterator<Item = (Value, Value)> {
    UNKNOWN.iter().map(move |name| unknown(name, because))
}

fn with_unknown(value: &Value, because: &str) -> Value {
    let mut entries: Map = unknown_fields(because).collect();
    entries.extend(value.as_entries().map(|known| (*known).clone()).unwrap_or_default());
    Value::dict(entries)
}

fn secret_inside(value: &Value) -> Value {
    if let Some(entries) = value.as_entries() {
        return entries.iter().map(|(key, value)| (key.clone(), secret_inside(value))).collect();
    }
    match value.as_items() {
        Some(items) => items.iter().map(secret_inside).collect(),
        None => value.clone().marked(Marks::SECRET),
    }
}
