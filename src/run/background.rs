//! `async` and `poll`: tasks that the host goes on with by itself.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::host::Fields;
use crate::report::{Activity, Event, Status};
use crate::source::Diagnostic;
use crate::vars::{Map, Value};
use std::time::Duration;

/// Seconds between two looks at a task that does not say.
const POLL: u64 = 15;

/// How a task goes on in the background.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Background {
    /// Seconds that it may take.
    pub limit: u64,
    /// Seconds between two looks at it; 0 stands for not waiting at all.
    pub poll: u64,
}

impl Interpreter {
    /// How a task goes on in the background, if it does.
    pub(super) async fn background(
        &mut self,
        running: &Running,
        at: &At,
    ) -> Result<Option<Background>, Trouble> {
        let task = running.task.clone();
        let Some(limit) = self.seconds(&task.own.asynchronous, at).await?.filter(|limit| *limit > 0) else {
            return Ok(None);
        };
        let usual = self.run.settings.execution.poll_interval.unwrap_or(POLL);
        Ok(Some(Background { limit, poll: self.seconds(&task.own.poll, at).await?.unwrap_or(usual) }))
    }

    /// Where a variable says that the results of jobs lie, as modules read it; it counts more than what the environment says.
    pub(super) async fn job_directory(&mut self, at: &At) -> Result<Option<(String, String)>, Trouble> {
        let directory = self.text_given_by("ansible_async_dir | default('')", at).await?;
        Ok(directory.map(|directory| ("ANSIBLE_ASYNC_DIR".to_owned(), directory)))
    }

    async fn seconds(&mut self, written: &Option<Value>, at: &At) -> Result<Option<u64>, Trouble> {
        let Some(text) = self.text_of(written, at).await?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let wrong =
            || Diagnostic::error(format!("`async` and `poll` want a number of seconds, not `{text}`"));
        let place = |value: &Value| wrong().at(value.span());
        Ok(Some(text.parse().map_err(|_| written.as_ref().map_or_else(wrong, place))?))
    }

    /// Looks at a job again and again, until it has ended or its time is over.
    pub(super) async fn follow(
        &mut self,
        running: &Running,
        started: Ended,
        background: Background,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let Background { limit, poll } = background;
        let text = |field: &str| started.field(field).and_then(|value| value.str().ok());
        let Some(id) = text("ansible_job_id").filter(|_| poll > 0 && !started.has_failed()) else {
            return Ok(started);
        };
        let mut left = limit;
        let mut seen = started;
        while left > 0 {
            self.activity(Activity::Waiting(format!("the job {id}, {left} seconds left")));
            self.run.rest(Duration::from_secs(poll)).await?;
            left = left.saturating_sub(poll);
            seen = self.job(running, &id, "status", at).await?;
            if seen.status == Status::Unreachable {
                self.lose_line(running);
                continue;
            }
            // The job gives up at its limit too, a moment earlier or later.
            let late = seen.field("timedout").and_then(|late| late.entry("period")?.as_int());
            let is_late = late.is_some() && late == i64::try_from(limit).ok();
            let is_over = seen.field("finished").and_then(|done| done.as_bool()) == Some(true);
            if !is_late && (is_over || seen.has_failed()) {
                self.job(running, &id, "cleanup", at).await?;
                return Ok(seen);
            }
            self.tell_of_job(running, &id);
            if is_late {
                break;
            }
        }
        let message = format!("async task did not complete within the requested time - {limit}s");
        Ok(Ended::failed(message, Map::from([("async_result".into(), seen.value)])))
    }

    /// Tells that the job is still at work.
    fn tell_of_job(&self, running: &Running, id: &str) {
        let (host, task) = (self.host.name.clone(), running.info.clone());
        self.run.events.send(Event::Polled { host, task, job: id.to_owned() });
    }

    /// Asks for a job.
    async fn job(&mut self, running: &Running, id: &str, mode: &str, at: &At) -> Result<Ended, Trouble> {
        self.ask_host(running, "async_status", Fields::new().with("jid", id).with("mode", mode), at).await
    }
}
