//! One play: its hosts in batches, and what all of them share.

use super::Run;
use super::brought::{Brought, RoleNames};
use super::frame::Frame;
use super::halt::Halt;
use super::handlers::Handler;
use super::host::{Host, Out};
use super::interpreter::Interpreter;
use super::magic::{Magic, PlayMagic};
use super::once::Once;
use super::position::{Meeting, Position};
use super::scope::PlayVars;
use super::together::Breaks;
use crate::playbook::{Play, Role};
use crate::report::{Event, HostName, TaskInfo};
use crate::source::Diagnostic;
use crate::template::Surroundings;
use crate::vars::Value;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One batch of one play.
pub struct PlayRun {
    pub play: Arc<Play>,
    pub frame: Arc<Frame>,
    pub handlers: Vec<Handler>,
    /// Those that it has from the beginning.
    roles: Vec<Arc<Role>>,
    /// Those that came while it ran.
    pub brought: Brought,
    pub surroundings: Arc<Surroundings>,
    pub magic: Arc<PlayMagic>,
    /// The hosts of this batch, in order.
    pub batch: Vec<HostName>,
    size: usize,
    /// Every host of the play.
    pub all_hosts: Vec<HostName>,
    pub meeting: Meeting,
    pub once: Once,
    pub force_handlers: bool,
    pub gathers_facts: Value,
    /// The task with which the play begins, where that is not the first.
    pub start: Option<crate::source::Span>,
    /// How many of the batch's hosts may fail, in percent; none where all may.
    pub max_fail_percentage: Option<f64>,
    vars: Arc<PlayVars>,
    /// Per host: `vars_files` that only its facts decide, and what included roles show to the play.
    host_vars: Mutex<HashMap<HostName, Arc<PlayVars>>>,
    magics: Mutex<HashMap<HostName, Arc<Magic>>>,
    infos: Mutex<HashMap<Position, Arc<TaskInfo>>>,
    /// Numbers of the tasks that events have told of.
    announced: Mutex<HashSet<usize>>,
    /// Of includes with a computed name: which host was the first to bring in this file.
    ways: Mutex<HashMap<(Position, String), usize>>,
    /// Who acts for all, of tasks that one host carries out.
    leaders: Mutex<HashMap<Position, HostName>>,
    /// Of tasks with `throttle`: who may go.
    turns: Mutex<HashMap<Position, Arc<Semaphore>>>,
    /// Of tasks that include: whether others could see what they bring in.
    seen: Mutex<HashMap<Position, bool>>,
    ended: AtomicBool,
    batch_ended: AtomicBool,
    fatal: AtomicBool,
    too_many: AtomicBool,
    /// Where the host was, whose failure was one too many: what it was through with, all others go through too.
    broke_behind: Mutex<Option<Position>>,
    /// Where failures were that count for all hosts.
    pub breaks: Breaks,
    /// Whether failures of some handler count for all hosts.
    pub has_fatal_handlers: bool,
    /// Where `meta: clear_host_errors` was obeyed.
    forgiven_at: Mutex<HashSet<Position>>,
    failed: Mutex<Vec<Out>>,
    number: u32,
}

/// What a batch is made of.
pub struct Batch {
    pub play: Arc<Play>,
    pub number: u32,
    pub frame: Arc<Frame>,
    pub handlers: Vec<Handler>,
    pub roles: Vec<Arc<Role>>,
    pub surroundings: Arc<Surroundings>,
    pub magic: Arc<PlayMagic>,
    pub hosts: Vec<HostName>,
    /// How many hosts there are with those that failed in earlier plays.
    pub size: usize,
    pub all_hosts: Vec<HostName>,
    pub vars: Arc<PlayVars>,
    /// The task with which the play begins, where that is not the first.
    pub start: Option<crate::source::Span>,
    pub together: bool,
    pub force_handlers: bool,
    pub gathers_facts: Value,
    pub max_fail_percentage: Option<f64>,
}

