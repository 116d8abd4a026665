//! `meta`: words to the run itself.

use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::playbook::{Entry, Task};
use crate::report::Activity;
use crate::source::Diagnostic;
use crate::vars::{Moment, Part, Value};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;

/// Every word that `meta` knows.
pub const WORDS: &[&str] = &[
    "clear_facts",
    "clear_host_errors",
    "end_batch",
    "end_host",
    "end_play",
    "end_role",
    "flush_handlers",
    "noop",
    "refresh_inventory",
    "reset_connection",
];

/// Words that one host carries out for all, whatever the conditions are on the others.
const FOR_ALL: &[&str] = &["clear_facts", "clear_host_errors", "end_batch", "end_play", "refresh_inventory"];

/// Words that need not wait for what is under way.
const UNHURRIED: &[&str] = &["flush_handlers", "noop"];

/// Words that take no condition.
const UNCONDITIONAL: &[&str] = &["noop", "refresh_inventory", "reset_connection"];

/// Whether a `meta` among these tasks ends all hosts: those that do not come to it must not run ahead.
pub fn ends_all(entries: &[Entry]) -> bool {
    let ends = |task: &Task| {
        let word = task.action.raw.as_ref().and_then(Value::as_str);
        task.is(&["meta"]) && word.is_some_and(|word| ["end_batch", "end_play"].contains(&word.trim()))
    };
    entries.iter().any(|entry| entry.has(&ends))
}

impl Interpreter {
    /// Carries out a `meta` task.
    pub fn meta<'a>(&'a mut self, running: &'a Running, at: &'a At) -> BoxFuture<'a, Result<(), Trouble>> {
        self.meta_now(running, at).boxed()
    }

    async fn meta_now(&mut self, running: &Running, at: &At) -> Result<(), Trouble> {
        let arguments = self.arguments(&running.task, at).await?;
        let word = arguments.raw.as_ref().and_then(|raw| raw.str().ok()).unwrap_or_default();
        let word = word.trim();
        if !WORDS.contains(&word) {
            return Err(unknown(word, &arguments).into());
        }
        let for_all = FOR_ALL.contains(&word) && self.play.meeting.is_needed();
        if for_all {
            self.meet().await?;
            if !self.play.acts_for_all(&self.position, &self.host.name) {
                self.meet_behind(&running.position).await?;
                self.forgiven |= self.play.is_forgiven_at(&running.position);
                return Ok(());
            }
        }
        let skipped = match UNCONDITIONAL.contains(&word) {
            true => None,
            false => self.skips(at).await?.map(|_| self.passed_over(word, at)),
        };
        if !UNHURRIED.contains(&word) {
            self.drain().await?;
        }
        let skips = skipped.is_some();
        let ended = skipped.unwrap_or_else(|| self.obeyed(word, at));
        self.tell(running, at, for_all, ended).await?;
        if skips { Ok(()) } else { self.obey(word, running).await }
    }

    async fn obey(&mut self, word: &str, running: &Running) -> Result<(), Trouble> {
        match word {
            "flush_handlers" => self.flush(running.rescued, false).await?,
            "end_host" => return Err(Halt::EndHost.into()),
            "end_role" => return Err(Halt::EndRole.into()),
            "end_play" => {
                self.play.end_for_all();
                return Err(Halt::EndPlay.into());
            }
            "end_batch" => {
                self.play.end_batch();
                return Err(Halt::EndBatch.into());
            }
            "clear_facts" => {
                let moment = Moment { place: &running.position, after: None };
                let hosts: Vec<_> =
                    self.play.all_hosts.iter().filter_map(|name| self.run.host(name)).collect();
                for host in hosts {
                    [Part::Facts, Part::Cached].into_iter().for_each(|part| host.store.clear(part, moment));
                    super::fact_cache::forget(&self.run.settings.facts, &host.name);
                }
            }
            "clear_host_errors" => {
                self.run.forget_failures(&self.play.all_hosts);
                self.play.forgive_at(&running.position);
                self.forgiven = true;
            }
            "reset_connection" => self.close_lanes(),
            "refresh_inventory" => {
                if let Err(mistake) = self.run.refresh_inventory() {
                    return Ok(self.ended(running.clone(), None, Ended::mistake(mistake)).await?);
                }
                if let Ok(all) = self.run.hosts_of(&self.play.play) {
                    self.play.set_hosts(&all, &self.run.live(&all));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Tells of the word: once, or for each host, as the heading of Ansible has it.
    async fn tell(&mut self, running: &Running, at: &At, for_all: bool, ended: Ended) -> Result<(), Halt> {
        let mut position = running.position.clone();
        if !for_all {
            let index = self.play.batch.iter().position(|host| *host == self.host.name).unwrap_or_default();
            position.push(u32::try_from(index).unwrap_or(u32::MAX));
        }
        let task = self.info_at(&position, &running.task, at);
        self.activity(Activity::Running(task.clone()));
        let told = Running { info: task, ..running.clone() };
        self.ended(told, None, ended).await
    }

    /// The result of a word that is obeyed.
    fn obeyed(&self, word: &str, at: &At) -> Ended {
        let host = &self.host.name;
        let message = match word {
            "flush_handlers" => format!("triggered running handlers for {host}"),
            "clear_facts" => "facts cleared".to_owned(),
            "clear_host_errors" => "cleared host errors".to_owned(),
            "end_batch" => "ending batch".to_owned(),
            "end_host" => format!("ending play for {host}"),
            "end_play" => "ending play".to_owned(),
            "end_role" => format!("ending role {} for {host}", role_name(at)),
            "refresh_inventory" => "inventory successfully refreshed".to_owned(),
            "reset_connection" => "reset connection".to_owned(),
            word => word.to_owned(),
        };
        let mut ended = Ended::ok();
        ended.set("msg", message);
        ended
    }

    /// The result of a word whose condition does not hold.
    fn passed_over(&self, word: &str, at: &At) -> Ended {
        let host = &self.host.name;
        let role = role_name(at);
        let rest = match word {
            "flush_handlers" => format!(", not running handlers for {host}"),
            "clear_facts" => format!(", not clearing facts and fact cache for {host}"),
            "clear_host_errors" => format!(", not clearing host error state for {host}"),
            "end_batch" => ", continuing current batch".to_owned(),
            "end_play" => ", continuing play".to_owned(),
            "end_host" => format!(", continuing execution for {host}"),
            _ => format!("continuing role {role} for {host}"),
        };
        let reason = format!("{word} conditional evaluated to False{rest}");
        let mut ended = Ended::skipped(&reason, None);
        ended.unset("changed");
        let message = match word {
            "end_host" => reason.replacen("False", "false", 1),
            _ => word.to_owned(),
        };
        ended.set("msg", message);
        ended
    }
}

fn role_name(at: &At) -> Arc<str> {
    at.frame.role().map_or_else(Default::default, |role| Arc::clone(&role.name))
}

fn unknown(word: &str, arguments: &crate::control::Arguments) -> Diagnostic {
    let hint =
        crate::host::nearest(word, WORDS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let span = arguments.raw.as_ref().map_or(arguments.span, |raw| raw.span());
    Diagnostic::error(format!("`meta` has no `{word}`")).at(span).maybe_hint(hint)
}
