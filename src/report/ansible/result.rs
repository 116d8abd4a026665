//! The lines about results.

use super::Ansible;
use super::dump::{abridged, is_quiet, is_spoken};
use super::paint::Tone;
use super::{diff, origin};
use crate::host::{Data, Fields};
use crate::report::story::title;
use crate::report::{HostName, Result, Status, TaskInfo, TaskKind};

/// What stands in the place of a result that is not to be shown.
const CENSORED: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this result";

impl Ansible {
    /// A task on one host.
    pub(super) fn done(&mut self, host: &HostName, task: &TaskInfo, looped: bool, result: &Result) {
        let told_by_items = looped && has_results(result);
        match result.status {
            Status::Failed | Status::Rescued => self.failed(host, task, told_by_items, result),
            Status::Unreachable => self.unreachable(host, task, result),
            Status::Skipped | Status::Depends => {
                self.skipped(host, task, result);
                if task.kind == TaskKind::Meta {
                    self.meta(result, "skip_reason");
                }
            }
            Status::Ok | Status::Changed if task.kind == TaskKind::Include => self.heading(task),
            Status::Ok | Status::Changed if task.kind == TaskKind::Meta => {
                self.heading(task);
                self.meta(result, "msg");
            }
            Status::Ok | Status::Changed if told_by_items => {}
            Status::Ok | Status::Changed => self.fine(host, task, None, result),
        }
    }

    /// What a word for the run itself has done, which `-vv` tells.
    fn meta(&mut self, result: &Result, field: &str) {
        if let Some(text) = result.data.text(field).filter(|_| self.output.verbosity > 1) {
            self.say(Tone::Verbose, &format!("META: {text}"));
        }
    }

    /// One item of a loop.
    pub(super) fn item(&mut self, host: &HostName, task: &TaskInfo, label: &str, result: &Result) {
        match result.status {
            Status::Failed | Status::Rescued | Status::Unreachable => {
                self.heading(task);
                self.job(host, task, result);
                self.error(task, result);
                let text =
                    format!("failed: [{}] (item={label}) => {}", on(host, result), self.dump(task, result));
                self.say_failure(Tone::Error, &text);
            }
            Status::Skipped | Status::Depends if self.output.hide_skipped => {}
            Status::Skipped | Status::Depends => {
                self.heading(task);
                let shown = self.shown(task, result);
                self.say(Tone::Skip, &format!("skipping: [{host}] => (item={label}) {shown}"));
            }
            Status::Ok | Status::Changed if task.kind == TaskKind::Include => {}
            Status::Ok | Status::Changed => self.fine(host, task, Some(label), result),
        }
    }

    /// A retry is announced.
    pub(super) fn retry(&mut self, host: &HostName, task: &TaskInfo, left: u32, result: &Result) {
        self.heading(task);
        self.job(host, task, result);
        let is_named = task.name != task.action;
        let name = if is_named { task.name.clone() } else { title(task) };
        let mut text = format!("FAILED - RETRYING: [{}]: {name} ({left} retries left).", on(host, result));
        if self.output.verbosity > 2 || is_spoken(&task.action, result) {
            text.push_str(&format!("Result was: {}", self.dump(task, result)));
        }
        self.say(Tone::Debug, &text);
    }

    fn fine(&mut self, host: &HostName, task: &TaskInfo, label: Option<&str>, result: &Result) {
        let changed = result.status == Status::Changed;
        if !changed && self.output.hide_ok {
            return;
        }
        self.heading(task);
        self.job(host, task, result);
        if changed && result.diff.unwrap_or(self.output.diff) {
            self.diff(result);
        }
        let (word, tone) = if changed { ("changed", Tone::Changed) } else { ("ok", Tone::Ok) };
        let item = label.map(|label| format!(" => (item={label})")).unwrap_or_default();
        let text = format!("{word}: [{}]{item}{}", on(host, result), self.shown(task, result));
        self.say(tone, &text);
    }

    /// A job goes on. What has no task of its own there is told without a heading.
    pub(super) fn polled(&mut self, host: &HostName, job: &str) {
        self.say(Tone::Debug, &format!("ASYNC POLL on {host}: jid={job} started=True finished=False"));
    }