impl PlayRun {
    pub fn new(batch: Batch) -> PlayRun {
        PlayRun {
            meeting: Meeting::new(&batch.hosts, batch.together),
            play: batch.play,
            frame: batch.frame,
            has_fatal_handlers: batch.handlers.iter().any(Handler::is_fatal),
            handlers: batch.handlers,
            roles: batch.roles,
            brought: Brought::default(),
            surroundings: batch.surroundings,
            magic: batch.magic,
            batch: batch.hosts,
            size: batch.size,
            all_hosts: batch.all_hosts,
            once: Once::default(),
            force_handlers: batch.force_handlers,
            gathers_facts: batch.gathers_facts,
            start: batch.start,
            max_fail_percentage: batch.max_fail_percentage,
            vars: batch.vars,
            host_vars: Mutex::default(),
            magics: Mutex::default(),
            infos: Mutex::default(),
            announced: Mutex::default(),
            ways: Mutex::default(),
            leaders: Mutex::default(),
            turns: Mutex::default(),
            seen: Mutex::default(),
            ended: AtomicBool::default(),
            batch_ended: AtomicBool::default(),
            fatal: AtomicBool::default(),
            too_many: AtomicBool::default(),
            broke_behind: Mutex::default(),
            breaks: Breaks::default(),
            forgiven_at: Mutex::default(),
            failed: Mutex::default(),
            number: batch.number,
        }
    }

    /// The play's variables as this host sees them.
    pub fn vars_of(&self, host: &Host) -> Arc<PlayVars> {
        lock(&self.host_vars).get(&host.name).cloned().unwrap_or_else(|| self.vars.clone())
    }

    /// Sets the play's variables as one host sees them.
    pub fn set_vars(&self, host: &Host, vars: PlayVars) {
        lock(&self.host_vars).insert(host.name.clone(), Arc::new(vars));
    }

    /// Shows the variables of an included role to all tasks of the play on this host.
    pub fn publish(&self, host: &Host, role: &Role) {
        let mut vars = (*self.vars_of(host)).clone();
        vars.role_defaults.push(role.defaults.clone());
        vars.role_exports.push(role.exports.clone());
        self.set_vars(host, vars);
    }

    /// What one host is in this play.
    pub fn magic_of(&self, run: &Arc<Run>, host: &Arc<Host>) -> Arc<Magic> {
        let mut magics = lock(&self.magics);
        let made = magics.entry(host.name.clone()).or_insert_with(|| {
            Arc::new(Magic {
                run: run.magic.clone(),
                play: self.magic.clone(),
                host: host.clone(),
                others: run.clone(),
                role_names: RwLock::new(RoleNames::of(&self.roles)),
            })
        });
        made.clone()
    }

    /// How events name the task at a position; made by the first host that comes to it.
    pub fn info(&self, run: &Run, position: &[u32], make: impl FnOnce() -> TaskInfo) -> Arc<TaskInfo> {
        let mut infos = lock(&self.infos);
        if let Some(known) = infos.get(position) {
            return known.clone();
        }
        let mut place = vec![self.number];
        place.extend(position);
        let info = Arc::new(TaskInfo { number: run.next_task(), position: place, ..make() });
        infos.insert(position.to_vec(), info.clone());
        info
    }

    /// Tells of a task, once: when the first host is certain to run it.
    pub fn announce(&self, run: &Run, info: &Arc<TaskInfo>) {
        if lock(&self.announced).insert(info.number) {
            run.events.send(Event::Task { task: info.clone() });
        }
    }

    /// Whether this host acts for all that are at this position: the first of them, settled by who asks first, while nobody
    /// has gone on.
    pub fn acts_for_all(&self, position: &[u32], host: &HostName) -> bool {
        if !self.meeting.is_needed() {
            return true;
        }
        let mut leaders = lock(&self.leaders);
        let first = || self.meeting.present(position, &self.batch).into_iter().next();
        leaders.entry(position.to_vec()).or_insert_with(|| first().unwrap_or_else(|| host.clone())) == host
    }

    /// Who acts for all at this position, where somebody does.
    pub fn leader(&self, position: &[u32]) -> Option<HostName> {
        lock(&self.leaders).get(position).cloned()
    }

    /// The first host of the batch that still takes part.
    pub fn first_host(&self) -> Option<HostName> {
        let gone = self.magic.gone.read().unwrap_or_else(|broken| broken.into_inner());
        self.batch.iter().find(|host| !gone.contains_key(*host)).cloned()
    }

