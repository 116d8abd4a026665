//! One task on one host: conditions, loop, and what becomes of each item.

use super::frame::{Frame, FrameKind};
use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running, Step};
use super::result::Ended;
use super::tags::{split, tags_around};
use super::task_scope::At;
use crate::control::{as_written, truth};
use crate::playbook::{Keyword, Task};
use crate::report::{Activity, TaskInfo, TaskKind};
use crate::vars::{Part, Promise, Value};
use std::sync::Arc;
use std::time::Instant;

impl Interpreter {
    /// Carries out one task.
    pub async fn task(&mut self, task: &Arc<Task>, frame: &Arc<Frame>) -> Result<(), Halt> {
        let kind = FrameKind::Static { keywords: task.keywords.clone(), rescued: false };
        let at = At::new(frame.inside(kind), task.dir.clone());
        if self.play.meeting.is_needed() {
            self.others_pending = Arc::default();
        }
        match self.is_chosen(&at).await {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(Trouble::Halt(halt)) => return Err(halt),
            Err(trouble) => {
                let running = self.running(task, &at, false);
                return self.give_up(running, None, trouble).await;
            }
        }
        self.perform(task, &at, false).await
    }

    /// Carries out a task that is chosen, or a handler.
    pub async fn perform(&mut self, task: &Arc<Task>, at: &At, handler: bool) -> Result<(), Halt> {
        let mut running = self.running(task, at, handler);
        self.activity(Activity::Running(running.info.clone()));
        if !self.pipeline.is_busy() {
            self.play.announce(&self.run, &running.info);
        }
        if !self.run.step(&running.info, &self.host.name) {
            return Ok(());
        }
        let attempted = match self.prepare(&mut running, at).await {
            Ok(()) => self.attempt(running.clone(), at).await,
            Err(trouble) => Err(trouble),
        };
        match attempted {
            Ok(()) => Ok(()),
            Err(Trouble::Halt(halt)) => Err(halt),
            Err(trouble) => self.give_up(running, None, trouble).await,
        }
    }

    async fn attempt(&mut self, mut running: Running, at: &At) -> Result<(), Trouble> {
        self.meets_next =
            self.play.meeting.is_needed() && (running.fatal || self.play.max_fail_percentage.is_some());
        if running.task.own.repeat.is_some() {
            return self.repeat(running, at).await;
        }
        if let Some(skipped) = self.skips(at).await? {
            self.promise_result(&mut running);
            return Ok(self.ended(running, None, skipped).await?);
        }
        self.promise_result(&mut running);
        self.act(running, None, at).await
    }

    /// Reads the keywords that hold for all items.
    async fn prepare(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        running.no_log = self.flag(at, Keyword::NoLog).await? || self.run.settings.execution.no_log;
        running.ignore_errors = self.flag(at, Keyword::IgnoreErrors).await?;
        running.ignore_unreachable = self.flag(at, Keyword::IgnoreUnreachable).await?;
        running.fatal =
            self.flag(at, Keyword::AnyErrorsFatal).await? || self.run.settings.execution.any_errors_fatal;
        running.changed = plain_bool(&running.task.own.changed_when);
        running.failed = plain_bool(&running.task.own.failed_when);
        Ok(())
    }

    /// Puts a promise where the result will be registered.
    pub fn promise_result(&mut self, running: &mut Running) {
        let Some(name) = running.task.own.register.clone() else { return };
        let promise = Arc::new(Promise::default());
        let after = self.pipeline.newest();
        self.host.store.set(Part::Set, name, Value::promise(promise.clone()), after);
        running.promise = Some(promise);
    }

    /// The result to skip with, if a condition does not hold.
    pub async fn skips(&mut self, at: &At) -> Result<Option<Ended>, Trouble> {
        for condition in conditions(&at.frame) {
            let holds = self.condition(at, &condition).await?;
            if !holds {
                return Ok(Some(Ended::skipped(
                    "Conditional result was False",
                    Some(as_written(&condition)),
                )));
            }
        }
        Ok(None)
    }

    /// Whether one condition holds.
    pub async fn condition(&mut self, at: &At, condition: &Value) -> Result<bool, Trouble> {
        if let Some(plain) = condition.as_bool() {
            return Ok(plain);
        }
        self.evaluate(at, |engine, scope| engine.condition(condition, scope)).await
    }

