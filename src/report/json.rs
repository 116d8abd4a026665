//! For programs: one JSON object a line for each event. Names and meanings stay; new ones may come.

use super::reporter::Show;
use super::sink::Sink;
use super::{Activity, Event, Recap, Result, Status, TaskInfo, TaskKind};
use crate::host::{Attribute, Shown, TextChange};
use crate::source::{Diagnostic, Severity, Sources, Span};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// JSON lines.
pub struct Json {
    sources: Arc<Sources>,
    sink: Sink,
}

impl Json {
    /// To a sink.
    pub fn new(sources: Arc<Sources>, sink: Sink) -> Json {
        Json { sources, sink }
    }

    fn print(&mut self, object: &Value) {
        self.sink.print(&format!("{object}\n"));
    }

    fn object(&self, event: &Event) -> Value {
        match event {
            Event::Playbook { name, .. } => json!({ "event": "playbook", "name": name }),
            Event::Play { name, hosts, span, lockstep } => {
                let hosts: Vec<&str> = hosts.iter().map(AsRef::as_ref).collect();
                let at = self.place(*span);
                json!({ "event": "play", "name": name, "hosts": hosts, "lockstep": lockstep, "at": at })
            }
            Event::Task { task } => json!({ "event": "task", "task": self.task(task) }),
            Event::Retry { host, task, left, result } => {
                let fields =
                    json!({ "event": "retry", "host": &**host, "task": self.task(task), "left": left });
                self.with_result(fields, result)
            }
            Event::Polled { host, task, job } => {
                json!({ "event": "polled", "host": &**host, "task": self.task(task), "job": job })
            }
            Event::Item { host, task, label, result } => {
                let fields =
                    json!({ "event": "item", "host": &**host, "task": self.task(task), "label": label });
                self.with_result(fields, result)
            }
            Event::Done { host, task, looped, result } => {
                let fields =
                    json!({ "event": "result", "host": &**host, "task": self.task(task), "looped": looped });
                self.with_result(fields, result)
            }
            Event::Included { host, task, file, label } => {
                let task = self.task(task);
                json!({ "event": "included", "host": &**host, "task": task, "file": file, "label": label })
            }
            Event::NoHostsLeft => json!({ "event": "no_hosts_left" }),
            Event::Forgiven { hosts } => json!({ "event": "forgiven", "hosts": hosts }),
            Event::Notified { host, handler } => {
                json!({ "event": "notified", "host": &**host, "handler": handler })
            }
            Event::Activity { host, activity } => self.activity(host, activity),
            Event::Progress { host, done, known } => {
                json!({ "event": "progress", "host": &**host, "done": done, "known": known })
            }
            Event::Warning(diagnostic) => {
                json!({ "event": "warning", "diagnostic": self.diagnostic(diagnostic) })
            }
            Event::Notice { host, text } => {
                json!({ "event": "notice", "host": host.as_deref(), "text": text })
            }
            Event::Stats { host, data, aggregate } => {
                json!({ "event": "stats", "host": host.as_deref(), "data": data, "aggregate": aggregate })
            }
            Event::End { interrupted } => json!({ "event": "end", "interrupted": interrupted }),
        }
    }

    fn place(&self, span: Span) -> Option<String> {
        self.sources.place(span)
    }

    fn task(&self, task: &TaskInfo) -> Value {
        let kind = match task.kind {
            TaskKind::Task => "task",
            TaskKind::Handler => "handler",
            TaskKind::Include => "include",
            TaskKind::Meta => "meta",
        };
        json!({
            "number": task.number,
            "kind": kind,
            "name": task.name,
            "role": task.role.as_deref(),
            "action": task.action,
            "at": self.place(task.span),
        })
    }

    fn with_result(&self, mut fields: Value, result: &Result) -> Value {
        let more = json!({
            "status": status(result.status),
            "ignored": result.ignored,
            "message": result.message,
            "result": result.data,
            "changes": result.changes.iter().map(change).collect::<Vec<_>>(),
            "diagnostic": result.diagnostic.as_deref().map(|diagnostic| self.diagnostic(diagnostic)),
            "no_log": result.no_log,
            "delegated_to": result.delegated_to.as_deref(),
            "seconds": seconds(result.took),
        });
        if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
            fields.extend(more);
        }
        fields
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) -> Value {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place =
            |label: &crate::source::Label| json!({ "at": self.place(label.span), "text": label.text });
        let places: Vec<Value> = diagnostic.labels.iter().map(place).collect();
        json!({
            "severity": severity,
            "message": diagnostic.message,
            "places": places,
            "hints": diagnostic.hints,
        })
    }

    fn activity(&self, host: &str, activity: &Activity) -> Value {
        let mut object = json!({ "event": "activity", "host": host });
        let more = match activity {
            Activity::Connecting => json!({ "activity": "connecting" }),
            Activity::Delivering { done, all } => {
                json!({ "activity": "delivering", "done": done, "all": all })
            }
            Activity::GatheringFacts => json!({ "activity": "gathering_facts" }),
            Activity::Running(task) => json!({ "activity": "running", "task": self.task(task) }),
            Activity::Doing(what) => json!({ "activity": "doing", "what": what }),
            Activity::Waiting(what) => json!({ "activity": "waiting", "for": what }),
            Activity::Finished => json!({ "activity": "finished" }),
        };
        if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
            object.extend(more);
        }
        object
    }
}

impl Show for Json {
    fn event(&mut self, event: &Event) {
        let object = self.object(event);
        self.print(&object);
    }

    fn end(&mut self, recap: &Recap) {
        let hosts: Map<String, Value> = recap
            .hosts
            .iter()
            .map(|(name, host)| {
                let counts = host.counts;
                let counts = json!({
                    "ok": counts.ok,
                    "changed": counts.changed,
                    "unreachable": counts.unreachable,
                    "failed": counts.failed,
                    "skipped": counts.skipped,
                    "rescued": counts.rescued,
                    "ignored": counts.ignored,
                    "depends": counts.depends,
                });
                (name.to_string(), counts)
            })
            .collect();
        self.print(&json!({
            "event": "recap",
            "hosts": hosts,
            "dry_run": recap.dry_run,
            "interrupted": recap.interrupted,
            "seconds": seconds(recap.took),
        }));
    }
}

/// With three decimals.
fn seconds(took: std::time::Duration) -> f64 {
    (took.as_secs_f64() * 1000.0).round() / 1000.0
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Changed => "changed",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::Unreachable => "unreachable",
        Status::Depends => "depends",
        Status::Rescued => "rescued",
    }
}

fn change(change: &Shown) -> Value {
    let attribute = |attribute: &Attribute| json!({ "name": attribute.name, "before": attribute.before, "after": attribute.after });
    let attributes: Vec<Value> = change.attributes.iter().map(attribute).collect();
    let text = match &change.text {
        Some(TextChange::Text { before, after }) => json!({ "before": before, "after": after }),
        Some(TextChange::Hidden { reason, before_size, after_size }) => {
            json!({ "hidden": reason, "before_size": before_size, "after_size": after_size })
        }
        None => Value::Null,
    };
    json!({ "kind": change.kind, "title": change.title, "attributes": attributes, "text": text })
}
