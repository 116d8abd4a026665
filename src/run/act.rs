//! What a task does, once its conditions hold: a control word acts here, a module becomes a call.

use super::halt::{Halt, Trouble};
use super::host::Host;
use super::hostvars::delegated;
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running, Step};
use super::result::Ended;
use super::task_scope::At;
use crate::control::{self, Act, Arguments, Desk, Effect};
use crate::host::Fields;
use crate::modules::Call;
use crate::playbook::{Keyword, Task};
use crate::report::{Event, Status};
use crate::source::{Diagnostic, Span};
use crate::vars::{Map, Moment, Part, Promise, Value, trusted_text};
use crate::wire::{Mode, OnFailure, Sending};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;

/// The largest file of which a result holds the texts, in bytes: Ansible's choice.
const MOST_COMPARED: u64 = 104_448;

/// The longest time in seconds that a task may be given.
const LONGEST: u64 = 100_000_000;

impl Interpreter {
    /// Carries out a task, or one item of it, whose conditions hold. What is found out about it is kept, for those who tell of a failure.
    pub fn act<'a>(
        &'a mut self,
        running: &'a mut Running,
        item: Option<Item>,
        at: &'a At,
    ) -> BoxFuture<'a, Result<(), Trouble>> {
        self.act_now(running, item, at).boxed()
    }

    async fn act_now(&mut self, running: &mut Running, item: Option<Item>, at: &At) -> Result<(), Trouble> {
        if running.task.action.is_template() {
            running.task = self.resolved(&running.task, at).await?;
        }
        self.delegate(running, at).await?;
        let at = &self.seen_by_delegate(running, at);
        running.delegated_address = self.delegated_address(running, at).await?;
        running.notify = self.notifications(at).await?;
        running.background = self.background(running, at).await?;
        let running = running.clone();
        let word = running.task.action.word().to_owned();
        if self.must_meet(&word, at) {
            self.meet().await?;
        }
        match word.as_str() {
            "include_tasks" | "include" => self.include_tasks(running, item, at).await,
            "include_role" => self.include_role(running, item, at).await,
            _ if self.is_judged(&running) => self.act_judged(running, item, at).await,
            _ if control::is_word(&word) => {
                let arguments = self.arguments_of(&running, at).await?;
                let mut ended = self.act_here(&running, &arguments, at).await?;
                super::conclude::judge(&running, &mut ended);
                Ok(self.ended(running, item, ended).await?)
            }
            _ => self.submit(running, item, at).await,
        }
    }

    /// The task with the word that its template says.
    async fn resolved(&mut self, task: &Task, at: &At) -> Result<Arc<Task>, Trouble> {
        let written = trusted_text(task.action.written.to_string(), task.action.span);
        let word = self.evaluate(at, |engine, scope| engine.resolve(&written, scope)).await?;
        let action = task.action.renamed(&word.str().unwrap_or_default());
        Ok(Arc::new(Task { action, ..task.clone() }))
    }

    /// Finds the host that acts in place of this one, if another does.
    async fn delegate(&mut self, running: &mut Running, at: &At) -> Result<(), Trouble> {
        let written = at.frame.keyword(Keyword::DelegateTo).cloned();
        let Some(name) = self.text_of(&written, at).await? else { return Ok(()) };
        if name.is_empty() {
            return written.filter(Value::is_lazy).map_or(Ok(()), |written| Err(no_delegate(&written)));
        }
        let other = self.run.host_or_new(&name).name.clone();
        if self.flag(at, Keyword::DelegateFacts).await? {
            running.facts_for = Some(other.clone());
        }
        running.delegated_to = Some(other);
        Ok(())
    }

    /// The place of a task that another host carries out.
    fn seen_by_delegate(&self, running: &Running, at: &At) -> At {
        let Some(other) = &running.delegated_to else { return at.clone() };
        let vars = delegated(&self.run, &self.run.host_or_new(other), &self.scope(at).layers);
        at.with("ansible_delegated_vars", vars)
    }

    /// Where the host is reached that acts in place of this one, where a variable says that.
    async fn delegated_address(&mut self, running: &Running, at: &At) -> Result<Option<String>, Trouble> {
        let Some(other) = running.delegated_to.clone().filter(|other| **other != *"localhost") else {
            return Ok(None);
        };
        let asked = format!("ansible_delegated_vars['{other}'].ansible_host | default('')");
        self.text_given_by(&asked, at).await
    }

    /// The text that an expression gives, if it gives any.
    pub(super) async fn text_given_by(&mut self, asked: &str, at: &At) -> Result<Option<String>, Trouble> {
        let said = self.evaluate(at, |engine, scope| engine.expression(asked, Span::NONE, scope)).await?;
        Ok(said.str().ok().filter(|text| !text.is_empty()))
    }

    /// What is notified when something was changed.
    async fn notifications(&mut self, at: &At) -> Result<Vec<String>, Trouble> {
        let written: Vec<Value> =
            at.frame.all_keywords().flat_map(|keywords| keywords.notify.iter().cloned()).collect();
        let mut names = Vec::new();
        for value in written {
            let value = match value.is_lazy() {
                true => self.evaluate(at, |engine, scope| engine.resolve(&value, scope)).await?,
                false => value,
            };
            match value.as_items() {
                Some(items) => names.extend(items.iter().filter_map(|item| item.str().ok())),
                None if value.is_none() || value.is_omit() => {}
                None => names.extend(value.str().ok()),
            }
        }
        Ok(names)
    }

    /// Whether the verdict of the controller is needed before anything else may follow.
    fn is_judged(&self, running: &Running) -> bool {
        let own = &running.task.own;
        let conditions = |written: &[Value], plain: Option<bool>| !written.is_empty() && plain.is_none();
        conditions(&own.changed_when, running.changed)
            || (!own.failed_when.is_empty() && running.failed != Some(false))
            || !own.until.is_empty()
            || own.retries.is_some()
            || running.background.is_some_and(|background| background.poll > 0)
            // Its result may hold facts of any name.
            || self.run.own_module(running.task.action.word()).is_some()
    }

    /// Carries out a control word.
    pub async fn act_here(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        match &*arguments.word {
            "include_vars" => return self.include_vars(arguments, at).await,
            "fetch" => return self.fetch(running, arguments, at).await,
            "pause" => return self.pause(running, arguments).await,
            "reboot" => return self.reboot(running, arguments, at).await,
            "synchronize" => return self.synchronize(running, arguments, at).await,
            "validate_argument_spec" => return self.validate_arguments(arguments, at).await,
            "wait_for_connection" => return self.wait_for_connection(running, arguments, at).await,
            _ => {}
        }
        let verbosity = self.run.settings.output.verbosity;
        let act = self.evaluate(at, |engine, scope| {
            let desk = Desk { arguments, engine, scope, verbosity };
            control::act(&arguments.word, &desk).unwrap_or_else(|| Ok(Act::default()))
        });
        let act = act.await?;
        self.carry_out(running, act).await
    }

    async fn carry_out(&mut self, running: &Running, act: Act) -> Result<Ended, Trouble> {
        let mut changed = act.changed;
        for effect in act.effects {
            changed |= self.effect(running, effect).await?;
        }
        if let Some(reason) = act.skipped {
            return Ok(Ended::passed_over(&reason));
        }
        let mut ended = match act.failed {
            Some(message) => Ended::failed(message, act.fields),
            None if changed => Ended::new(Status::Changed, act.fields),
            None => Ended::new(Status::Ok, act.fields),
        };
        ended.diagnostic = act.diagnostic;
        ended.put_last("changed");
        Ok(ended)
    }

    /// Does what a word wants done; whether that changed what others see.
    async fn effect(&mut self, running: &Running, effect: Effect) -> Result<bool, Trouble> {
        match effect {
            Effect::Set { name, value, cacheable } => {
                let owner = self.fact_owner(running);
                let moment = Moment { place: &running.position, after: self.pipeline.newest() };
                if cacheable {
                    owner.store.set(Part::Facts, name.clone(), value.clone(), moment);
                    owner.store.set(Part::Cached, name.clone(), value.clone(), moment);
                }
                owner.store.set(Part::Set, name, value, moment);
            }
            Effect::AddHost { name, groups, vars } => {
                self.drain().await?;
                let changed = self.run.add_host(&name, &groups, &vars);
                self.play.add(&self.run.host_or_new(&name).name);
                return Ok(changed);
            }
            Effect::AddGroup { name, parents } => {
                self.drain().await?;
                return Ok(self.run.add_to_group(&self.host, &name, &parents));
            }
            Effect::Stats { data, per_host, aggregate } => {
                let host = Some(self.host.name.clone()).filter(|_| per_host);
                self.finish(Step::Event(Box::new(Event::Stats { host, data, aggregate }))).await?;
            }
        }
        Ok(false)
    }

    /// In a dry run, what `set_fact` would set is not known where it hangs on what was not run.
    pub fn leave_unknown(&self, running: &Running, because: &str) {
        if !running.task.is(&["set_fact"]) {
            return;
        }
        let names = running.task.action.arguments.iter().map(|argument| &argument.name);
        let moment = Moment { place: &running.position, after: self.pipeline.newest() };
        for name in names.filter(|name| crate::playbook::is_identifier(name) && &***name != "cacheable") {
            let value = Value::promise(Arc::new(Promise::unknown(because)));
            self.fact_owner(running).store.set(Part::Set, name.clone(), value, moment);
        }
    }

    /// The host that what `set_fact` sets belongs to.
    fn fact_owner(&self, running: &Running) -> Arc<Host> {
        let owner = running.facts_for.as_ref().and_then(|owner| self.run.host(owner));
        owner.unwrap_or_else(|| self.host.clone())
    }

    /// Sends the call of a module and goes on; its answer comes when it comes.
    async fn submit(&mut self, running: Running, item: Option<Item>, at: &At) -> Result<(), Trouble> {
        let arguments = self.arguments_of(&running, at).await?;
        let sending = self.sending(&running, at).await?;
        let call = self.call(&arguments, at).await?;
        running.note_invocation(&arguments);
        self.enter_lane(&running, at).await?;
        let request = self.pipeline.request(self.run.next_request(), call, sending);
        let id = request.id;
        self.collect().await?;
        if super::conclude::gives_facts(&running) {
            self.facts_pending.get_or_insert_default();
        }
        self.pipeline.waiting.push_back(Step::Call { id, running: Box::new(running), item });
        if let Some(lane) = &self.pipeline.lane
            && lane.requests.submit(request).await.is_err()
        {
            // The line is gone: the answers that are still to come say so for each call.
            return Ok(self.drain().await?);
        }
        Ok(self.collect().await?)
    }

    /// Sends the call of a module and waits for its end.
    pub async fn ask(&mut self, running: &Running, arguments: &Arguments, at: &At) -> Result<Ended, Trouble> {
        let sending = self.sending(running, at).await?;
        let call = self.call(arguments, at).await?;
        running.note_invocation(arguments);
        let mut ended = self.ask_call(running, call, sending, at).await?;
        self.tell_difference(&mut ended, running);
        match running.background {
            Some(background) => self.follow(running, ended, background, at).await,
            None => Ok(ended),
        }
    }

    /// Asks the host of a task something more, and waits for the answer.
    pub async fn ask_host(
        &mut self,
        running: &Running,
        module: &str,
        fields: Fields,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let sending = Sending { background: None, notify: Vec::new(), ..self.sending(running, at).await? };
        let call = crate::modules::parse(module, &fields).map_err(|errors| {
            let message = errors.into_iter().next().map(|error| error.message).unwrap_or_default();
            Diagnostic::error(message).at(running.task.action.span)
        })?;
        self.ask_call(running, call, sending, at).await
    }

    /// Whether the task plans, and changes nothing.
    pub async fn is_checked(&mut self, at: &At) -> Result<bool, Trouble> {
        match at.frame.keyword(Keyword::CheckMode) {
            Some(_) => self.flag(at, Keyword::CheckMode).await,
            None => Ok(self.run.settings.execution.dry_run),
        }
    }

    /// Sends a call and waits for its answer.
    pub(super) async fn ask_call(
        &mut self,
        running: &Running,
        call: Call,
        sending: Sending,
        at: &At,
    ) -> Result<Ended, Trouble> {
        self.drain().await?;
        self.enter_lane(running, at).await?;
        let sending = Sending { on_failure: OnFailure::Continue, ..sending };
        let request = self.pipeline.request(self.run.next_request(), call, sending);
        let id = request.id;
        let Some(lane) = self.pipeline.lane.as_mut() else {
            return Ok(Ended::unreachable("there is no connection"));
        };
        if let Err(error) = lane.requests.submit(request).await {
            return Ok(Ended::unreachable(&error.to_string()));
        }
        let reply = loop {
            match lane.replies.next().await {
                Some(reply) if reply.id == id => break reply,
                // An answer to what was abandoned.
                Some(_) => {}
                None => return Ok(Ended::unreachable("the connection was lost")),
            }
        };
        if self.is_stopped(&reply) {
            Err(Halt::Interrupted.into())
        } else {
            Ok(self.answered(reply, running))
        }
    }

    /// How the request of a task is meant.
    pub(super) async fn sending(&mut self, running: &Running, at: &At) -> Result<Sending, Trouble> {
        let check = self.is_checked(at).await?;
        let lenient = running.ignore_errors || running.failed == Some(false);
        let timeout = match at.frame.keyword(Keyword::Timeout).cloned() {
            None => self.run.settings.execution.task_timeout,
            written => seconds(self.text_of(&written, at).await?, &written)?,
        };
        Ok(Sending {
            repeat: running.repeat,
            mode: if check { Mode::Check } else { Mode::Apply },
            on_failure: if lenient { OnFailure::Continue } else { OnFailure::Stop },
            diff: self.wants_difference(running) && !running.no_log,
            environment: self.environment_of(running, at).await?,
            background: running.background.map(|background| background.limit),
            place: check.then(|| self.run.sources.place(running.info.span)).flatten(),
            notify: self.notes(&running.notify),
            timeout: timeout.filter(|seconds| *seconds > 0),
        })
    }

    /// Whether the texts before and after are wanted of a task.
    pub fn wants_difference(&self, running: &Running) -> bool {
        let execution = &self.run.settings.execution;
        running.diff.unwrap_or(execution.diff || execution.dry_run)
    }

    /// Adds `diff` to a result.
    pub(super) fn tell_difference(&self, ended: &mut Ended, running: &Running) {
        let most = self.run.settings.execution.max_diff_size.unwrap_or(MOST_COMPARED);
        ended.tell_difference(&running.info.action, self.wants_difference(running), most);
    }

    async fn environment_of(&mut self, running: &Running, at: &At) -> Result<Vec<(String, String)>, Trouble> {
        let mut environment = self.environment(at, running.task.is(&["setup", "gather_facts"])).await?;
        let is_of_jobs = running.background.is_some() || running.task.is(&["async_status"]);
        if is_of_jobs && let Some(directory) = self.job_directory(at).await? {
            environment.retain(|(known, _)| *known != directory.0);
            environment.push(directory);
        }
        Ok(environment)
    }

    /// The environment around a task, the innermost counting most. What gathers facts goes without what needs them.
    async fn environment(&mut self, at: &At, gathers: bool) -> Result<Vec<(String, String)>, Trouble> {
        let mut levels: Vec<Value> =
            at.frame.all_keywords().flat_map(|keywords| keywords.environment.iter().cloned()).collect();
        levels.reverse();
        let mut environment: Vec<(String, String)> = Vec::new();
        for level in levels {
            let value = match self.evaluate(at, |engine, scope| engine.resolve(&level, scope)).await {
                Err(trouble) if gathers && !matches!(trouble, Trouble::Halt(_)) => {
                    self.what_is_known(&level, at).await?
                }
                value => value?,
            };
            if value.is_omit() || value.is_none() {
                continue;
            }
            let entries = value.as_entries().ok_or_else(|| {
                let message = "`environment` wants a mapping of names to values";
                Trouble::from(Diagnostic::error(message).at(level.span()))
            })?;
            for (name, value) in entries.iter().filter(|(_, value)| !value.is_omit()) {
                let (name, value) = (name.to_string(), value.to_string());
                environment.retain(|(known, _)| *known != name);
                environment.push((name, value));
            }
        }
        Ok(environment)
    }

    /// The entries of a mapping that can be told already.
    async fn what_is_known(&mut self, mapping: &Value, at: &At) -> Result<Value, Trouble> {
        let mut known = Map::new();
        for (name, value) in mapping.as_entries().iter().flat_map(|entries| entries.iter()) {
            match self.evaluate(at, |engine, scope| engine.resolve(value, scope)).await {
                Ok(value) => drop(known.insert(name.clone(), value)),
                Err(Trouble::Halt(halt)) => return Err(halt.into()),
                Err(_) => {}
            }
        }
        Ok(Value::dict(known))
    }
}

