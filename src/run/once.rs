//! `run_once`: one host of the batch acts, and its result is that of all.

use super::halt::{Halt, Trouble};
use super::host::Host;
use super::interpreter::{Interpreter, below};
use super::pipeline::Running;
use super::position::Position;
use super::result::Ended;
use super::task_scope::At;
use crate::playbook::Keyword;
use crate::vars::{Moment, Part};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::watch;

/// Words that act once without `run_once`: nobody but the host that does it has their result.
const ALONE: &[&str] = &["add_host", "pause"];

/// The results of tasks that one host carried out for all; none where it could not.
#[derive(Debug)]
pub struct Once {
    results: Mutex<HashMap<Position, Option<Ended>>>,
    changed: watch::Sender<()>,
}

impl Default for Once {
    fn default() -> Once {
        Once { results: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Once {
    /// Notes how the task at this position ended.
    pub fn put(&self, position: Position, ended: Ended) {
        self.results().insert(position, Some(ended));
        self.changed.send_replace(());
    }

    /// Lets those go on who wait for a task that came to no end.
    fn close(&self, position: &Position) {
        self.results().entry(position.clone()).or_default();
        self.changed.send_replace(());
    }

    async fn wait(&self, position: &Position) -> Option<Ended> {
        let mut changes = self.changed.subscribe();
        loop {
            let known = self.results().get(position).cloned();
            if let Some(ended) = known {
                return ended;
            }
            if changes.changed().await.is_err() {
                return None;
            }
        }
    }

    fn results(&self) -> MutexGuard<'_, HashMap<Position, Option<Ended>>> {
        self.results.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Interpreter {
    /// Whether one host acts for all.
    pub async fn is_alone(&mut self, running: &Running, at: &At) -> Result<bool, Trouble> {
        if !self.play.meeting.is_needed() {
            return Ok(false);
        }
        Ok(running.task.is(ALONE) || self.flag(at, Keyword::RunOnce).await?)
    }

    /// Carries the task out if this host is the one, else takes over its result.
    pub async fn once(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        self.meet().await?;
        if at.frame.keyword(Keyword::DelegateTo).is_some() && self.flag(at, Keyword::DelegateFacts).await? {
            running.facts_for = None;
        }
        if !self.play.acts_for_all(&self.position, &self.host.name) {
            let for_all = self.flag(at, Keyword::RunOnce).await?;
            return Ok(self.take_over(running, for_all, at).await?);
        }
        running.once = true;
        running.fatal = !running.ignore_errors;
        let position = self.position.clone();
        let ended = match self.each(running, at).await {
            Ok(()) => self.drain().await,
            // This ends the task here, so that the others hear of it.
            Err(trouble) => self.give_up_all(running, at, trouble).await,
        };
        self.play.once.close(&position);
        Ok(ended?)
    }

    async fn take_over(&mut self, running: &mut Running, for_all: bool, at: &At) -> Result<(), Halt> {
        if running.task.is(super::include::WORDS) {
            return Ok(());
        }
        if for_all {
            self.promise_result(running, at);
        }
        let Some(ended) = self.play.once.wait(&running.position).await else { return Ok(()) };
        if let Some(promise) = &running.promise {
            promise.settle(ended.value.clone());
        }
        if for_all && running.facts_for.is_some() {
            let leader = self.play.leader(&running.position).and_then(|leader| self.run.host(&leader));
            leader.inspect(|leader| adopt(&self.host, leader, running, &ended));
        }
        if !ended.has_failed() || ended.ignored {
            return Ok(());
        }
        self.remember_failure(running, &ended.value);
        self.heeded.insert(running.position.clone());
        Err(Halt::Failed)
    }

    /// Gives the result of a task that this host does for all to those of the batch who do not come to it, too: only some may have
    /// brought it in.
    pub fn give_to_absent(&self, running: &Running, ended: &Ended) {
        if running.task.is(ALONE) {
            return;
        }
        let moment = Moment { place: &running.position, after: None };
        let present = self.play.meeting.present(&running.position, &self.play.batch);
        let absent = self.run.live(&self.play.batch).into_iter().filter(|name| !present.contains(name));
        for host in absent.filter_map(|name| self.run.host(&name)) {
            if let Some(name) = &running.task.own.register {
                host.store.set(Part::Set, name.clone(), ended.value.clone(), moment);
            }
            if running.facts_for.as_ref() == Some(&self.host.name) {
                adopt(&host, &self.host, running, ended);
            }
        }
    }
}

/// Lets a host take over the facts that another one learnt for all: not what it learnt for those it delegated to. Of what files say
/// it has the templates, not what they look like.
fn adopt(host: &Host, leader: &Host, running: &Running, ended: &Ended) {
    if ended.has_failed() {
        return;
    }
    let part = match running.task.action.word() {
        "set_fact" => Part::Set,
        "include_vars" => Part::Included,
        _ => Part::Facts,
    };
    let moment = Moment { place: &running.position, after: None };
    let known = leader.store.as_of(&below(&running.position, u32::MAX), |_| true);
    let items = ended.field("results").and_then(|items| items.as_items()).unwrap_or_default();
    for result in std::iter::once(&ended.value).chain(items.iter()) {
        let facts = result.entry("ansible_facts").and_then(|facts| facts.as_entries()).unwrap_or_default();
        for (name, value) in facts.iter() {
            let name = name.as_str().unwrap_or_default();
            let name = if part == Part::Facts { name.strip_prefix("ansible_").unwrap_or(name) } else { name };
            let value = known.included.get(name).filter(|_| part == Part::Included).unwrap_or(value);
            host.store.set(part, name.into(), value.clone(), moment);
            if part == Part::Set && known.cached.contains_key(name) {
                host.store.set(Part::Facts, name.into(), value.clone(), moment);
                host.store.set(Part::Cached, name.into(), value.clone(), moment);
            }
        }
    }
}
