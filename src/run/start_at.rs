//! `--start-at-task`: the run begins with the first task of that name, which no dynamic include may hide.

use super::Run;
use super::frame::{Frame, FrameKind};
use crate::control::as_written;
use crate::host::glob;
use crate::playbook::{Entry, Play, Playbook, Task};
use crate::source::{Diagnostic, Span};
use std::sync::Arc;

/// Where the run begins.
#[derive(Debug, Default)]
pub struct StartAt {
    /// The task, while no play has come to it.
    task: std::sync::Mutex<Option<Span>>,
}

impl StartAt {
    /// Finds the task with this name, or with a name that is like this pattern.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn find(pattern: &str, playbooks: &[Playbook]) -> Result<StartAt, Diagnostic> {
        let plays = playbooks.iter().flat_map(|playbook| &playbook.plays);
        let named: Vec<(String, Span)> = plays.flat_map(|play| tasks(play)).collect();
        if let Some((_, span)) = named.iter().find(|(name, _)| is_like(pattern, name)) {
            return Ok(StartAt { task: Some(*span).into() });
        }
        let near = crate::host::nearest(pattern, named.iter().map(|(name, _)| name.as_str()));
        let message = format!("there is no task `{pattern}` to start at");
        Err(Diagnostic::error(message).hint(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "tasks that are brought in while the run goes on cannot be found".to_owned(),
        }))
    }

    /// The task that is looked for, if it is one of this play: from now on nothing is passed over.
    fn begin(&self, play: &Play) -> Option<Span> {
        self.lock().take_if(|wanted| tasks(play).iter().any(|(_, span)| span == wanted))
    }

    fn is_ahead(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Span>> {
        self.task.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Run {
    /// The task with which a play begins, or nothing for all of it; no answer where the play is passed over.
    pub fn start_of(&self, play: &Play) -> Option<Option<Span>> {
        let start = self.start_at.get()?;
        let found = start.begin(play);
        if found.is_none() && start.is_ahead() { None } else { Some(found) }
    }
}

/// The names of all tasks that are known before the run, in order.
fn tasks(play: &Play) -> Vec<(String, Span)> {
    let roles = play.roles.iter().map(|group| Entry::Group(Arc::new(group.shallow())));
    let entries = play.pre_tasks.iter().cloned().chain(roles);
    let entries = entries.chain(play.tasks.iter().chain(&play.post_tasks).cloned());
    let frame = Frame::play(play.keywords.clone());
    entries.flat_map(|entry| within(&entry, &frame)).collect()
}

fn within(entry: &Entry, frame: &Arc<Frame>) -> Vec<(String, Span)> {
    match entry {
        Entry::Task(task) => vec![(name(task, frame), task.span)],
        Entry::Block(block) => {
            let inside = block.tasks.iter().chain(&block.rescue).chain(&block.always);
            inside.flat_map(|entry| within(entry, frame)).collect()
        }
        Entry::Group(group) => {
            let inner = group.role.iter().map(|role| frame.inside(FrameKind::Role(role.clone()))).next();
            let inner = inner.unwrap_or_else(|| frame.clone());
            group.entries.iter().flat_map(|entry| within(entry, &inner)).collect()
        }
    }
}

fn name(task: &Task, frame: &Frame) -> String {
    let name = task.name.as_ref().map(as_written);
    let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or(&task.action.written);
    frame.role().map_or_else(|| name.to_owned(), |role| format!("{} : {name}", role.name))
}

/// Of a task in a role, the name may be given with the role or without.
fn is_like(pattern: &str, name: &str) -> bool {
    let bare = name.split_once(" : ").map_or(name, |(_, bare)| bare);
    [name, bare].into_iter().any(|name| name == pattern || glob::matches(pattern, name))
}
