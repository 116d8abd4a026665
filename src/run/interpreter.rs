//! The interpreter of one host: walks the tasks of a play in order and keeps calls in flight.

use super::Run;
use super::frame::{Frame, FrameKind};
use super::halt::{Halt, Trouble};
use super::handlers::Notified;
use super::host::Host;
use super::loops::Loops;
use super::pipeline::{Pipeline, Running, Step};
use super::play::PlayRun;
use super::position::Position;
use super::scope::Layers;
use super::task_scope::{At, TaskScope};
use crate::playbook::{Block, Entry, Group, Role};
use crate::report::{Activity, Event};
use crate::template::{Answer, Engine, Error, Language, Surroundings};
use crate::vars::{Promise, Value};
use crate::wire::{Outcome, Reply};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::HashSet;
use std::sync::Arc;

/// What one host is doing in one play.
pub struct Interpreter {
    pub run: Arc<Run>,
    pub play: Arc<PlayRun>,
    pub host: Arc<Host>,
    pub pipeline: Pipeline,
    /// Lines that are open and not in use now.
    pub parked: Vec<super::pipeline::Lane>,
    pub position: Position,
    pub notified: Notified,
    pub loops: Loops,
    /// Keys of the roles that this host has been through, and of those of which it did not skip all.
    pub roles_done: HashSet<Arc<str>>,
    pub roles_begun: HashSet<Arc<str>>,
    /// Settled when the facts that are being gathered are in.
    pub facts_pending: Option<Arc<Promise>>,
    /// Settled when all hosts have come to where this one is.
    pub others_pending: Arc<Promise>,
    /// The task with which this host begins, until it has come to it.
    pub start: Option<crate::source::Span>,
    /// What evaluation touches that reads files of the controller while tasks that may change them are in flight.
    pub controller_pending: Arc<Promise>,
    /// The last call of an item that was answered.
    pub answered_last: u64,
    /// Failures of all hosts for which this one was halted, or which are its own.
    pub heeded: HashSet<Position>,
    /// Whether `always` has cleared the failure of its block.
    pub forgiven: bool,
    /// Handlers are being run, and what they bring in.
    pub handling: bool,
    /// What includes have found to bring in, in the order in which it is to be run.
    pub brought: Vec<super::include::Inclusion>,
}

impl Interpreter {
    pub fn new(run: Arc<Run>, play: Arc<PlayRun>, host: Arc<Host>) -> Interpreter {
        let parked = host.take_lanes();
        Interpreter {
            pipeline: Pipeline::new(run.next_epoch()),
            run,
            host,
            parked,
            position: Position::new(),
            notified: Notified::default(),
            loops: Loops::default(),
            roles_done: HashSet::new(),
            roles_begun: HashSet::new(),
            facts_pending: None,
            others_pending: Arc::default(),
            controller_pending: Arc::default(),
            brought: Vec::new(),
            handling: false,
            forgiven: false,
            answered_last: 0,
            heeded: HashSet::new(),
            start: play.start,
            play,
        }
    }