    /// Whether others could see what the task at this position brings in: found out by the first host that asks.
    pub fn is_seen(&self, position: &[u32], find: impl FnOnce() -> bool) -> bool {
        let known = lock(&self.seen).get(position).copied();
        known.unwrap_or_else(|| *lock(&self.seen).entry(position.to_vec()).or_insert(find()))
    }

    /// A turn at the task at this position, which so many hosts may have at a time.
    pub async fn turn(&self, position: &[u32], most: usize) -> Option<OwnedSemaphorePermit> {
        let turns = lock(&self.turns)
            .entry(position.to_vec())
            .or_insert_with(|| Arc::new(Semaphore::new(most)))
            .clone();
        turns.acquire_owned().await.ok()
    }

    /// The names of the roles that a play has at a position.
    pub fn role_names(&self, position: &[u32]) -> RoleNames {
        RoleNames::of(&[self.roles.clone(), self.brought.roles(position)].concat())
    }

    /// Notes which file this host brings in at a position.
    pub fn take_way(&self, position: &[u32], host: &HostName, file: &str) {
        let index = self.batch.iter().position(|other| other == host).unwrap_or_default();
        let mut ways = lock(&self.ways);
        let first = ways.entry((position.to_vec(), file.to_owned())).or_insert(index);
        *first = index.min(*first);
    }

    /// The place of a file among those that hosts bring in at a position: that of the first host which does.
    pub fn way(&self, position: &[u32], file: &str) -> u32 {
        let first = lock(&self.ways).get(&(position.to_vec(), file.to_owned())).copied().unwrap_or_default();
        u32::try_from(first).unwrap_or(u32::MAX)
    }

    /// Ends the play for every host.
    pub fn end_for_all(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Ends this batch.
    pub fn end_batch(&self) {
        self.batch_ended.store(true, Ordering::Relaxed);
    }

    /// Whether everything was ended by `meta`.
    pub fn is_over(&self) -> bool {
        self.has_ended() || self.batch_ended.load(Ordering::Relaxed)
    }

    /// Whether more hosts failed than may.
    pub fn has_too_many_failures(&self) -> bool {
        self.too_many.load(Ordering::Relaxed)
    }

    /// Whether more hosts than may had failed when all were at this place.
    pub fn had_too_many_failures(&self, place: &[u32]) -> bool {
        lock(&self.broke_behind).as_deref().is_some_and(|behind| place > behind)
    }

    pub fn is_fatal(&self) -> bool {
        self.fatal.load(Ordering::Relaxed)
    }

    /// Notes that failures are forgiven at this position.
    pub fn forgive_at(&self, position: &[u32]) {
        lock(&self.forgiven_at).insert(position.to_vec());
    }

    /// Whether they are.
    pub fn is_forgiven_at(&self, position: &[u32]) -> bool {
        lock(&self.forgiven_at).contains(position)
    }

    /// Notes that a host failed for good: all of them, or more than may, end the play and the run. Those that cannot be reached
    /// do not count for `max_fail_percentage`.
    fn note_failure(&self, host: &HostName, why: Out) {
        let mut failed = lock(&self.failed);
        failed.push(why);
        let counted = failed.iter().filter(|why| **why == Out::Failed).count();
        let percent = 100.0 * counted as f64 / self.size.max(1) as f64;
        let too_many = self.max_fail_percentage.is_some_and(|most| percent > most);
        if too_many && !self.too_many.fetch_or(true, Ordering::Relaxed) {
            *lock(&self.broke_behind) = self.meeting.place(host);
        }
        self.fatal.fetch_or(too_many || failed.len() == self.size, Ordering::Relaxed);
    }

    /// Puts a host that was added into the lists of all that the play is about; it takes no part in it.
    pub fn add(&self, host: &HostName) {
        for list in [&self.magic.all_hosts, &self.magic.hosts] {
            let mut list = list.write().unwrap_or_else(|broken| broken.into_inner());
            let items = list.as_items().unwrap_or_default();
            if !items.iter().any(|item| item.as_str() == Some(host)) {
                *list = items.iter().cloned().chain([Value::text(host.clone())]).collect();
            }
        }
    }

    /// Sets the lists anew of all that the play is about, and of those among them that have not failed.
    pub fn set_hosts(&self, all: &[HostName], live: &[HostName]) {
        for (list, hosts) in [(&self.magic.all_hosts, all), (&self.magic.hosts, live)] {
            *list.write().unwrap_or_else(|broken| broken.into_inner()) = names(hosts);
        }
    }

    /// Takes a host out of the lists of those that are still there.
    pub fn strike(&self, host: &HostName, place: &[u32]) {
        let mut gone = self.magic.gone.write().unwrap_or_else(|broken| broken.into_inner());
        gone.entry(host.clone()).or_insert_with(|| place.to_vec());
    }
}

/// Names as the lists of a play hold them.
pub fn names(hosts: &[HostName]) -> Value {
    hosts.iter().map(|host| Value::text(host.clone())).collect()
}

impl Interpreter {
    /// Carries out the whole play on this host.
    pub async fn play(mut self) -> Result<(), Halt> {
        let ended = self.sections().await;
        let ended = self.drain_after(ended).await;
        let ended = self.forced_handlers(ended).await;
        self.leave(&ended);
        ended
    }

