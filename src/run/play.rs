//! One play: its hosts in batches, and what all of them share.

use super::Run;
use super::frame::Frame;
use super::halt::Halt;
use super::handlers::Handler;
use super::host::{Host, Out};
use super::interpreter::Interpreter;
use super::magic::{Magic, PlayMagic};
use super::once::Once;
use super::position::{Meeting, Position};
use super::scope::PlayVars;
use crate::playbook::{Play, Role};
use crate::report::{Event, HostName, TaskInfo};
use crate::template::Surroundings;
use crate::vars::Value;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

/// One batch of one play.
pub struct PlayRun {
    pub play: Arc<Play>,
    pub frame: Arc<Frame>,
    pub handlers: Vec<Handler>,
    pub surroundings: Arc<Surroundings>,
    pub magic: Arc<PlayMagic>,
    /// The hosts of this batch, in order.
    pub batch: Vec<HostName>,
    /// Every host of the play.
    pub all_hosts: Vec<HostName>,
    pub meeting: Meeting,
    pub once: Once,
    pub force_handlers: bool,
    pub gathers_facts: Value,
    /// How many of the batch's hosts may fail, in percent; none where all may.
    pub max_fail_percentage: Option<f64>,
    vars: Arc<PlayVars>,
    /// Per host: `vars_files` that only its facts decide, and what included roles show to the play.
    host_vars: Mutex<HashMap<HostName, Arc<PlayVars>>>,
    magics: Mutex<HashMap<HostName, Arc<Magic>>>,
    infos: Mutex<HashMap<Position, Arc<TaskInfo>>>,
    /// Numbers of the tasks that events have told of.
    announced: Mutex<HashSet<usize>>,
    ended: AtomicBool,
    batch_ended: AtomicBool,
    fatal: AtomicBool,
    failed: Mutex<Vec<HostName>>,
    /// Where failures happened that are those of all hosts.
    failures_of_all: Mutex<Vec<Position>>,
    number: u32,
}

/// What a batch is made of.
pub struct Batch {
    pub play: Arc<Play>,
    pub number: u32,
    pub frame: Arc<Frame>,
    pub handlers: Vec<Handler>,
    pub surroundings: Arc<Surroundings>,
    pub magic: Arc<PlayMagic>,
    pub hosts: Vec<HostName>,
    pub all_hosts: Vec<HostName>,
    pub vars: Arc<PlayVars>,
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
            handlers: batch.handlers,
            surroundings: batch.surroundings,
            magic: batch.magic,
            batch: batch.hosts,
            all_hosts: batch.all_hosts,
            once: Once::default(),
            force_handlers: batch.force_handlers,
            gathers_facts: batch.gathers_facts,
            max_fail_percentage: batch.max_fail_percentage,
            vars: batch.vars,
            host_vars: Mutex::default(),
            magics: Mutex::default(),
            infos: Mutex::default(),
            announced: Mutex::default(),
            ended: AtomicBool::default(),
            batch_ended: AtomicBool::default(),
            fatal: AtomicBool::default(),
            failed: Mutex::default(),
            failures_of_all: Mutex::default(),
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

    /// Whether this host acts for all that are at this position.
    pub fn acts_for_all(&self, position: &[u32], host: &HostName) -> bool {
        !self.meeting.is_needed() || self.meeting.present(position, &self.batch).first() == Some(host)
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

    /// Whether `meta` has ended the batch.
    pub fn is_over(&self) -> bool {
        self.has_ended() || self.batch_ended.load(Ordering::Relaxed)
    }

    /// Lets a failure of one host be that of all.
    pub fn fail_all(&self, position: &[u32]) {
        lock(&self.failures_of_all).push(position.to_vec());
    }

    /// Whether there is a failure of all that is not among these; they then are all of them.
    pub fn fails_anew(&self, known: &mut HashSet<Position>) -> bool {
        let failures = lock(&self.failures_of_all);
        failures.iter().filter(|position| known.insert((*position).clone())).count() > 0
    }

    pub fn is_fatal(&self) -> bool {
        self.fatal.load(Ordering::Relaxed)
    }

    /// Notes that a host failed for good, and whether that ends the play for all.
    pub fn note_failure(&self, host: &HostName, fatal: bool, position: &[u32]) {
        let mut failed = lock(&self.failed);
        failed.push(host.clone());
        let percent = 100.0 * failed.len() as f64 / self.batch.len().max(1) as f64;
        let too_many = self.max_fail_percentage.is_some_and(|most| percent > most);
        if too_many {
            self.fail_all(position);
        }
        if fatal || too_many || failed.len() == self.batch.len() {
            self.fatal.store(true, Ordering::Relaxed);
        }
    }

    /// Takes a host out of the lists of those that are still there.
    pub fn strike(&self, host: &HostName) {
        for list in [&self.magic.hosts, &self.magic.batch] {
            strike(list, host);
        }
    }
}

fn strike(list: &RwLock<Value>, host: &HostName) {
    let mut list = list.write().unwrap_or_else(|broken| broken.into_inner());
    let items = list.as_items().unwrap_or_default();
    *list = items.iter().filter(|item| item.as_str() != Some(host)).cloned().collect();
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
            self.flush().await?;
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
            halt => halt,
        }
    }

    /// Handlers that must run although a task failed.
    async fn forced_handlers(&mut self, ended: Result<(), Halt>) -> Result<(), Halt> {
        if self.play.force_handlers && matches!(ended, Err(Halt::Failed(_) | Halt::EndHost)) {
            self.section(8);
            self.flush().await?;
        }
        ended
    }

    fn leave(&mut self, ended: &Result<(), Halt>) {
        let name = &self.host.name;
        let lanes = self.pipeline.lane.take().into_iter().chain(self.parked.drain(..));
        self.host.keep_lanes(lanes.filter(|lane| lane.requests.is_open()));
        match ended {
            Err(Halt::Failed(failed)) => {
                self.host.set_out(Some(Out::Failed));
                self.play.note_failure(name, failed.fatal, &self.position);
                self.play.strike(name);
            }
            Err(Halt::Unreachable) => {
                self.host.set_out(Some(Out::Unreachable));
                self.play.note_failure(name, false, &self.position);
                self.play.strike(name);
            }
            _ => {}
        }
        self.play.meeting.leave(name);
        self.activity(crate::report::Activity::Finished);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