    /// Carries out a list of tasks.
    pub fn entries<'a>(
        &'a mut self,
        entries: &'a [Entry],
        frame: &'a Arc<Frame>,
    ) -> BoxFuture<'a, Result<(), Halt>> {
        async move {
            let depth = self.position.len();
            for (index, entry) in entries.iter().enumerate() {
                self.position.truncate(depth);
                self.position.push(u32::try_from(index).unwrap_or(u32::MAX));
                self.entry(entry, frame).await?;
            }
            self.position.truncate(depth);
            Ok(())
        }
        .boxed()
    }

    async fn entry(&mut self, entry: &Entry, frame: &Arc<Frame>) -> Result<(), Halt> {
        if self.run.is_interrupted() {
            return Err(Halt::Interrupted);
        }
        if self.play.is_over() {
            self.drain().await?;
            return Err(Halt::EndPlay);
        }
        match entry {
            Entry::Task(task) => self.task(task, frame).await,
            Entry::Block(block) => self.block(block, frame).await,
            Entry::Group(group) => self.group(group, frame).await,
        }
    }

    /// The tasks of an import or of a role.
    pub async fn group(&mut self, group: &Group, frame: &Arc<Frame>) -> Result<(), Halt> {
        let frame = frame.keywords(&group.keywords);
        let Some(role) = &group.role else { return self.entries(&group.entries, &frame).await };
        if !role.allow_duplicates && self.has_been_through(role).await? {
            return Ok(());
        }
        let frame = frame.inside(FrameKind::Role(role.clone()));
        let ended = match self.entries(&group.entries, &frame).await {
            Err(Halt::EndRole) => Ok(()),
            other => other,
        };
        self.roles_done.insert(role.key.clone());
        ended
    }

    /// Whether the host has been through a role; one that was skipped as a whole does not count.
    async fn has_been_through(&mut self, role: &Role) -> Result<bool, Halt> {
        if !self.roles_done.contains(&role.key) {
            return Ok(false);
        }
        if !self.roles_begun.contains(&role.key) {
            self.drain().await?;
        }
        Ok(self.roles_begun.contains(&role.key))
    }

    async fn block(&mut self, block: &Block, frame: &Arc<Frame>) -> Result<(), Halt> {
        let depth = self.position.len();
        let guarded = !block.rescue.is_empty() || !block.always.is_empty();
        let inside = |rescued| frame.inside(FrameKind::Static { keywords: block.keywords.clone(), rescued });
        let mut ended = self.part(0, &block.tasks, &inside(!block.rescue.is_empty())).await;
        if guarded && ended.is_ok() {
            ended = self.drain().await;
        }
        self.position.truncate(depth);
        if matches!(ended, Err(Halt::Failed)) && !block.rescue.is_empty() {
            ended = self.part(1, &block.rescue, &inside(false)).await;
            ended = self.drained(ended).await;
            self.position.truncate(depth);
        }
        if super::meta::ends_all(&block.rescue) && self.play.meeting.is_needed() {
            self.meet_at(&self.position.clone(), 2).await?;
        }
        if !block.always.is_empty() && matches!(ended, Ok(()) | Err(Halt::Failed)) {
            self.forgiven = false;
            let always = self.part(2, &block.always, &inside(false)).await;
            let always = self.drained(always).await;
            self.position.truncate(depth);
            ended = if self.forgiven { always } else { ended.and(always) };
        }
        ended
    }

    async fn part(&mut self, part: u32, entries: &[Entry], frame: &Arc<Frame>) -> Result<(), Halt> {
        self.position.push(part);
        self.entries(entries, frame).await
    }

    async fn drained(&mut self, ended: Result<(), Halt>) -> Result<(), Halt> {
        match ended {
            Ok(()) => self.drain().await,
            Err(halt) => Err(halt),
        }
    }

    /// Waits for what is in flight and may change files of the controller, before one of them is read.
    pub async fn controller_settles(&mut self) -> Result<(), Halt> {
        if self.pipeline.acts_on_controller() { self.drain().await } else { Ok(()) }
    }

    /// Waits until every call is answered, and concludes each.
    pub async fn drain(&mut self) -> Result<(), Halt> {
        while !self.pipeline.waiting.is_empty() {
            self.advance().await?;
        }
        Ok(())
    }

    /// Concludes what can be concluded without waiting.
    pub async fn collect(&mut self) -> Result<(), Halt> {
        loop {
            while let Some(step) = self.pipeline.ready() {
                self.conclude(step, None)?;
            }
            let Some(lane) = self.pipeline.lane.as_mut() else { return Ok(()) };
            match lane.replies.try_next() {
                Some(reply) => self.answer(reply)?,
                None => return Ok(()),
            }
        }
    }

    /// Concludes the next step, waiting for its answer if it is a call.
    async fn advance(&mut self) -> Result<(), Halt> {
        if let Some(step) = self.pipeline.ready() {
            return self.conclude(step, None);
        }
        if !self.pipeline.is_busy() {
            return Ok(());
        }
        self.tell_what_is_awaited();
        loop {
            let Some(lane) = self.pipeline.lane.as_mut() else { return self.line_lost() };
            tokio::select! {
                biased;
                reply = lane.replies.next() => return match reply {
                    Some(reply) => self.answer(reply),
                    None => self.line_lost(),
                },
                Some((_, note)) = lane.notes.recv() => self.activity(Activity::Doing(note)),
            }
        }
    }

    /// What the host works on may lie far behind the task that was sent last.
    fn tell_what_is_awaited(&self) {
        if let Some(Step::Call { running, .. }) = self.pipeline.waiting.front() {
            self.activity(Activity::Running(running.info.clone()));
        }
    }

    fn answer(&mut self, reply: Reply) -> Result<(), Halt> {
        match self.pipeline.answered(&reply) {
            Some(_) if self.is_stopped(&reply) => {
                self.abandon();
                Err(Halt::Interrupted)
            }
            Some(step) => self.conclude(step, Some(reply)),
            None => Ok(()),
        }
    }

    /// Whether the host did not begin this because of an interrupt.
    pub fn is_stopped(&self, reply: &Reply) -> bool {
        matches!(reply.outcome, Outcome::NotRun) && self.run.is_interrupted()
    }

    /// The line has no more answers: the next call that waits for one gets that for its end.
    fn line_lost(&mut self) -> Result<(), Halt> {
        self.pipeline.lane = None;
        match self.pipeline.waiting.pop_front() {
            Some(step) => self.conclude(step, None),
            None => Ok(()),
        }
    }

    /// Puts something that ended on the controller behind what is in flight.
    pub async fn finish(&mut self, step: Step) -> Result<(), Halt> {
        let failed = match &step {
            Step::Ended { ended, .. } => ended.has_failed(),
            // An item that failed here, and of which the host knows nothing, does not stop what is behind the loop there.
            Step::LoopEnd { running } => self.loops.has_failed(running),
            _ => false,
        };
        self.pipeline.waiting.push_back(step);
        if failed { self.drain().await } else { self.collect().await }
    }

    /// The scope of this place at this moment.
    pub fn scope(&self, at: &At) -> TaskScope {
        self.scope_in(at, &self.play.surroundings)
    }

    fn scope_in(&self, at: &At, surroundings: &Arc<Surroundings>) -> TaskScope {
        let layers = Layers {
            facts_pending: self.facts_pending.clone(),
            others_pending: Some(self.others_pending.clone()).filter(|_| self.play.meeting.is_needed()),
            place: self.position.as_slice().into(),
            ..Layers::of(&self.run, &self.play, &self.host, at)
        };
        let pending = Some(self.controller_pending.clone()).filter(|_| self.pipeline.acts_on_controller());
        TaskScope::new(layers, at, surroundings).waiting_for(pending)
    }

    /// Evaluates, awaiting each pending result that the evaluation touches.
    pub async fn evaluate<T: Send>(
        &mut self,
        at: &At,
        evaluate: impl Fn(&Engine, &TaskScope) -> Answer<T> + Send + Sync,
    ) -> Result<T, Trouble> {
        loop {
            let pending = {
                let scope = self.scope(at);
                match evaluate(&self.run.engine, &scope) {
                    Ok(value) => return Ok(value),
                    Err(Error::Pending(promise)) => promise,
                    Err(error) => match self.host.unread_facts().filter(|_| error.is_missing_fact()) {
                        Some(because) => return Err(Trouble::Depends(because)),
                        None => return Err(self.compared(at, &evaluate, error).into()),
                    },
                }
            };
            self.settle(&pending).await?;
        }
    }

    /// An error, which says so where the other meaning of templates would have accepted this.
    fn compared<T>(
        &self,
        at: &At,
        evaluate: &impl Fn(&Engine, &TaskScope) -> Answer<T>,
        error: Error,
    ) -> Error {
        let here = &self.play.surroundings;
        let (language, name) = match here.language {
            Language::Native => (Language::Classic, "classic"),
            Language::Classic => (Language::Native, "2.19"),
        };
        let there = Arc::new(Surroundings { language, ..(**here).clone() });
        match evaluate(&self.run.engine, &self.scope_in(at, &there)) {
            Ok(_) => error.hint(format!("`--language {name}` accepts this")),
            Err(_) => error,
        }
    }

    async fn settle(&mut self, promise: &Arc<Promise>) -> Result<(), Trouble> {
        if let Some(because) = promise.depends_on() {
            return Err(Trouble::Depends(because.to_owned()));
        }
        if Arc::ptr_eq(promise, &self.controller_pending) {
            return Ok(self.drain().await?);
        }
        if Arc::ptr_eq(promise, &self.others_pending) {
            return Ok(self.meet().await?);
        }
        while promise.value().is_none() {
            if self.pipeline.waiting.is_empty() {
                // A result of another host, which is on its own way.
                self.run.rest(std::time::Duration::from_millis(5)).await?;
                continue;
            }
            self.advance().await?;
        }
        Ok(())
    }

    /// Waits until all hosts of the batch are where this one is.
    pub async fn meet(&mut self) -> Result<(), Halt> {
        self.drain().await?;
        if self.play.meeting.is_needed() {
            self.activity(Activity::Waiting("other hosts".to_owned()));
            self.play.meeting.wait(&self.host.name, &self.position).await;
        }
        self.host.store.forget_before(|| self.position.clone());
        self.note_roles();
        self.others_pending.settle(Value::none());
        Ok(())
    }

    /// Takes note of the roles that the play has here.
    pub fn note_roles(&self) {
        if self.play.magic.brings_in {
            let magic = self.play.magic_of(&self.run, &self.host);
            magic.set_role_names(self.play.role_names(&self.position));
        }
    }

    /// Waits until all hosts are through with the task at this position.
    pub async fn meet_behind(&mut self, position: &[u32]) -> Result<Position, Halt> {
        self.meet_at(position, u32::MAX).await
    }

    /// Waits until all have come to a task that brings others in; none is in it yet.
    pub async fn meet_before_entry(&mut self, position: &[u32]) -> Result<Position, Halt> {
        self.meet_at(position, 0).await
    }

    /// Lets the next host have its turn at a task.
    pub async fn end_turn(&mut self, running: &Running) -> Result<(), Halt> {
        self.drain().await?;
        // What an include brings in is still to come.
        let step = if running.task.is(super::include::WORDS) { 0 } else { u32::MAX };
        self.play.meeting.reach(&self.host.name, &below(&running.position, step));
        Ok(())
    }

    /// Gives the place at which all have met.
    async fn meet_at(&mut self, position: &[u32], step: u32) -> Result<Position, Halt> {
        self.drain().await?;
        let place = below(position, step);
        self.play.meeting.wait(&self.host.name, &place).await;
        Ok(place)
    }

    /// Says what this host is doing.
    pub fn activity(&self, activity: Activity) {
        self.run.events.send(Event::Activity { host: self.host.name.clone(), activity });
    }
}

/// The place of a step of what stands at a position.
pub fn below(position: &[u32], step: u32) -> Position {
    position.iter().copied().chain([step]).collect()
}