/// A template that says nobody is a mistake, and not the host itself.
fn no_delegate(written: &Value) -> Trouble {
    let message = format!("Empty hostname produced from delegate_to: \"{}\"", control::as_written(written));
    Diagnostic::error(message).at(written.span()).into()
}

/// The seconds of `timeout`; none are none.
fn seconds(given: Option<String>, written: &Option<Value>) -> Result<Option<u64>, Trouble> {
    let Some(text) = given else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= LONGEST => Ok(Some(seconds)),
        _ => {
            let span = written.as_ref().map_or(crate::source::Span::NONE, Value::span);
            let message = format!("Timeout {text} is invalid, it must be between 0 and {LONGEST}");
            Err(Diagnostic::error(message).at(span).into())
        }
    }
}

impl Interpreter {
    /// Whether all hosts come together before this task: others could see it, or it could see others.
    pub fn must_meet(&self, word: &str, at: &At) -> bool {
        if !self.play.meeting.is_needed() {
            return false;
        }
        let once = at.frame.keyword(Keyword::RunOnce).is_some_and(|once| once.as_bool() != Some(false));
        let alone = once || at.frame.keyword(Keyword::DelegateTo).is_some();
        let quiet = match crate::modules::spec(word) {
            Some(spec) => spec.local,
            None if control::is_word(word) => !matches!(
                word,
                "add_host" | "group_by" | "pause" | "reboot" | "set_stats" | "wait_for_connection"
            ),
            None => false,
        };
        alone || !quiet
    }

    /// The call of a module, with what the controller sends along.
    pub async fn call(&mut self, arguments: &Arguments, at: &At) -> Result<Call, Trouble> {
        let mut call = match self.run.own_module(&arguments.word) {
            Some(_) => self.own_call(arguments, at).await?,
            None => arguments.call()?,
        };
        if let Some(need) = call.need() {
            self.controller_settles().await?;
            let source = self.source(arguments, need, at).await?;
            call.attach(source).map_err(|message| Diagnostic::error(message).at(arguments.span))?;
        }
        Ok(call)
    }
}
