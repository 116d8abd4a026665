//! One task on one host: conditions, loop, and what becomes of each item.

use super::frame::{Frame, FrameKind};
use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running, Step};
use super::result::Ended;
use super::tags::{split, tags_around};
use super::task_scope::{At, TaskScope};
use crate::control::{as_written, switch};
use crate::playbook::{Keyword, Task};
use crate::report::{Activity, TaskInfo, TaskKind};
use crate::source::{Diagnostic, Span};
use crate::template::{Language, Scope};
use crate::vars::{Moment, Part, Promise, Value};
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
        let slowest = || self.play.meeting.slowest().unwrap_or_else(|| self.position.clone());
        self.host.store.forget_before(slowest);
        if self.start.take_if(|start| *start == task.span).is_none() && self.start.is_some() {
            return Ok(());
        }
        match self.is_chosen(&at).await {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(Trouble::Halt(halt)) => return Err(halt),
            Err(trouble) => {
                let running = self.running(task, &at);
                return self.give_up(running, None, trouble).await;
            }
        }
        self.perform(task, &at).await
    }

    /// Carries out a task that is chosen, or a handler.
    pub async fn perform(&mut self, task: &Arc<Task>, at: &At) -> Result<(), Halt> {
        if let Some(name) = task.name.as_ref().filter(|name| name.is_lazy())
            && let Err(Trouble::Halt(halt)) =
                self.evaluate(at, |engine, scope| engine.resolve(name, scope)).await
        {
            return Err(halt);
        }
        let mut running = self.running(task, at);
        // What is under way is told when its answer is awaited.
        if !self.pipeline.is_busy() {
            self.activity(Activity::Running(running.info.clone()));
            if !task.is(&["meta"]) {
                self.play.announce(&self.run, &running.info);
            }
        }
        if !self.run.step(&running.info) {
            return Ok(());
        }
        let attempted = match self.prepare(&mut running, at).await {
            Ok(()) => self.attempt(&mut running, at).await,
            Err(trouble) => Err(trouble),
        };
        match attempted {
            Ok(()) => {}
            Err(Trouble::Halt(halt)) => return Err(halt),
            Err(trouble) => self.give_up_all(&mut running, at, trouble).await?,
        }
        self.stand_together(&running, at).await?;
        self.carry_in().await?;
        self.stand_behind(&running, at).await
    }

    async fn attempt(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        if running.task.is(&["meta"]) {
            return self.meta(running, at).await;
        }
        if self.is_alone(running, at).await? {
            return self.once(running, at).await;
        }
        let forks = self.forks(running, at);
        let throttle = self.throttle(at).await?;
        let Some(most) = throttle.into_iter().chain(forks).min() else { return self.each(running, at).await };
        if !self.play.meeting.is_needed() {
            let _turn = self.play.turn(&self.position, most).await;
            self.each(running, at).await?;
            return Ok(self.drain().await?);
        }
        self.meet().await?;
        self.play.meeting.wait_turn(&self.host.name, &self.position, &self.play.batch, most).await;
        self.each(running, at).await?;
        Ok(self.end_turn(running).await?)
    }

    /// On how many hosts a task that others could see may be under way, where somebody has said it.
    fn forks(&self, running: &Running, at: &At) -> Option<usize> {
        let forks = self.run.settings.execution.forks?;
        let counts = forks < self.play.batch.len() && self.must_meet(running.task.action.word(), at);
        counts.then_some(forks)
    }

    /// The task, or each of its items.
    pub async fn each(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        if running.task.own.repeat.is_some() {
            return self.repeat(running, at).await;
        }
        let skipped = self.skips(at).await?;
        let at = self.promise_result(running, at);
        match skipped {
            Some(skipped) => Ok(self.ended(running.clone(), None, skipped).await?),
            None => {
                if running.is_guessed {
                    running.no_log = false;
                    self.read_keywords(running, &at).await?;
                }
                self.act(running, None, &at).await
            }
        }
    }

    /// On how many hosts the task may be under way, where that are not all.
    async fn throttle(&mut self, at: &At) -> Result<Option<usize>, Trouble> {
        let written = at.frame.keyword(Keyword::Throttle).cloned();
        let Some(most) = self.text_of(&written, at).await? else { return Ok(None) };
        let span = written.map_or(Span::NONE, |written| written.span());
        let wrong = || Diagnostic::error(format!("`throttle` wants a whole number, not `{most}`")).at(span);
        // As Python's `int` makes it of what a template computed; none and less do not throttle.
        let most = most.trim().parse::<f64>().map_err(|_| wrong())? as usize;
        Ok(Some(most).filter(|most| (1..self.play.batch.len()).contains(most)))
    }

    /// Reads the keywords that say how a task ends. In a loop they may hang on its items, which read them again; a mistake in them
    /// counts where the task is not skipped.
    async fn prepare(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        if running.task.own.repeat.is_none() {
            match self.read_keywords(running, at).await {
                Err(Trouble::Mistake { .. }) => running.is_guessed = true,
                other => return other,
            }
        }
        Ok(self.guess_keywords(running, at).await?)
    }

    /// Reads those that count before all of them can be read: what cannot be known yet hides, and forgives nothing.
    pub async fn guess_keywords(&mut self, running: &mut Running, at: &At) -> Result<(), Halt> {
        running.no_log = self.guess(at, Keyword::NoLog, true).await?;
        running.ignore_errors = self.guess(at, Keyword::IgnoreErrors, false).await?;
        running.ignore_unreachable = self.guess(at, Keyword::IgnoreUnreachable, false).await?;
        running.fatal = self.guess(at, Keyword::AnyErrorsFatal, false).await?;
        Ok(())
    }

    /// Whether a keyword says yes, as far as that can be known yet.
    pub async fn guess(&mut self, at: &At, keyword: Keyword, otherwise: bool) -> Result<bool, Halt> {
        match self.flag_or_setting(at, keyword).await {
            Err(Trouble::Halt(halt)) => Err(halt),
            flag => Ok(flag.unwrap_or(otherwise)),
        }
    }

    /// Whether a keyword says yes, or the settings where nobody has written it.
    pub async fn flag_or_setting(&mut self, at: &At, keyword: Keyword) -> Result<bool, Trouble> {
        let settings = &self.run.settings.execution;
        match keyword {
            _ if at.frame.keyword(keyword).is_some() => self.flag(at, keyword).await,
            Keyword::AnyErrorsFatal => Ok(settings.any_errors_fatal),
            Keyword::NoLog => Ok(settings.no_log),
            _ => Ok(false),
        }
    }

    /// Reads all of them for a task without a loop, or for one item.
    pub async fn read_keywords(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        running.changed = plain_bool(&running.task.own.changed_when);
        running.failed = plain_bool(&running.task.own.failed_when);
        // First, for it hides the mistakes in the others.
        running.no_log = self.flag_or_setting(at, Keyword::NoLog).await?;
        running.fatal = self.flag_or_setting(at, Keyword::AnyErrorsFatal).await?;
        running.ignore_errors = self.flag(at, Keyword::IgnoreErrors).await?;
        running.ignore_unreachable = self.flag(at, Keyword::IgnoreUnreachable).await?;
        if at.frame.keyword(Keyword::Diff).is_some() {
            running.diff = Some(self.flag(at, Keyword::Diff).await?);
        }
        Ok(())
    }

    /// Puts a promise where the result will be registered. Gives the place where the task itself still sees what was
    /// there before.
    pub fn promise_result(&mut self, running: &mut Running, at: &At) -> At {
        let Some(name) = running.task.own.register.clone() else { return at.clone() };
        let before = self.scope(at).value(&name).unwrap_or_else(|| Value::undefined(&*name, Span::NONE));
        let at = at.with(name.clone(), before);
        let promise = Arc::new(Promise::default());
        let moment = Moment { place: &running.position, after: self.pipeline.newest() };
        self.host.store.set(Part::Set, name, Value::promise(promise.clone()), moment);
        running.promise = Some(promise);
        at
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
        let holds = self.evaluate(at, |engine, scope| engine.condition(condition, scope)).await;
        holds.map_err(|trouble| trouble.during("Error while evaluating conditional"))
    }

    /// Whether a keyword that is a switch is on.
    pub async fn flag(&mut self, at: &At, keyword: Keyword) -> Result<bool, Trouble> {
        self.flag_or(at, keyword, false).await
    }

    /// The same, and what it is where nobody says it.
    pub async fn flag_or(&mut self, at: &At, keyword: Keyword, unsaid: bool) -> Result<bool, Trouble> {
        let Some(given) = self.said(at, keyword).await? else { return Ok(unsaid) };
        switch(&given).ok_or_else(|| {
            let message = format!("`{}` wants a boolean, not `{given}`", keyword.name());
            let told =
                format!("The value {} could not be converted to 'bool'.", given.repr().unwrap_or_default());
            Diagnostic::error(message).told(told).at(given.span()).into()
        })
    }

    /// The value of a keyword: of the innermost that is not omitted.
    pub async fn said(&mut self, at: &At, keyword: Keyword) -> Result<Option<Value>, Trouble> {
        let written: Vec<Value> =
            at.frame.all_keywords().filter_map(|keywords| keywords.own(keyword)).cloned().collect();
        for value in written {
            let given = match value.as_bool() {
                Some(_) => value,
                None => self.evaluate(at, |engine, scope| engine.resolve(&value, scope)).await?,
            };
            if !given.is_omit() {
                return Ok(Some(given));
            }
        }
        Ok(None)
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
    pub fn running(&self, task: &Arc<Task>, at: &At) -> Running {
        Running {
            task: task.clone(),
            info: self.info_at(&self.position, task, at),
            arguments: Arc::default(),
            invocation: Arc::default(),
            position: self.position.clone(),
            promise: None,
            ignore_errors: false,
            ignore_unreachable: false,
            no_log: false,
            is_guessed: false,
            diff: None,
            rescued: at.frame.is_rescued(),
            fatal: false,
            once: false,
            changed: None,
            failed: None,
            notify: Vec::new(),
            delegated_to: None,
            delegated_address: None,
            background: None,
            began: Instant::now(),
            repeat: None,
            facts_for: Some(self.host.name.clone()),
            role: at.frame.role().map(|role| role.key.clone()),
        }
    }

    /// How events name the task: made by the first host that comes to it.
    pub fn info_at(&self, position: &[u32], task: &Arc<Task>, at: &At) -> Arc<TaskInfo> {
        self.play.info(&self.run, position, || {
            let kind = match task.is(super::include::WORDS) {
                _ if self.handling => TaskKind::Handler,
                true => TaskKind::Include,
                false if task.is(&["meta"]) => TaskKind::Meta,
                false => TaskKind::Task,
            };
            // An `include_role` goes by its name or the role that it brings in, not by the one that it stands in.
            let role = at.frame.role().filter(|_| !task.is(&["include_role"]));
            TaskInfo {
                number: 0,
                kind,
                name: self.task_name(task, at),
                action: self.word(task, at),
                role: role.map(|role| role.name.clone()),
                check_mode: self.checks(at),
                span: task.span,
                position: Vec::new(),
            }
        })
    }

    /// Whether a task is headed as one that changes nothing; a template of that is taken for yes.
    fn checks(&self, at: &At) -> bool {
        let written = at.frame.keyword(Keyword::CheckMode);
        written.map_or(self.run.settings.execution.dry_run, |written| written.as_bool().unwrap_or(true))
    }

    fn task_name(&self, task: &Task, at: &At) -> String {
        let Some(name) = &task.name else { return self.nameless(task, at) };
        let written = || as_written(name).as_str().unwrap_or_default().to_owned();
        if !name.is_lazy() {
            return name.str().unwrap_or_else(|_| written());
        }
        self.scope_of_first(at)
            .and_then(|scope| self.text_in(name, &scope))
            .or_else(|| self.text_at(name, at))
            .unwrap_or_else(|| match self.play.surroundings.language {
                Language::Classic => written(),
                Language::Native => self.in_part(&written(), &self.scope(at)),
            })
    }

    /// What can be told of a text with templates: an error stands in the place of each that cannot be evaluated.
    fn in_part(&self, written: &str, scope: &TaskScope) -> String {
        let mut errors = 0;
        let pieces = written.split_inclusive("}}").flat_map(|piece| {
            let (before, template) = piece.split_at(piece.find("{{").unwrap_or(piece.len()));
            [before, template]
        });
        let told = pieces.filter(|piece| !piece.is_empty()).map(|piece| {
            let template = crate::vars::trusted_text(piece.to_owned(), Span::NONE);
            match self.run.engine.resolve(&template, scope).map(|value| value.to_string()) {
                Ok(text) => text,
                Err(error) => {
                    errors += 1;
                    format!("<< error {errors} - {} >>", error.into_diagnostic().words())
                }
            }
        });
        told.collect()
    }

    /// The scope of the first host that takes part, which gives the task its name for all.
    fn scope_of_first(&self, at: &At) -> Option<TaskScope> {
        let first = self
            .play
            .first_host()
            .filter(|first| *first != self.host.name && self.play.meeting.is_needed())?;
        let first = self.run.host(&first)?;
        let mut layers = self.scope(at).layers;
        layers.snapshot = first.store.as_of(&self.position, |_| true);
        layers.play = self.play.vars_of(&first);
        layers.host = first.vars();
        layers.magic = self.play.magic_of(&self.run, &first);
        Some(TaskScope::new(layers, at, &self.play.surroundings))
    }

    /// What a task without a name is called.
    fn nameless(&self, task: &Task, at: &At) -> String {
        let written = self.word(task, at);
        let role = task.action.argument("name").or_else(|| task.action.argument("role"));
        let Some(role) = role.filter(|_| task.is(&["include_role"])) else { return written };
        format!("{written} : {}", as_written(role).as_str().unwrap_or_default())
    }

    /// The word of a task; as it is written where it is a template that cannot be evaluated at once.
    fn word(&self, task: &Task, at: &At) -> String {
        let written = task.action.written.to_string();
        if !task.action.is_template() {
            return written;
        }
        let template = crate::vars::trusted_text(written.clone(), task.action.span);
        self.text_at(&template, at).unwrap_or(written)
    }

    /// The text of a value, if it is known at once.
    fn text_at(&self, value: &Value, at: &At) -> Option<String> {
        self.text_in(value, &self.scope(at))
    }

    fn text_in(&self, value: &Value, scope: &TaskScope) -> Option<String> {
        self.run.engine.resolve(value, scope).ok().and_then(|value| value.str().ok())
    }

    /// Ends a task that could not be carried out as written. Its result is registered all the same.
    pub async fn give_up_all(
        &mut self,
        running: &mut Running,
        at: &At,
        trouble: Trouble,
    ) -> Result<(), Halt> {
        if running.promise.is_none() {
            self.promise_result(running, at);
        }
        self.give_up(running.clone(), None, trouble).await
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
            Trouble::Depends(because) => {
                self.leave_unknown(&running, &because);
                Ended::depends(&because)
            }
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