    /// Whether a keyword that is a switch is on.
    pub async fn flag(&mut self, at: &At, keyword: Keyword) -> Result<bool, Trouble> {
        let Some(value) = at.frame.keyword(keyword).cloned() else { return Ok(false) };
        if let Some(plain) = value.as_bool() {
            return Ok(plain);
        }
        let value = self.evaluate(at, |engine, scope| engine.resolve(&value, scope)).await?;
        Ok(truth(&value))
    }

    /// Whether `--tags` and `--skip-tags` choose what is in this frame.
    async fn is_chosen(&mut self, at: &At) -> Result<bool, Trouble> {
        let mut tags = Vec::new();
        for value in tags_around(&at.frame) {
            let value = match value.is_lazy() {
                true => self.evaluate(at, |engine, scope| engine.resolve(&value, scope)).await?,
                false => value,
            };
            tags.extend(split(&value));
        }
        Ok(self.run.tags.choose(&tags))
    }

    /// The task on this host, before anything about it is evaluated.
    pub fn running(&self, task: &Arc<Task>, at: &At, handler: bool) -> Running {
        Running {
            task: task.clone(),
            info: self.info(task, at, handler),
            position: self.position.clone(),
            promise: None,
            ignore_errors: false,
            ignore_unreachable: false,
            no_log: false,
            rescued: at.frame.is_rescued(),
            fatal: false,
            changed: None,
            failed: None,
            notify: Vec::new(),
            delegated_to: None,
            background: None,
            began: Instant::now(),
            repeat: None,
            facts_for: Some(self.host.name.clone()),
        }
    }

    /// How events name the task: made by the first host that comes to it.
    fn info(&self, task: &Arc<Task>, at: &At, handler: bool) -> Arc<TaskInfo> {
        self.play.info(&self.run, &self.position, || {
            let kind = match task.is(&["include_tasks", "include_role", "include"]) {
                _ if handler => TaskKind::Handler,
                true => TaskKind::Include,
                false => TaskKind::Task,
            };
            TaskInfo {
                number: 0,
                kind,
                name: self.task_name(task, at),
                action: task.action.written.to_string(),
                role: at.frame.role().map(|role| role.name.clone()),
                span: task.span,
                position: Vec::new(),
            }
        })
    }

    fn task_name(&self, task: &Task, at: &At) -> String {
        let Some(name) = &task.name else { return self.nameless(task, at) };
        let written = || as_written(name).as_str().unwrap_or_default().to_owned();
        if !name.is_lazy() {
            return name.str().unwrap_or_else(|_| written());
        }
        let scope = self.scope(at);
        let text = self.run.engine.resolve(name, &scope).ok().and_then(|name| name.str().ok());
        text.unwrap_or_else(written)
    }

    /// What a task without a name is called.
    fn nameless(&self, task: &Task, at: &At) -> String {
        let written = task.action.written.to_string();
        let role = task.action.argument("name").or_else(|| task.action.argument("role"));
        let Some(role) = role.filter(|_| task.is(&["include_role"])) else { return written };
        let role = self.run.engine.resolve(role, &self.scope(at)).ok().and_then(|role| role.str().ok());
        role.map_or(written.clone(), |role| format!("{written} : {role}"))
    }

    /// Ends a task, or one item of it, that could not be carried out as written.
    pub async fn give_up(
        &mut self,
        running: Running,
        item: Option<Item>,
        trouble: Trouble,
    ) -> Result<(), Halt> {
        let ended = match trouble {
            Trouble::Halt(halt) => return Err(halt),
            Trouble::Mistake { diagnostic, .. } => Ended::mistake(diagnostic),
            Trouble::Depends(because) => Ended::depends(&because),
            Trouble::Unreachable(diagnostic) => {
                let ended = Ended::unreachable(&diagnostic.message);
                Ended { diagnostic: Some(diagnostic), ..ended }
            }
        };
        self.ended(running, item, ended).await
    }

    /// Puts the end of a task behind what is in flight.
    pub async fn ended(&mut self, running: Running, item: Option<Item>, ended: Ended) -> Result<(), Halt> {
        self.finish(Step::Ended { running: Box::new(running), item, ended: Box::new(ended) }).await
    }
}

/// All conditions that hold in a frame, those of the outermost first.
pub fn conditions(frame: &Frame) -> Vec<Value> {
    let mut levels: Vec<&Vec<Value>> = frame.all_keywords().map(|keywords| &keywords.when).collect();
    levels.reverse();
    levels.into_iter().flatten().cloned().collect()
}

/// The one plain boolean of `changed_when: false` and the like.
fn plain_bool(conditions: &[Value]) -> Option<bool> {
    match conditions {
        [one] => one.as_bool(),
        _ => None,
    }
}