    /// How the job of a task ended that was waited for.
    fn job(&mut self, host: &HostName, task: &TaskInfo, result: &Result) {
        let Data::Map(fields) = &result.data else { return };
        let late = fields.get("async_result");
        let told = late.and_then(Data::as_map).unwrap_or(fields);
        let Some(id) = told.get("ansible_job_id").and_then(Data::as_text) else { return };
        let is_over = late.is_some() || told.get("finished") == Some(&Data::Bool(true));
        let tells_of_others = ["async_status", "debug"].iter().any(|word| task.action.ends_with(word));
        if is_over && !tells_of_others {
            // What `failed_when` says comes behind it.
            let is_fine =
                matches!(result.status, Status::Ok | Status::Changed) || has(result, "failed_when_result");
            let good = late.is_none() && is_fine && told.get("rc").is_none_or(|rc| *rc == Data::Int(0));
            let word = if good { "OK" } else { "FAILED" };
            self.say(Tone::Debug, &format!("ASYNC {word} on {host}: jid={id}"));
        }
    }

    fn skipped(&mut self, host: &HostName, task: &TaskInfo, result: &Result) {
        if self.output.hide_skipped {
            return;
        }
        self.heading(task);
        let text = format!("skipping: [{host}]{}", self.shown(task, result));
        self.say(Tone::Skip, &text);
    }

    fn failed(&mut self, host: &HostName, task: &TaskInfo, told_by_items: bool, result: &Result) {
        self.heading(task);
        if !told_by_items {
            self.job(host, task, result);
            if task.kind != TaskKind::Include || !has(result, "reason") {
                self.error(task, result);
            }
        }
        // Items are no part of what is shown of `debug`.
        if !told_by_items || task.action.ends_with("debug") && !result.no_log {
            if self.output.verbosity < 2 && self.output.task_path_on_failure {
                self.task_path(task);
            }
            let text = format!("fatal: [{}]: FAILED! => {}", on(host, result), self.dump(task, result));
            self.say_failure(Tone::Error, &text);
        }
        self.ignoring(result);
    }

    fn unreachable(&mut self, host: &HostName, task: &TaskInfo, result: &Result) {
        self.heading(task);
        self.error(task, result);
        let text = format!("fatal: [{}]: UNREACHABLE! => {}", on(host, result), self.dump(task, result));
        self.say_failure(Tone::Unreachable, &text);
        self.ignoring(result);
    }

    fn ignoring(&mut self, result: &Result) {
        if result.ignored {
            self.say(Tone::Skip, "...ignoring");
        }
    }

    /// The error with its lines, once.
    fn error(&mut self, task: &TaskInfo, result: &Result) {
        let text = origin::error(task, result, &self.sources);
        if self.told.insert(text.clone()) {
            self.say_failure(Tone::Error, &text);
        }
    }

    fn diff(&mut self, result: &Result) {
        let text = diff::differences(result, &self.output, &self.paint);
        if !text.is_empty() {
            self.sink.print(&text);
        }
    }

    /// The result, where it is wanted behind the line.
    fn shown(&self, task: &TaskInfo, result: &Result) -> String {
        let spoken = is_spoken(&task.action, result);
        let ended_well = matches!(result.status, Status::Ok | Status::Changed);
        let quiet = ended_well && is_quiet(&task.action) || flag(result, "_ansible_verbose_override");
        if (self.output.verbosity > 0 || spoken) && !quiet {
            format!(" => {}", self.dump(task, result))
        } else {
            String::new()
        }
    }

    fn dump(&self, task: &TaskInfo, result: &Result) -> String {
        let mut fields = abridged(&result.data, &task.action, self.output.verbosity);
        if fields.is_empty() {
            fields = Fields::new().with("changed", result.status == Status::Changed);
            if let Some(message) = &result.message {
                fields.set("msg", message.as_str());
            }
        }
        // Items have told theirs, but where the host was lost all is told again.
        if result.status != Status::Unreachable {
            fields.remove("results");
        }
        if result.no_log {
            fields.set("censored", CENSORED);
        }
        self.written().result(fields, self.output.verbosity > 2 || is_spoken(&task.action, result))
    }
}

/// The name of the host, and of the one that did it for it.
fn on(host: &HostName, result: &Result) -> String {
    let Some(other) = result.delegated_to.as_ref().filter(|other| *other != host) else {
        return host.to_string();
    };
    match &result.delegated_address {
        Some(address) if **address != **other && result.status != Status::Unreachable => {
            format!("{host} -> {other}({address})")
        }
        _ => format!("{host} -> {other}"),
    }
}

fn has_results(result: &Result) -> bool {
    result.no_log || has(result, "results")
}

fn has(result: &Result, name: &str) -> bool {
    matches!(&result.data, Data::Map(fields) if fields.get(name).is_some())
}

fn flag(result: &Result, name: &str) -> bool {
    matches!(&result.data, Data::Map(fields) if fields.get(name) == Some(&Data::Bool(true)))
}
