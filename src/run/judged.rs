//! Tasks whose end the controller has to judge before anything may follow: `until`, `failed_when`, `changed_when`, `poll`, modules of
//! the project.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running};
use super::result::Ended;
use super::task_scope::At;
use crate::control::{self, Arguments};
use crate::report::{Activity, Event, Status};
use crate::vars::Value;

/// How often a task with `until` is tried again where it does not say `retries`.
const RETRIES: usize = 3;

impl Interpreter {
    /// Carries out a task, waits for its end, and judges it.
    pub async fn act_judged(&mut self, running: Running, item: Option<Item>, at: &At) -> Result<(), Trouble> {
        self.drain().await?;
        let ended = self.judged(&running, at).await?;
        Ok(self.ended(running, item, ended).await?)
    }

    /// The end of a task after all its attempts.
    pub async fn judged(&mut self, running: &Running, at: &At) -> Result<Ended, Trouble> {
        let attempts = self.attempts(running, at).await?;
        let delay = self.text_of(&running.task.own.delay, at).await?.and_then(|delay| delay.parse().ok());
        let arguments = self.arguments_of(running, at).await?;
        let mut attempt = 1;
        loop {
            let mut ended = self.one_attempt(running, &arguments, at).await?;
            if attempts.is_some() {
                ended.set("attempts", Value::from(attempt));
            }
            let seen = self.seen(running, at, &ended);
            self.verdict(running, &mut ended, &seen).await?;
            let Some(attempts) = attempts else { return Ok(ended) };
            let seen = self.seen(running, at, &ended);
            if ended.status == Status::Depends || self.is_enough(running, &ended, &seen).await? {
                return Ok(ended);
            }
            if attempt >= attempts {
                // As Ansible counts them: the first is none.
                ended.set("attempts", Value::from(attempts - 1));
                return Ok(exhausted(ended));
            }
            ended.set("retries", Value::from(attempts));
            self.announce_retry(running, &ended, attempts - attempt);
            self.run.rest_seconds(delay.unwrap_or(5.0)).await?;
            attempt += 1;
        }
    }

    /// All attempts are made with the same arguments.
    async fn one_attempt(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let at = at.afresh();
        match control::is_word(running.task.action.word()) {
            true => self.act_here(running, arguments, &at).await,
            false => self.ask(running, arguments, &at).await,
        }
    }

    /// How often the task is tried; nothing for one that is not repeated.
    async fn attempts(&mut self, running: &Running, at: &At) -> Result<Option<usize>, Trouble> {
        let own = &running.task.own;
        if own.until.is_empty() && own.retries.is_none() {
            return Ok(None);
        }
        let retries: Option<i64> =
            self.text_of(&own.retries, at).await?.and_then(|retries| retries.parse().ok());
        Ok(Some(retries.map_or(RETRIES, |retries| usize::try_from(retries).unwrap_or(0)) + 1))
    }

    /// The place where the task's own result is already registered.
    fn seen(&self, running: &Running, at: &At, ended: &Ended) -> At {
        match &running.task.own.register {
            Some(name) => at.with(name.clone(), ended.value.clone()),
            None => at.clone(),
        }
    }

    async fn verdict(&mut self, running: &Running, ended: &mut Ended, at: &At) -> Result<(), Trouble> {
        if ended.status == Status::Unreachable {
            return Ok(());
        }
        super::conclude::judge(running, ended);
        if running.changed.is_none() && !running.task.own.changed_when.is_empty() {
            match self.all(&running.task.own.changed_when.clone(), at).await {
                Ok(changed) => ended.set_changed(changed),
                Err(Trouble::Depends(because)) => {
                    *ended = Ended { status: Status::Depends, message: Some(because), ..ended.clone() }
                }
                Err(Trouble::Mistake { diagnostic, .. }) => ended.without_verdict("changed_when", diagnostic),
                Err(trouble) => return Err(trouble),
            }
        }
        if running.failed.is_none() && !running.task.own.failed_when.is_empty() {
            match self.all(&running.task.own.failed_when.clone(), at).await {
                Ok(failed) => super::conclude::decide(running, ended, failed),
                Err(Trouble::Depends(_)) => {}
                Err(Trouble::Mistake { diagnostic, .. }) => ended.without_verdict("failed_when", diagnostic),
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    async fn is_enough(&mut self, running: &Running, ended: &Ended, at: &At) -> Result<bool, Trouble> {
        if running.task.own.until.is_empty() {
            return Ok(!ended.has_failed());
        }
        match self.all(&running.task.own.until.clone(), at).await {
            Err(Trouble::Depends(_)) => Ok(true),
            other => other,
        }
    }

    /// Whether all conditions hold.
    async fn all(&mut self, conditions: &[Value], at: &At) -> Result<bool, Trouble> {
        for condition in conditions {
            if !self.condition(at, condition).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn announce_retry(&self, running: &Running, ended: &Ended, left: usize) {
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        self.play.announce(&self.run, &running.info);
        let result = Box::new(super::conclude::shown(running, ended));
        let (host, task) = (self.host.name.clone(), running.info.clone());
        self.run.events.send(Event::Retry { host, task, left, result });
        self.activity(Activity::Waiting(format!("the next attempt, {left} left")));
    }
}

/// The end of the last attempt: the result says that it failed, but whether the task did, `failed_when` decides where there is one.
fn exhausted(mut ended: Ended) -> Ended {
    ended.set("failed", true);
    if ended.status != Status::Unreachable && !ended.is_forgiven() {
        ended.status = Status::Failed;
        ended.message =
            ended.message.or_else(|| Some("the condition of `until` did not come true".to_owned()));
    }
    ended
}
