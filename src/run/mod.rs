//! The play on all hosts, the interpreter of one host, the pipeline, handlers.

mod act;
mod arguments;
mod background;
mod batches;
mod brought;
mod check;
mod conclude;
mod configured;
mod contents;
mod controller_files;
mod defaults;
mod differences;
mod fact_cache;
mod facts;
mod failed_task;
mod fetch;
mod fetch_file;
mod files;
mod frame;
mod halt;
mod handlers;
mod host;
mod hosts;
mod hostvars;
mod include;
mod interpreter;
mod judged;
mod lanes;
mod lint;
mod listing;
mod loops;
mod magic;
mod meta;
mod notes;
mod once;
mod own_modules;
mod pause;
mod pipeline;
mod play;
mod position;
mod prepare;
mod prompts;
mod reach;
mod reconnect;
mod result;
mod roles;
mod scope;
mod services;
mod start_at;
mod step;
mod synchronize;
mod tags;
mod task;
mod task_scope;
mod together;
mod variables;
mod view;

pub use batches::hosts_named;
pub use lint::lint;
pub use listing::listing;
pub use prepare::{Parts, Passwords, Prepared, prepare};
pub use services::{Desk, Events};
pub use view::{Layer, View};

use crate::inventory::Inventory;
use crate::playbook::{Loader, Playbook};
use crate::report::{Event, HostName};
use crate::settings::Settings;
use crate::source::{Diagnostic, Sources};
use crate::ssh::{Connection, Dialer, Failure, Target};
use crate::template::{Engine, Services, Surroundings};
use crate::vars::Vars;
use crate::wire::Stopper;
use batches::PlayEnd;
use halt::Halt;
use host::Host;
use indexmap::IndexMap;
use magic::RunMagic;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;
use tags::Tags;

/// The unit of every component, for projects that have no template of that name.
const UNIT_TEMPLATE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/component.service.j2"));

/// Everything that the plays and hosts of a run share.
pub struct Run {
    pub settings: Arc<Settings>,
    pub sources: Arc<Sources>,
    pub engine: Engine,
    pub loader: Loader,
    pub events: Events,
    pub extra: Arc<Vars>,
    pub surroundings: Arc<Surroundings>,
    pub magic: Arc<RunMagic>,
    pub tags: Tags,
    pub contents: Arc<contents::ContentStore>,
    pub passwords: Passwords,
    /// The name of the controlling machine.
    pub machine: String,
    pub limits: crate::wire::Limits,
    pub inject_facts: bool,
    pub merge: bool,
    services: Arc<services::RunServices>,
    dialer: Dialer,
    inventory: RwLock<Inventory>,
    hosts: RwLock<IndexMap<HostName, Arc<Host>>>,
    /// One connection a host, opened by the first who needs it.
    connections: Mutex<HashMap<(HostName, crate::ssh::Way), Line>>,
    /// One for every line that was ever opened.
    stoppers: Mutex<Vec<Stopper>>,
    templates: Mutex<HashMap<std::path::PathBuf, controller_files::KnownTemplate>>,
    built_in: Mutex<Option<(Arc<str>, crate::source::Span)>>,
    tasks: AtomicUsize,
    requests: AtomicU64,
    epochs: AtomicU32,
    plays: AtomicUsize,
    /// Of `--start-at-task`.
    start_at: std::sync::OnceLock<start_at::StartAt>,
    steps: step::Steps,
    me: Weak<Run>,
}

type Line = Arc<tokio::sync::OnceCell<Result<Arc<Connection>, Failure>>>;

impl Run {
    /// Runs playbooks one after the other; none begins behind one in which a host failed for good.
    pub async fn playbooks(self: &Arc<Run>, playbooks: &[Playbook]) {
        for playbook in playbooks {
            let (name, plays) = (playbook.path.display().to_string(), playbook.plays.len());
            self.events.send(Event::Playbook { name, plays });
            let mut end = PlayEnd::Fine;
            for play in &playbook.plays {
                if self.is_interrupted() || end == PlayEnd::Over {
                    break;
                }
                end = self.play(play).await;
            }
            if end == PlayEnd::Over || self.has_lost_hosts() {
                break;
            }
        }
        self.hang_up_all().await;
        self.events.send(Event::End { interrupted: self.is_interrupted() });
    }