    async fn sections(&mut self) -> Result<(), Halt> {
        let play = self.play.play.clone();
        let frame = self.play.frame.clone();
        self.section(0);
        self.gather_facts().await?;
        self.load_vars_files().await?;
        for (number, entries) in [(1, &play.pre_tasks), (4, &play.tasks), (6, &play.post_tasks)] {
            if number == 4 {
                self.section(3);
                self.roles(&frame).await?;
            }
            self.section(number);
            self.entries(entries, &frame).await?;
            self.section(number + 1);
            // Nothing can have been notified before the first task but by an earlier run, whose handlers may need what tasks register.
            if number > 1 || !entries.is_empty() {
                self.flush(false, number == 6).await?;
                self.stand_behind_handlers(&frame).await?;
            }
        }
        Ok(())
    }

    async fn roles(&mut self, frame: &Arc<Frame>) -> Result<(), Halt> {
        let play = self.play.play.clone();
        for (index, group) in play.roles.iter().enumerate() {
            self.position.truncate(1);
            self.position.push(u32::try_from(index).unwrap_or(u32::MAX));
            self.group(group, frame).await?;
        }
        Ok(())
    }

    fn section(&mut self, number: u32) {
        self.position.clear();
        self.position.push(number);
    }

    async fn drain_after(&mut self, ended: Result<(), Halt>) -> Result<(), Halt> {
        match ended {
            Ok(()) => self.drain().await,
            Err(Halt::Interrupted) => self.drain().await.and(ended),
            halt => halt,
        }
    }

    /// Handlers that must run although a task failed; where a handler failed, those behind it do not.
    async fn forced_handlers(&mut self, ended: Result<(), Halt>) -> Result<(), Halt> {
        let halted = matches!(ended, Err(Halt::Failed | Halt::Stopped));
        if self.play.force_handlers && halted && !self.is_flushing() {
            // Where the others do it too.
            self.section(match self.position[..] {
                [0 | 1, ..] | [2] => 2,
                [3 | 4, ..] | [5] => 5,
                _ => 7,
            });
            self.flush(false, true).await?;
        }
        ended
    }

    fn leave(&mut self, ended: &Result<(), Halt>) {
        let name = &self.host.name;
        let lanes = self.pipeline.lane.take().into_iter().chain(self.parked.drain(..));
        self.host.keep_lanes(lanes.filter(|lane| lane.requests.is_open()));
        match ended {
            Err(Halt::Failed) => self.drop_out(Out::Failed),
            Err(Halt::Unreachable) => self.drop_out(Out::Unreachable),
            Err(Halt::EndHost) => self.play.strike(name, &self.position),
            _ => {}
        }
        if let Err(error) = super::fact_cache::save(&self.run.settings.facts, &self.host) {
            self.run.warn(Diagnostic::warning(format!("the facts of `{name}` cannot be kept: {error}")));
        }
        self.play.meeting.leave(name);
        self.activity(crate::report::Activity::Finished);
    }

    fn drop_out(&self, why: Out) {
        self.host.set_out(Some(why));
        self.play.strike(&self.host.name, &self.position);
        self.play.note_failure(&self.host.name, why);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
