//! Notifications that no handler of the play hears.

use super::Lint;
use crate::host::nearest_within;
use crate::playbook::{Entry, Keywords, Task};
use crate::source::Diagnostic;
use crate::vars::Value;
use std::collections::HashSet;

/// What is notified in a play, and what its handlers hear.
#[derive(Default)]
pub(super) struct Notes {
    notified: Vec<Value>,
    heard: HashSet<String>,
    /// Whether handlers may come that are not known yet: roles included by a task, names of variables.
    open: bool,
}

impl Notes {
    pub(super) fn keywords(&mut self, keywords: &Keywords) {
        for notify in &keywords.notify {
            match notify.as_items() {
                Some(items) => self.notified.extend(items.iter().cloned()),
                None => self.notified.push(notify.clone()),
            }
        }
    }

    pub(super) fn task(&mut self, task: &Task) {
        self.keywords(&task.keywords);
        self.open |= task.is(&["include_role", "include_tasks", "include"]);
    }

    pub(super) fn handler(&mut self, entry: &Entry) {
        let Entry::Task(task) = entry else {
            // Blocks and files of handlers: whatever is in them.
            self.open = true;
            return;
        };
        for name in task.name.iter().chain(&task.own.listen) {
            self.open |= name.is_lazy();
            match name.as_items() {
                Some(items) => self.heard.extend(items.iter().map(ToString::to_string)),
                None => drop(self.heard.insert(name.to_string())),
            }
        }
    }
}

impl Lint<'_> {
    /// What is notified in a play that is done with.
    pub(super) fn unheard(&mut self, notes: &Notes) {
        for name in notes.notified.iter().filter(|name| !notes.open && !name.is_lazy()) {
            let text = name.to_string();
            let bare = text.split_once(" : ").map_or(text.as_str(), |(_, bare)| bare);
            if notes.heard.contains(&text) || notes.heard.contains(bare) {
                continue;
            }
            let near = nearest_within(bare, notes.heard.iter().map(String::as_str), super::SLIP);
            let near = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("there is no handler `{text}`");
            self.found.push(Diagnostic::warning(message).at(name.span()).maybe_hint(near));
        }
    }
}
