//! Events without their secrets: what happens to every event before anybody shows it.

use super::{REDACTED, Redactor};
use crate::host::{Attribute, Data, Fields, Shown, TextChange};
use crate::report::{Activity, Event, Result, TaskInfo};
use crate::source::Diagnostic;
use std::sync::Arc;

/// What is said in place of a result that the user asked not to show.
pub const HIDDEN: &str = "hidden, because `no_log` is set for this task";

/// What is said in place of the label of such an item.
pub const HIDDEN_LABEL: &str = "(censored due to no_log)";

impl Redactor {
    /// The event without secrets, and without the results of tasks that are not to be shown.
    pub fn event(&self, event: Event) -> Event {
        match event {
            Event::Playbook { name, plays } => Event::Playbook { name: self.text(name), plays },
            Event::Play { name, hosts, span, lockstep } => {
                Event::Play { name: self.text(name), hosts, span, lockstep }
            }
            Event::Task { task } => Event::Task { task: self.task(task) },
            Event::Retry { host, task, left, result } => {
                Event::Retry { host, task: self.task(task), left, result: self.result(result) }
            }
            Event::Polled { host, task, job } => Event::Polled { host, task: self.task(task), job },
            Event::Item { host, task, label, result } => {
                let label = if result.no_log { HIDDEN_LABEL.to_owned() } else { self.text(label) };
                Event::Item { host, task: self.task(task), label, result: self.result(result) }
            }
            Event::Included { host, task, file, label } => {
                let label = label.map(|label| self.text(label));
                Event::Included { host, task: self.task(task), file: self.text(file), label }
            }
            Event::Done { host, task, looped, result } => {
                Event::Done { host, task: self.task(task), looped, result: self.result(result) }
            }
            Event::Notified { host, handler } => Event::Notified { host, handler: self.text(handler) },
            Event::Activity { host, activity } => Event::Activity { host, activity: self.activity(activity) },
            Event::Warning(diagnostic) => Event::Warning(self.diagnostic(diagnostic)),
            Event::Notice { host, text } => Event::Notice { host, text: self.text(text) },
            Event::Stats { host, data, aggregate } => Event::Stats { host, data: self.data(data), aggregate },
            other @ (Event::Progress { .. }
            | Event::NoHostsLeft
            | Event::Forgiven { .. }
            | Event::End { .. }) => other,
        }
    }

    fn text(&self, mut text: String) -> String {
        self.clean(&mut text);
        text
    }

    fn activity(&self, activity: Activity) -> Activity {
        match activity {
            Activity::Running(task) => Activity::Running(self.task(task)),
            Activity::Doing(text) => Activity::Doing(self.text(text)),
            Activity::Waiting(text) => Activity::Waiting(self.text(text)),
            other => other,
        }
    }

    /// Hosts share a task, so it is copied only where there is something to hide.
    fn task(&self, task: Arc<TaskInfo>) -> Arc<TaskInfo> {
        match self.redact(&task.name) {
            std::borrow::Cow::Borrowed(_) => task,
            std::borrow::Cow::Owned(name) => Arc::new(TaskInfo { name, ..TaskInfo::clone(&task) }),
        }
    }

    fn result(&self, mut result: Box<Result>) -> Box<Result> {
        if result.no_log {
            return Box::new(hidden(&result));
        }
        result.message = result.message.map(|message| self.text(message));
        result.data = self.data(result.data);
        result.changes.iter_mut().for_each(|change| self.change(change));
        result.diagnostic = result.diagnostic.map(|diagnostic| self.diagnostic(diagnostic));
        result
    }

    fn data(&self, data: Data) -> Data {
        match data {
            Data::Text(text) => Data::Text(self.text(text)),
            Data::List(items) => Data::List(items.into_iter().map(|item| self.data(item)).collect()),
            Data::Map(fields) => fields
                .into_iter()
                .map(|(name, value)| (self.text(name), self.data(value)))
                .collect::<Fields>()
                .into(),
            number @ (Data::Int(_) | Data::Big(_) | Data::Float(_)) => self.number(number),
            other => other,
        }
    }

    /// A secret may be a number, too.
    fn number(&self, number: Data) -> Data {
        let text = match &number {
            Data::Int(number) => number.to_string(),
            Data::Big(digits) => digits.clone(),
            Data::Float(number) => number.to_string(),
            _ => return number,
        };
        if self.redact(&text) == text { number } else { Data::Text(REDACTED.to_owned()) }
    }

    fn change(&self, change: &mut Shown) {
        self.clean(&mut change.title);
        change.attributes.iter_mut().for_each(|attribute| self.attribute(attribute));
        if let Some(TextChange::Text { before, after }) = &mut change.text {
            self.clean(before);
            self.clean(after);
        }
    }

    fn attribute(&self, attribute: &mut Attribute) {
        for side in [&mut attribute.before, &mut attribute.after].into_iter().flatten() {
            self.clean(side);
        }
    }

    fn diagnostic(&self, mut diagnostic: Box<Diagnostic>) -> Box<Diagnostic> {
        self.clean(&mut diagnostic.message);
        diagnostic.labels.iter_mut().for_each(|label| self.clean(&mut label.text));
        diagnostic.hints.iter_mut().for_each(|hint| self.clean(hint));
        diagnostic
    }
}

/// What may be told of a result that is not to be shown: how it ended.
fn hidden(result: &Result) -> Result {
    let mut data = Fields::new().with("censored", HIDDEN).with("changed", false);
    if let Data::Map(fields) = &result.data {
        let told = |name| fields.get(name).map(|value| (name, value.clone()));
        ["attempts", "changed", "retries"]
            .into_iter()
            .filter_map(told)
            .for_each(|(name, value)| data.set(name, value));
    }
    Result {
        message: result.message.as_ref().map(|_| HIDDEN.to_owned()),
        data: data.into(),
        changes: Vec::new(),
        diagnostic: None,
        ..result.clone()
    }
}
