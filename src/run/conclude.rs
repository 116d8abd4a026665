//! What follows when a task, an item or a loop has ended: registration, notification, events, failure.

use super::halt::Halt;
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running, Step};
use super::result::Ended;
use crate::host::Data;
use crate::report::{self, Event, Status};
use crate::source::Diagnostic;
use crate::template::Language;
use crate::vars::{Map, Moment, Part, Value};
use crate::wire::{Outcome, Reply};

/// Words that set variables themselves: for good where they do not fail.
const SETS: &[&str] = &["include_vars", "set_fact"];

impl Interpreter {
    /// What an agent answered. Where a real run only looks at one command, the rest of it goes on, as with Ansible.
    pub fn answered(&self, mut reply: Reply, running: &Running) -> Ended {
        let looked = reply.unknown_result.is_some() && !matches!(reply.outcome, Outcome::Unknown { .. });
        if looked && !self.run.settings.execution.dry_run {
            reply.unknown_result = None;
            let told = [("rc", Data::from(0)), ("stdout", "".into()), ("stderr", "".into())];
            for (name, value) in told {
                if reply.result.get(name).is_none() {
                    reply.result.set(name, value);
                }
            }
        }
        Ended::of(reply, running.no_log)
    }

    /// Takes a step whose turn has come; calls come with their answer.
    pub fn conclude(&mut self, step: Step, reply: Option<Reply>) -> Result<(), Halt> {
        match step {
            Step::Call { id, running, item } => {
                let reply = reply.unwrap_or_else(|| Reply::bare(id, lost()));
                let mut ended = self.answered(reply, &running);
                self.tell_difference(&mut ended, &running);
                judge(&running, &mut ended);
                let is_item = item.is_some();
                self.end(*running, item, ended)?;
                // Whether what was set behind an item holds, the end of its loop tells.
                match is_item {
                    true => self.answered_last = id,
                    false => self.host.store.commit(id),
                }
                Ok(())
            }
            Step::Ended { running, item, ended } => self.end(*running, item, *ended),
            Step::LoopEnd { running } => {
                let ended = self.whole(&running);
                let (ignored, no_log) = (ended.ignored, running.no_log || ended.hidden);
                let running =
                    Running { ignore_errors: ignored, ignore_unreachable: ignored, no_log, ..*running };
                self.end(running, None, ended)?;
                self.host.store.commit(self.answered_last);
                Ok(())
            }
            Step::Event(event) => {
                if let Event::Included { task, .. } = &*event {
                    self.play.announce(&self.run, task);
                }
                self.run.events.send(*event);
                Ok(())
            }
        }
    }

    fn end(&mut self, mut running: Running, item: Option<Item>, mut ended: Ended) -> Result<(), Halt> {
        // After an interrupt no rescue begins.
        running.rescued &= !self.run.is_interrupted();
        ended.hidden = running.no_log;
        let whole = running.repeat.is_some() && item.is_none();
        if ended.status == Status::Failed && !whole && self.run.surroundings.language != Language::Classic {
            ended.name_failure();
        }
        self.play.announce(&self.run, &running.info);
        let warnings = ended.field("warnings").and_then(|warnings| warnings.as_items()).unwrap_or_default();
        for warning in
            warnings.iter().filter(|_| !running.no_log && running.repeat.is_none_or(|_| item.is_some()))
        {
            self.run.warn(Diagnostic::warning(warning.to_string()).at(running.info.span));
        }
        ended.ignored = match ended.status {
            Status::Failed => running.ignore_errors,
            Status::Unreachable => running.ignore_unreachable,
            _ => false,
        };
        match item {
            Some(item) => self.end_item(&running, item, ended),
            None => self.end_task(running, ended),
        }
    }

