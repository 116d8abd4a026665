//! What is told of a run, as lines: the same for a terminal, a log and a pipe.

mod change;
mod failure;
mod recap;
mod result;

pub use recap::recap;

use super::style::{Line, Style, columns, count};
use super::{Event, HostName, Result, TaskInfo};
use crate::host::Shown;
use crate::source::{Diagnostic, Palette, Sources, render};
use std::collections::HashMap;
use std::sync::Arc;

/// How it is told.
#[derive(Clone, Debug)]
pub struct Look {
    /// How often `-v` was typed: 1 lists unchanged and skipped tasks too, 2 all changes, 3 whole results.
    pub verbosity: u8,
    pub dry_run: bool,
    /// Whether texts are shown before and after.
    pub diff: bool,
    /// Lines of context in a diff.
    pub context: usize,
    /// Whether data of `set_stats` is shown.
    pub custom_stats: bool,
    pub colour: bool,
    /// Columns of the terminal; none where lines may be as long as they are.
    pub width: Option<usize>,
}

/// Turns events into lines, one after the other.
pub struct Story {
    pub look: Look,
    sources: Arc<Sources>,
    /// Columns for names of hosts in this play.
    names: usize,
    /// What items of a loop changed, until the loop is done on that host.
    items: HashMap<HostName, Vec<ChangedItem>>,
    /// The play's heading is printed when there is something to say of it.
    heading: Option<Line>,
}

/// An item of a loop that changed something.
struct ChangedItem {
    label: String,
    changes: Vec<Shown>,
}

/// The longest name of a host that the others are aligned to.
const LONGEST_NAME: usize = 24;

impl Story {
    /// A story with nothing told yet.
    pub fn new(look: Look, sources: Arc<Sources>) -> Story {
        Story { look, sources, names: 0, items: HashMap::new(), heading: None }
    }

    /// What is to be told of an event; often nothing.
    pub fn tell(&mut self, event: &Event) -> Vec<Line> {
        match event {
            Event::Playbook { name, .. } if self.look.verbosity > 0 => {
                vec![Line::new(), Line::of(Style::Heading, "playbook ").text(name)]
            }
            Event::Play { name, hosts, .. } => self.play(name, hosts),
            Event::Item { host, task, label, result } => self.item(host, task, label, result),
            Event::Done { task, result, .. } if task.is_silent(result.status) => Vec::new(),
            Event::NoHostsLeft => vec![Line::of(Style::Bad, "no hosts left")],
            Event::Done { host, task, looped, result } => self.done(host, task, *looped, result),
            Event::Retry { host, task, left, .. } => self.retry(host, task, *left),
            Event::Notified { host, handler } if self.look.verbosity > 1 => {
                vec![self.entry(Style::Faint, "notified", host).text(handler)]
            }
            Event::Included { host, file, label, .. } if self.look.verbosity > 0 => {
                let label = label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
                vec![self.entry(Style::Faint, "included", host).text(file).add(Style::Faint, label)]
            }
            Event::Warning(diagnostic) => self.diagnostic(diagnostic),
            Event::Notice { host, text } => self.notice(host.as_ref(), text),
            _ => Vec::new(),
        }
    }

    /// The heading of the play, if it was not told yet: goes before the first line of the play.
    pub fn take_heading(&mut self) -> Option<Line> {
        self.heading.take()
    }

    fn play(&mut self, name: &str, hosts: &[HostName]) -> Vec<Line> {
        self.names = hosts.iter().map(|host| columns(host)).max().unwrap_or(0).min(LONGEST_NAME);
        self.items.clear();
        let what = if self.look.dry_run { " · dry run" } else { "" };
        let heading = Line::of(Style::Faint, "play ").add(Style::Heading, name);
        if hosts.is_empty() {
            return vec![Line::new(), heading.add(Style::Faint, " · no hosts matched")];
        }
        let heading = heading.add(Style::Faint, format!(" · {}{what}", count(hosts.len(), "host")));
        self.heading = Some(heading);
        Vec::new()
    }

    fn notice(&self, host: Option<&HostName>, text: &str) -> Vec<Line> {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or("");
        let start = match host {
            Some(host) => self.entry(Style::Faint, "note", host),
            None => self.word(Style::Faint, "note"),
        };
        let indent = " ".repeat(start.width());
        let rest = lines.map(|line| Line::new().text(&indent).text(line));
        std::iter::once(start.text(first)).chain(rest).collect()
    }

    fn retry(&self, host: &HostName, task: &TaskInfo, left: u32) -> Vec<Line> {
        if self.look.verbosity == 0 {
            return Vec::new();
        }
        let line = self.entry(Style::Faint, "retry", host).text(title(task));
        vec![line.add(
            Style::Faint,
            format!("  {} left", count(left as usize, "retry").replace("retrys", "retries")),
        )]
    }

    /// The renderer's text, line for line, with its own colours.
    fn diagnostic(&self, diagnostic: &Diagnostic) -> Vec<Line> {
        let text = render(diagnostic, &self.sources, Palette::PLAIN);
        text.lines().map(|line| coloured(line, diagnostic.severity)).collect()
    }

    /// The beginning of a line about a host.
    fn entry(&self, style: Style, word: &str, host: &str) -> Line {
        self.word(style, word).column(Style::Strong, host, self.names).text("  ")
    }

    fn word(&self, style: Style, word: &str) -> Line {
        let width = if self.look.dry_run { "would change".len() } else { "unreachable".len() };
        Line::new().column(style, word, width).text("  ")
    }

    /// The text of a place in the user's files.
    fn place(&self, span: crate::source::Span) -> Option<String> {
        self.sources.place(span)
    }

    fn changes_of(&mut self, host: &HostName, result: &Result) -> (Vec<String>, Vec<Shown>) {
        let items = self.items.remove(host).unwrap_or_default();
        if items.is_empty() {
            return (Vec::new(), result.changes.clone());
        }
        let labels = items.iter().map(|item| item.label.clone()).collect();
        (labels, items.into_iter().flat_map(|item| item.changes).collect())
    }
}

/// The colours of a diagnostic, which is rendered without.
fn coloured(line: &str, severity: crate::source::Severity) -> Line {
    use crate::source::Severity;
    let style = if severity == Severity::Error { Style::Bad } else { Style::Changed };
    if let Some((word, rest)) = line.split_once(": ").filter(|(word, _)| ["error", "warning"].contains(word))
    {
        return Line::of(style, word).add(Style::Strong, format!(": {rest}"));
    }
    if let Some((before, rest)) = line.split_once("= hint: ") {
        return Line::of(Style::Faint, format!("{before}= "))
            .add(Style::Hint, "hint")
            .text(format!(": {rest}"));
    }
    match line.split_once('|') {
        Some((number, carets)) if number.trim().is_empty() && !carets.trim().is_empty() => {
            Line::of(Style::Faint, format!("{number}|")).add(style, carets)
        }
        _ => Line::new().text(line),
    }
}

/// A task as it is named to the reader: with its role.
pub fn title(task: &TaskInfo) -> String {
    match &task.role {
        Some(role) => format!("{role} : {}", task.name),
        None => task.name.clone(),
    }
}
