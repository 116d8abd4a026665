//! `run_once`: one host of the batch acts, and its result is that of all.

use super::halt::{FailedTask, Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running};
use super::position::Position;
use super::result::Ended;
use super::task_scope::At;
use crate::playbook::Keyword;
use crate::vars::{Part, Value};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::watch;

/// The results of tasks that one host carried out for all.
#[derive(Debug)]
pub struct Once {
    results: Mutex<HashMap<(Position, usize), Ended>>,
    changed: watch::Sender<()>,
}

impl Default for Once {
    fn default() -> Once {
        Once { results: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Once {
    fn put(&self, key: (Position, usize), ended: Ended) {
        self.results.lock().unwrap_or_else(|broken| broken.into_inner()).insert(key, ended);
        self.changed.send_replace(());
    }

    async fn wait(&self, key: &(Position, usize)) -> Ended {
        let mut changes = self.changed.subscribe();
        loop {
            let known = self.results.lock().unwrap_or_else(|broken| broken.into_inner()).get(key).cloned();
            if let Some(ended) = known {
                return ended;
            }
            if changes.changed().await.is_err() {
                return Ended::failed("the host that ran it for all is gone", crate::vars::Map::new());
            }
        }
    }
}

impl Interpreter {
    /// Whether one host acts for all: it was told to, or there is only one person to ask.
    pub async fn is_alone(&mut self, word: &str, at: &At) -> Result<bool, Trouble> {
        Ok(self.play.batch.len() > 1 && (word == "pause" || self.flag(at, Keyword::RunOnce).await?))
    }

    /// Acts if this host is the one, else takes its result.
    pub async fn act_once(
        &mut self,
        mut running: Running,
        item: Option<Item>,
        at: &At,
    ) -> Result<(), Trouble> {
        running.fatal = !running.ignore_errors;
        let key = (self.position.clone(), item.as_ref().map_or(0, |item| item.index));
        if self.play.acts_for_all(&self.position, &self.host.name) {
            let ended = match self.judged(&running, at).await {
                Ok(ended) => ended,
                Err(Trouble::Mistake { diagnostic, .. }) => Ended::mistake(diagnostic),
                Err(Trouble::Depends(because)) => Ended::depends(&because),
                Err(Trouble::Unreachable(diagnostic)) => Ended::unreachable(&diagnostic.message),
                Err(Trouble::Halt(halt)) => {
                    self.play.once.put(
                        key,
                        Ended::failed("the host that ran it for all stopped", crate::vars::Map::new()),
                    );
                    return Err(halt.into());
                }
            };
            self.play.once.put(key, ended.clone());
            return Ok(self.ended(running, item, ended).await?);
        }
        let ended = self.play.once.wait(&key).await;
        self.adopt(&running, &ended);
        if let Some(items) = running.repeat.and_then(|number| self.loops.open.get_mut(&number)) {
            items.push(ended.clone());
        }
        match ended.has_failed() && !running.ignore_errors {
            true => Err(Halt::Failed(Box::new(FailedTask {
                task: Value::none(),
                result: ended.value,
                fatal: true,
            }))
            .into()),
            false => Ok(()),
        }
    }

    /// Takes over what another host did for all.
    fn adopt(&mut self, running: &Running, ended: &Ended) {
        if let Some(promise) = &running.promise {
            promise.settle(ended.value.clone());
        }
        let facts = ended.field("ansible_facts").and_then(|facts| facts.as_entries()).unwrap_or_default();
        let part = match running.task.action.word() {
            "set_fact" => Part::Set,
            "include_vars" => Part::Included,
            _ => Part::Facts,
        };
        for (name, value) in facts.iter() {
            let name = name.as_str().unwrap_or_default();
            let name = if part == Part::Facts { name.strip_prefix("ansible_").unwrap_or(name) } else { name };
            self.host.store.set(part, name.into(), value.clone(), None);
        }
    }
}