    fn end_item(&mut self, running: &Running, item: Item, mut ended: Ended) -> Result<(), Halt> {
        let mut fields: Map = ended.value.as_entries().map(|fields| (*fields).clone()).unwrap_or_default();
        fields.extend(item.fields);
        if let Some(invocation) = running.invocation.get().filter(|_| ended.status != Status::Unreachable) {
            fields.insert("invocation".into(), invocation.clone());
        }
        ended.value = Value::dict(fields);
        if let Some(promise) = &running.promise {
            promise.settle(ended.value.clone());
        }
        self.keep_facts(running, &ended);
        let result = Box::new(shown(running, &ended));
        let event = Event::Item {
            host: self.host.name.clone(),
            task: running.info.clone(),
            label: item.label,
            result,
        };
        self.run.events.send(event);
        let unreachable = ended.status == Status::Unreachable && !ended.ignored;
        if let Some(items) = running.repeat.and_then(|number| self.loops.open.get_mut(&number)) {
            items.push(ended);
        }
        if unreachable { self.lose_loop(running) } else { Ok(()) }
    }

    /// Ends a loop with an item that was not reached: those behind it would not be either.
    fn lose_loop(&mut self, item: &Running) -> Result<(), Halt> {
        let ended = self.whole(item);
        let waiting = self.pipeline.waiting.iter().find_map(|step| match step {
            Step::LoopEnd { running } if running.repeat == item.repeat => running.promise.clone(),
            _ => None,
        });
        let no_log = item.no_log || ended.hidden;
        self.end_task(Running { promise: waiting, no_log, ..item.clone() }, ended)
    }

    fn end_task(&mut self, running: Running, mut ended: Ended) -> Result<(), Halt> {
        if ended.status == Status::Failed && !ended.ignored && running.rescued {
            ended.status = Status::Rescued;
        }
        self.keep_facts(&running, &ended);
        if ended.has_failed() && running.task.is(SETS) {
            self.host.store.take_back(&running.position, running.task.own.register.as_deref());
        }
        if self.run.settings.execution.dry_run && ended.was_changed() {
            self.acting_host(&running).set_would_differ();
        }
        if !matches!(ended.status, Status::Skipped | Status::Unreachable) {
            self.roles_begun.extend(running.role.clone());
        }
        if let Some(promise) = &running.promise {
            promise.settle(ended.value.clone());
        }
        if running.once {
            self.give_to_absent(&running, &ended);
            self.play.once.put(running.position.clone(), ended.clone());
        }
        self.notify(&running, &ended);
        let result = Box::new(shown(&running, &ended));
        let looped = running.repeat.is_some();
        let (host, task) = (self.host.name.clone(), running.info.clone());
        self.run.events.send(Event::Done { host, task, looped, result });
        if !self.pipeline.is_busy() {
            self.play.meeting.reach(&self.host.name, &running.position);
        }
        match ended.status {
            Status::Failed | Status::Rescued if !ended.ignored => Err(self.fail(&running, &ended.value)),
            Status::Unreachable if !ended.ignored => {
                if running.fatal {
                    self.halt_all(&running.position);
                }
                self.play.strike(&self.host.name, &running.position);
                self.lose()
            }
            _ => Ok(()),
        }
    }

    /// Forgets what was issued behind a failure, and what was set since. Who is not rescued is no host of the play any more,
    /// also while what must be done all the same is done.
    fn fail(&mut self, running: &Running, result: &Value) -> Halt {
        self.abandon();
        self.remember_failure(running, result);
        if !running.rescued {
            self.play.strike(&self.host.name, &running.position);
        }
        if running.fatal {
            self.halt_all(&running.position);
        }
        Halt::Failed
    }

    fn lose(&mut self) -> Result<(), Halt> {
        self.abandon();
        Err(Halt::Unreachable)
    }

    /// Forgets what was issued and is not concluded.
    pub fn abandon(&mut self) {
        let mut promises = Vec::new();
        for step in self.pipeline.abandon(self.run.next_epoch()) {
            let (Step::LoopEnd { running } | Step::Ended { running, .. } | Step::Call { running, .. }) = step
            else {
                continue;
            };
            if let Some(number) = running.repeat {
                self.loops.open.remove(&number);
            }
            promises.extend(running.promise);
        }
        self.facts_pending = None;
        self.host.store.roll_back();
        // Other hosts may wait for what will not be; they look again, and find nothing.
        promises.iter().for_each(|promise| promise.settle(Value::none()));
    }