    fn has_lost_hosts(&self) -> bool {
        let hosts = self.hosts.read().unwrap_or_else(|broken| broken.into_inner());
        hosts.values().any(|host| host.out().is_some())
    }

    /// Closes every line, and waits for those agents that must still hear something, such as which handlers have run.
    async fn hang_up_all(&self) {
        let hosts: Vec<_> =
            self.hosts.read().unwrap_or_else(|broken| broken.into_inner()).values().cloned().collect();
        let lanes = hosts.iter().flat_map(|host| host.take_lanes());
        let lanes = lanes.filter(|lane| lane.requests.is_unheard());
        let ends = lanes.map(|pipeline::Lane { requests, mut replies, .. }| async move {
            drop(requests);
            while replies.next().await.is_some() {}
        });
        let all = futures::future::join_all(ends);
        let _ = tokio::time::timeout(Duration::from_secs(2), all).await;
    }

    /// Asks every host to stop after what it is doing.
    pub fn interrupt(&self) {
        if !self.services.interrupted.send_replace(true) {
            let warning =
                Diagnostic::warning("interrupted: what hosts are doing is finished, nothing more is begun");
            self.warn(warning.hint("once more ends the run at once"));
        }
        self.stoppers().drain(..).for_each(|stopper| stopper.stop());
    }

    /// Keeps what stops a line, for an interrupt.
    pub fn stops(&self, stopper: Stopper) {
        self.stoppers().push(stopper);
        if self.is_interrupted() {
            self.interrupt();
        }
    }

    fn stoppers(&self) -> MutexGuard<'_, Vec<Stopper>> {
        self.stoppers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, unless the user asks to stop.
    ///
    /// # Errors
    ///
    /// That the user asked.
    pub async fn rest(&self, time: Duration) -> Result<(), Halt> {
        self.unless_interrupted(tokio::time::sleep(time)).await
    }

    /// The same with a number of seconds that somebody wrote; what is no length of time is none, or for ever.
    ///
    /// # Errors
    ///
    /// That the user asked.
    pub async fn rest_seconds(&self, seconds: f64) -> Result<(), Halt> {
        self.rest(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)).await
    }

    /// Goes on with what may be given up at any time, unless the user asks to stop.
    ///
    /// # Errors
    ///
    /// That the user asked.
    pub async fn unless_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, Halt> {
        let mut interrupted = self.services.interrupted.subscribe();
        tokio::select! {
            biased;
            done = work => Ok(done),
            _ = interrupted.wait_for(|interrupted| *interrupted) => Err(Halt::Interrupted),
        }
    }

    pub fn is_interrupted(&self) -> bool {
        self.services.is_interrupted()
    }

    /// The number of a task that is reached for the first time.
    pub fn next_task(&self) -> usize {
        self.tasks.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of a request: of all requests of the run, because lines outlive plays.
    pub fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// An epoch that is later than all others.
    pub fn next_epoch(&self) -> u32 {
        self.epochs.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of a play.
    pub fn next_play(&self) -> usize {
        self.plays.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells the user something that does not stop the run.
    pub fn warn(&self, warning: Diagnostic) {
        self.services.tell(warning);
    }

    /// The connection to a host, opened once.
    ///
    /// # Errors
    ///
    /// Where it could not be opened; the next who asks tries again.
    pub async fn connection(&self, target: &Target) -> Result<Arc<Connection>, Failure> {
        let way = (HostName::from(target.name.as_str()), target.way());
        let line = lock(&self.connections).entry(way.clone()).or_default().clone();
        let opened =
            line.get_or_init(|| async { self.dialer.open(target).await.map(Arc::new) }).await.clone();
        if opened.is_err() {
            lock(&self.connections).remove(&way);
        }
        opened
    }

    /// Closes the connections to a host, as soon as nobody uses them.
    pub fn hang_up(&self, host: &HostName) {
        lock(&self.connections).retain(|(known, _), _| known != host);
    }

    /// Asks the user; nothing where nobody can be asked.
    pub fn ask(&self, question: &str, echo: bool) -> Option<String> {
        self.services.ask(question, echo)
    }

    /// The programs for requests to https that hosts may ask for, by machine type.
    pub fn https(&self) -> Vec<(String, crate::host::Hash)> {
        let programs = self.dialer.agents().https();
        programs.map(|program| (program.machine.clone(), self.contents.offer(program.clone()))).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
