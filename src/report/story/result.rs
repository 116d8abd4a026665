//! The ends of tasks, in lines.

use super::{ChangedItem, Story, change, title};
use crate::host::{Data, Shown};
use crate::report::style::{Line, Style, count};
use crate::report::{HostName, Result, Status, TaskInfo, TaskKind};

/// How many labels of items are named.
const LABELS: usize = 4;

impl Story {
    /// One item of a loop: failures at once, changes with the end of the loop, the rest with `-v`.
    pub(super) fn item(
        &mut self,
        host: &HostName,
        task: &TaskInfo,
        label: &str,
        result: &Result,
    ) -> Vec<Line> {
        let name = format!("{} (item={label})", title(task));
        match result.status {
            Status::Failed | Status::Unreachable | Status::Rescued => self.failure(host, task, &name, result),
            Status::Changed => {
                let item = ChangedItem { label: label.to_owned(), changes: result.changes.clone() };
                self.items.entry(host.clone()).or_default().push(item);
                Vec::new()
            }
            Status::Ok if says_something(task) => self.said(host, result),
            _ if self.look.verbosity == 0 => Vec::new(),
            status => vec![self.plain(host, status, &name, result)],
        }
    }

    /// A task on one host.
    pub(super) fn done(
        &mut self,
        host: &HostName,
        task: &TaskInfo,
        looped: bool,
        result: &Result,
    ) -> Vec<Line> {
        let (labels, changes) = self.changes_of(host, result);
        let name = title(task);
        match result.status {
            Status::Failed | Status::Unreachable | Status::Rescued
                if looped && result.diagnostic.is_none() =>
            {
                vec![self.failed_line(host, &name, result)]
            }
            Status::Failed | Status::Unreachable | Status::Rescued => self.failure(host, task, &name, result),
            Status::Changed => {
                let word = if self.look.dry_run { "would change" } else { "changed" };
                let line = self.entry(Style::Changed, word, host).text(&name);
                self.changed(line, &labels, &changes, result)
            }
            Status::Depends => vec![self.depends(host, &name, result)],
            Status::Ok if says_something(task) && !looped => self.said(host, result),
            Status::Ok | Status::Skipped if self.look.verbosity == 0 => Vec::new(),
            Status::Ok if task.kind == TaskKind::Include => Vec::new(),
            status => {
                let line = self.plain(host, status, &name, result);
                std::iter::once(line).chain(self.data(result)).collect()
            }
        }
    }

    /// What changed, behind the line or under it.
    fn changed(&self, line: Line, labels: &[String], changes: &[Shown], result: &Result) -> Vec<Line> {
        let diff = result.diff.unwrap_or(self.look.diff);
        let in_full = self.look.verbosity > 1 || diff && changes.iter().any(|one| one.text.is_some());
        let mut lines = match changes {
            [] if labels.is_empty() => vec![line],
            [_, ..] if in_full => self.in_full(line.join(labelled(labels)), changes, diff),
            _ if !labels.is_empty() => self.beside(line, named(labels)),
            _ => self.beside(line, change::summary(changes)),
        };
        lines.extend(self.data(result));
        lines
    }

    /// More about a line: beside it where the terminal has room, else under it.
    pub(super) fn beside(&self, line: Line, more: Line) -> Vec<Line> {
        let Some(width) = self.look.width else { return vec![line.add(Style::Faint, " · ").join(more)] };
        if line.width() + 3 + more.width() <= width {
            return vec![line.add(Style::Faint, " · ").join(more)];
        }
        vec![line.fit(width), Line::new().text("    ").join(more).fit(width)]
    }

    /// The line, and all that is different under it.
    fn in_full(&self, line: Line, changes: &[Shown], diff: bool) -> Vec<Line> {
        let details =
            changes.iter().flat_map(|change| change::detail(&shown(change, diff), self.look.context));
        std::iter::once(line).chain(details.map(|line| Line::new().text("    ").join(line))).collect()
    }

    fn depends(&self, host: &HostName, name: &str, result: &Result) -> Line {
        let line = self.entry(Style::Unsure, "depends", host).text(name);
        match &result.message {
            Some(message) => line.add(Style::Faint, format!(" · {message}")),
            None => line,
        }
    }

    fn plain(&self, host: &HostName, status: Status, name: &str, result: &Result) -> Line {
        let (word, style) = match status {
            Status::Skipped => ("skipped", Style::Faint),
            Status::Changed => ("changed", Style::Changed),
            Status::Depends => ("depends", Style::Unsure),
            _ => ("ok", Style::Good),
        };
        let line = self.entry(style, word, host).text(name);
        match &result.message {
            Some(message) => line.add(Style::Faint, format!(" · {message}")),
            None => line,
        }
    }

    /// The whole result, with `-vvv`.
    fn data(&self, result: &Result) -> Vec<Line> {
        if self.look.verbosity < 3 {
            return Vec::new();
        }
        pretty(&result.data).lines().map(|line| Line::of(Style::Faint, format!("    {line}"))).collect()
    }

    /// What a `debug` says.
    fn said(&self, host: &HostName, result: &Result) -> Vec<Line> {
        let text = match &result.data {
            Data::Map(fields) => fields
                .get("msg")
                .or_else(|| fields.iter().find(|(name, _)| is_spoken(name)).map(|(_, value)| value))
                .or_else(|| fields.get("item"))
                .map(spoken),
            _ => None,
        };
        text.map(|text| self.notice(Some(host), &text)).unwrap_or_default()
    }
}

fn labelled(labels: &[String]) -> Line {
    if labels.is_empty() { Line::new() } else { Line::of(Style::Faint, " · ").join(named(labels)) }
}

/// The items of a loop, or the first of them.
fn named(labels: &[String]) -> Line {
    let mut named = labels.iter().take(LABELS).cloned().collect::<Vec<_>>().join(", ");
    if labels.len() > LABELS {
        named.push_str(", …");
    }
    Line::of(Style::Faint, format!("{}: ", count(labels.len(), "item"))).text(named)
}

/// Whether the result of the task is meant for the reader.
fn says_something(task: &TaskInfo) -> bool {
    matches!(task.action.as_str(), "debug" | "ansible.builtin.debug" | "ansible.legacy.debug")
}

/// Whether a field of a `debug` result is what the user asked to see.
fn is_spoken(name: &str) -> bool {
    !matches!(
        name,
        "changed" | "failed" | "skipped" | "item" | "ansible_loop_var" | "invocation" | "attempts"
    ) && !name.starts_with("_ansible")
}

fn spoken(data: &Data) -> String {
    match data {
        Data::Text(text) => text.clone(),
        Data::List(items) if items.iter().all(|item| matches!(item, Data::Text(_))) => {
            items.iter().map(spoken).collect::<Vec<_>>().join("\n")
        }
        other => pretty(other),
    }
}

fn pretty(data: &Data) -> String {
    serde_json::to_string_pretty(data).unwrap_or_default()
}

/// A change without its text where no diffs are wanted.
fn shown(change: &Shown, diff: bool) -> Shown {
    Shown { text: change.text.clone().filter(|_| diff), ..change.clone() }
}