    /// Notifies handlers of a change, be it of one item; a failure that nobody handles leaves what the host has noted to the
    /// next run.
    fn notify(&mut self, running: &Running, ended: &Ended) {
        let settled = match ended.status {
            Status::Unreachable => false,
            _ if ended.has_failed() => ended.ignored || running.rescued,
            _ => !running.task.own.changed_when.is_empty(),
        };
        if ended.has_failed() || !ended.was_changed() {
            if settled {
                self.take_back_notes(running);
            }
            return;
        }
        for name in &running.notify {
            self.notified.add(name);
            self.run.events.send(Event::Notified { host: self.host.name.clone(), handler: name.clone() });
        }
    }

    /// Keeps the facts that a module returned, and lets those read on who waited for them.
    fn keep_facts(&mut self, running: &Running, ended: &Ended) {
        // What words set is kept already, and is no fact unless it is cacheable.
        let told = !running.task.is(SETS) && !ended.has_failed();
        if let Some(owner) = running.facts_for.as_ref().filter(|_| told) {
            self.keep_facts_of(owner, running, ended);
        }
        if gives_facts(running) && !self.pipeline.waiting.iter().any(is_call_for_facts) {
            self.facts_pending.take().inspect(|pending| pending.settle(Value::none()));
        }
    }

    fn keep_facts_of(&self, owner: &str, running: &Running, ended: &Ended) {
        let Some(host) = self.run.host(owner) else { return };
        let gathered = running.task.is(&["setup", "gather_facts"]);
        let moment = Moment { place: &running.position, after: None };
        if gathered {
            host.set_unread_facts(ended.message.clone().filter(|_| ended.status == Status::Depends));
        }
        let Some(facts) = ended.field("ansible_facts").and_then(|facts| facts.as_entries()) else { return };
        for (name, value) in facts.iter() {
            let name = name.as_str().unwrap_or_default();
            let bare = name.strip_prefix("ansible_").unwrap_or(name);
            host.store.set(Part::Facts, bare.into(), value.clone(), moment);
            if !gathered && !super::scope::is_connection(name) {
                host.store.set(Part::Cached, name.into(), value.clone(), moment);
            }
        }
    }
}

/// Whether the task's result may hold facts.
pub fn gives_facts(running: &Running) -> bool {
    running.task.is(&[
        "setup",
        "gather_facts",
        "getent",
        "hostname",
        "package_facts",
        "service_facts",
        "mount_facts",
    ])
}

fn is_call_for_facts(step: &Step) -> bool {
    matches!(step, Step::Call { running, .. } if gives_facts(running))
}

/// Applies `changed_when` and `failed_when` where they are plain booleans.
pub fn judge(running: &Running, ended: &mut Ended) {
    if ended.status == Status::Unreachable {
        return;
    }
    if let Some(failed) = running.failed {
        decide(running, ended, failed);
    }
    if let Some(changed) = running.changed {
        ended.set_changed(changed);
    }
}

/// Applies what `failed_when` says.
pub fn decide(running: &Running, ended: &mut Ended, failed: bool) {
    let makes_good = !failed && ended.status == Status::Failed;
    ended.set_failed(failed);
    if makes_good && !crate::control::is_word(running.task.action.word()) {
        ended.note_suppressed();
    }
}

fn lost() -> crate::wire::Outcome {
    crate::wire::Outcome::Lost { reason: "the connection was closed".to_owned() }
}

/// A result as events carry it.
pub fn shown(running: &Running, ended: &Ended) -> report::Result {
    report::Result {
        status: ended.status,
        ignored: ended.ignored,
        message: ended.message.clone(),
        data: ended.value.to_data(),
        changes: ended.changes.clone(),
        diagnostic: ended.diagnostic.clone(),
        no_log: running.no_log,
        diff: running.diff,
        delegated_to: running.delegated_to.clone(),
        delegated_address: running.delegated_address.clone(),
        took: running.began.elapsed(),
    }
}
