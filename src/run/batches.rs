//! The hosts of a play, cut into batches; each batch runs side by side.

use super::Run;
use super::brought::has_task;
use super::frame::Frame;
use super::handlers::Handler;
use super::include::WORDS;
use super::interpreter::Interpreter;
use super::magic::PlayMagic;
use super::play::{Batch, PlayRun, names};
use super::roles::{idle_roles, play_handlers, play_roles};
use super::scope::PlayVars;
use crate::playbook::Play;
use crate::report::{Event, HostName};
use crate::source::Diagnostic;
use crate::template::{Language, Surroundings, Variables};
use crate::vars::{Value, Vars};
use futures::stream::{FuturesUnordered, StreamExt};
use std::sync::{Arc, RwLock};

/// The hosts that plays name, in their order.
pub fn hosts_named(run: &Run, playbooks: &[crate::playbook::Playbook]) -> Vec<HostName> {
    let plays = playbooks.iter().flat_map(|playbook| &playbook.plays);
    plays.flat_map(|play| run.hosts_of(play).unwrap_or_default()).collect()
}

/// How a play ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlayEnd {
    /// Those hosts that are left go on to the next play.
    Fine,
    /// Nobody goes on.
    Over,
}

impl Run {
    /// Runs one play.
    pub async fn play(self: &Arc<Run>, play: &Arc<Play>) -> PlayEnd {
        self.stand_beside(play);
        let all = match self.hosts_of(play) {
            Ok(all) => self.in_order(play, all),
            Err(diagnostic) => {
                self.warn(diagnostic);
                return PlayEnd::Fine;
            }
        };
        self.inventory().take_diagnostics().all.into_iter().for_each(|warning| self.warn(warning));
        let name = self.play_name(play);
        let lockstep = !self.is_free(play);
        let begins = |hosts: &[HostName]| {
            let (name, hosts) = (name.clone(), hosts.to_vec());
            self.events.send(Event::Play { name, hosts, span: play.span, lockstep });
        };
        let Some(start) = self.start_of(play) else {
            begins(&all);
            return PlayEnd::Fine;
        };
        let live = self.live(&all);
        if all.is_empty() {
            begins(&[]);
            return PlayEnd::Fine;
        }
        let number = u32::try_from(self.next_play()).unwrap_or(u32::MAX);
        let batches = match self.check_settings(play).and_then(|()| self.batches(play, &all)) {
            Ok(batches) => batches,
            Err(diagnostic) => {
                live.iter().for_each(|host| self.fail_host(host, diagnostic.clone()));
                return PlayEnd::Over;
            }
        };
        let answers = self.prompt(play);
        if self.is_interrupted() {
            return PlayEnd::Fine;
        }
        let vars = Arc::new(self.play_vars(play, answers));
        for (index, mut hosts) in batches.into_iter().enumerate() {
            if !hosts.iter().any(|host| live.contains(host)) {
                begins(&hosts);
                continue;
            }
            let size = hosts.len();
            hosts.retain(|host| live.contains(host));
            begins(&hosts);
            // An earlier batch may have added hosts, and lost some.
            let all = self.hosts_of(play).unwrap_or_else(|_| all.clone());
            let batch = self.batch(
                play,
                &name,
                number * 1000 + u32::try_from(index).unwrap_or(0),
                hosts,
                (&all, &self.live(&all), &vars),
            );
            self.forget_past();
            let batch = Batch { start: start.filter(|_| index == 0), size, ..batch };
            let run = Arc::new(PlayRun::new(batch));
            self.run_batch(&run).await;
            if run.has_too_many_failures() {
                self.events.send(Event::NoHostsLeft);
            }
            if run.is_fatal() {
                return PlayEnd::Over;
            }
            if run.has_ended() || self.is_interrupted() {
                break;
            }
        }
        PlayEnd::Fine
    }

    /// The places of a play mean nothing in the next, nor in another batch.
    fn forget_past(&self) {
        let hosts = self.hosts.read().unwrap_or_else(|broken| broken.into_inner());
        hosts.values().for_each(|host| host.store.begin());
    }

    /// Those of some hosts that have not failed.
    pub fn live(&self, hosts: &[HostName]) -> Vec<HostName> {
        let is_live = |name: &&HostName| self.host(name).is_some_and(|host| host.out().is_none());
        hosts.iter().filter(is_live).cloned().collect()
    }

    async fn run_batch(self: &Arc<Run>, play: &Arc<PlayRun>) {
        let mut waiting: Vec<HostName> = play.batch.iter().rev().cloned().collect();
        let most = self.settings.execution.forks.filter(|_| !play.meeting.is_needed()).unwrap_or(usize::MAX);
        let mut active = FuturesUnordered::new();
        loop {
            while active.len() < most
                && let Some(name) = waiting.pop()
            {
                let Some(host) = self.host(&name) else { continue };
                active.push(tokio::spawn(Interpreter::new(self.clone(), play.clone(), host).play()));
            }
            match active.next().await {
                Some(Err(broken)) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
                Some(_) => {}
                None => return,
            }
        }
    }

    /// What some hosts of a play are in it.
    pub fn batch(
        self: &Arc<Run>,
        play: &Arc<Play>,
        name: &str,
        number: u32,
        hosts: Vec<HostName>,
        (all, live, vars): (&[HostName], &[HostName], &Arc<PlayVars>),
    ) -> Batch {
        let frame = Frame::play(play.keywords.clone());
        let roles = play_roles(play, &frame).into_iter().map(|(role, _)| role).collect();
        let handlers = play_handlers(play, &frame);
        let magic = PlayMagic {
            name: Value::text(name),
            dir: play.dir.clone(),
            brings_in: brings_in_roles(play, &handlers),
            all_hosts: RwLock::new(names(all)),
            hosts: RwLock::new(names(live)),
            batch: RwLock::new(names(&hosts)),
            gone: RwLock::default(),
            written_vars: self.surroundings.language == Language::Classic,
        };
        let surroundings = Surroundings {
            sources: self.sources.clone(),
            language: self.surroundings.language,
            playbook_dir: play.dir.to_path_buf(),
            services: self.surroundings.services.clone(),
        };
        let flag = |value: Option<&Value>, otherwise: bool| value.map_or(otherwise, crate::control::truth);
        Batch {
            play: play.clone(),
            number,
            handlers,
            frame,
            roles,
            surroundings: Arc::new(surroundings),
            magic: Arc::new(magic),
            size: hosts.len(),
            hosts,
            all_hosts: all.to_vec(),
            vars: vars.clone(),
            start: None,
            together: !self.is_free(play),
            force_handlers: flag(
                self.setting(play, "force_handlers").as_ref(),
                self.settings.execution.force_handlers,
            ),
            gathers_facts: play.setting("gather_facts").cloned().unwrap_or_else(Value::none),
            max_fail_percentage: self
                .setting(play, "max_fail_percentage")
                .and_then(|most| most.str().ok()?.trim_end_matches('%').parse().ok()),
        }
    }

    /// The variables of the play itself, with what was answered to its questions.
    pub fn play_vars(&self, play: &Play, prompts: Vars) -> PlayVars {
        let frame = Frame::play(play.keywords.clone());
        let mut roles = idle_roles(play, &frame);
        roles
            .extend(play_roles(play, &frame).into_iter().map(|(role, _)| role).filter(|role| role.is_public));
        if self.settings.language.private_role_vars {
            roles.clear();
        }
        PlayVars {
            play: Arc::new(play.keywords.vars.clone()),
            prompts: Arc::new(prompts),
            files: Vec::new(),
            role_defaults: roles.iter().map(|role| role.defaults.clone()).collect(),
            role_exports: roles.iter().map(|role| role.exports.clone()).collect(),
        }
    }

    /// Whether the hosts of a play go on without waiting for each other.
    fn is_free(&self, play: &Play) -> bool {
        let own = self.setting(play, "strategy").and_then(|strategy| strategy.str().ok());
        let strategy = own.or_else(|| self.settings.execution.strategy.clone());
        strategy.is_some_and(|strategy| strategy.ends_with("free") || strategy.ends_with("host_pinned"))
    }

    /// The play's name, or its hosts where it has none.
    pub fn play_name(&self, play: &Play) -> String {
        let written = play.name.as_ref().unwrap_or(&play.hosts);
        let value = self.without_host(play, written).unwrap_or_else(|_| crate::control::as_written(written));
        match value.as_items() {
            Some(items) => items.iter().filter_map(|item| item.str().ok()).collect::<Vec<_>>().join(","),
            None => value.str().unwrap_or_default(),
        }
    }

    /// A keyword that only plays have, evaluated; none where that fails.
    fn setting(&self, play: &Play, name: &str) -> Option<Value> {
        play.setting(name).and_then(|written| self.without_host(play, written).ok())
    }

    /// Whether what the play says of its hosts and failures can be evaluated.
    fn check_settings(&self, play: &Play) -> Result<(), Diagnostic> {
        let names = ["force_handlers", "max_fail_percentage", "order", "strategy"];
        let mut written = names.into_iter().filter_map(|name| play.setting(name));
        written.try_for_each(|written| self.without_host(play, written).map(drop))
    }

    /// A value of the play that no host has a say in.
    pub fn without_host(&self, play: &Play, value: &Value) -> Result<Value, Diagnostic> {
        let mut scope = Variables::default();
        scope.context.surroundings = self.surroundings.clone();
        scope.all.extend(play.keywords.vars.clone());
        scope.all.extend(self.magic.values.iter().map(|(name, value)| (Arc::from(*name), value.clone())));
        scope.all.insert("groups".into(), super::magic::Others::groups(self));
        scope.all.extend((*self.extra).clone());
        self.engine.resolve(value, &scope).map_err(|error| error.into_diagnostic())
    }

    /// The hosts of a play, in the order in which patterns and the inventory name them.
    pub fn hosts_of(&self, play: &Play) -> Result<Vec<HostName>, Diagnostic> {
        let pattern = self.without_host(play, &play.hosts)?;
        let patterns: Vec<String> = match pattern.as_items() {
            Some(items) => items.iter().filter_map(|item| item.str().ok()).collect(),
            None => vec![pattern.str().unwrap_or_default()],
        };
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let inventory = self.inventory.read().unwrap_or_else(|broken| broken.into_inner());
        let mut hosts =
            inventory.select_all(&patterns, self.settings.selection.limit.as_deref(), play.hosts.span())?;
        if let Some(shard) = self.settings.selection.shard {
            // The machine of a controller is its own, whichever part it works on.
            hosts.retain(|host| {
                inventory.host(host).is_some_and(|known| known.is_implicit) || shard.has(host)
            });
        }
        Ok(hosts)
    }

    /// Hosts in the order in which a play wants to go through them.
    fn in_order(&self, play: &Play, mut hosts: Vec<HostName>) -> Vec<HostName> {
        let order = self.setting(play, "order").and_then(|order| order.str().ok());
        match order.as_deref() {
            Some("sorted") => hosts.sort(),
            Some("reverse_sorted") => {
                hosts.sort();
                hosts.reverse();
            }
            Some("reverse_inventory") => hosts.reverse(),
            Some("shuffle") => shuffle(&mut hosts),
            _ => {}
        }
        hosts
    }

    /// `serial`: a number, a percentage, or a list of such, the last of which is repeated.
    fn batches(&self, play: &Play, hosts: &[HostName]) -> Result<Vec<Vec<HostName>>, Diagnostic> {
        let Some(serial) = play.setting("serial") else { return Ok(vec![hosts.to_vec()]) };
        let span = serial.span();
        let serial = self.without_host(play, serial)?;
        if serial.is_omit() {
            return Ok(vec![hosts.to_vec()]);
        }
        let sizes = serial.as_items().unwrap_or_else(|| Arc::new(vec![serial.clone()]));
        let sizes: Vec<usize> = sizes
            .iter()
            .map(|size| {
                batch_size(size, hosts.len()).ok_or_else(|| {
                    let found = size.str().unwrap_or_default();
                    Diagnostic::error(format!("`serial` wants numbers or percentages, not `{found}`"))
                        .at(span)
                })
            })
            .collect::<Result<_, _>>()?;
        let mut batches = Vec::new();
        let mut rest = hosts;
        let mut sizes = sizes.into_iter();
        let mut size = hosts.len();
        while !rest.is_empty() {
            size = sizes.next().unwrap_or(size);
            let size = if size == 0 { rest.len() } else { size.min(rest.len()) };
            let (batch, later) = rest.split_at(size);
            batches.push(batch.to_vec());
            rest = later;
        }
        Ok(batches)
    }
}

fn batch_size(size: &Value, all: usize) -> Option<usize> {
    if let Some(number) = size.as_int() {
        return usize::try_from(number).ok().or(Some(0));
    }
    let text = size.str().ok()?;
    match text.trim().strip_suffix('%') {
        Some(percent) => {
            let percent: f64 = percent.trim().parse().ok()?;
            Some(((percent / 100.0 * all as f64) as usize).max(1))
        }
        None => text.trim().parse().ok(),
    }
}

fn shuffle(hosts: &mut [HostName]) {
    use std::hash::{BuildHasher, RandomState};
    let state = RandomState::new();
    hosts.sort_by_cached_key(|host| state.hash_one(host));
}

/// Whether roles may come to a play while it runs.
fn brings_in_roles(play: &Play, handlers: &[Handler]) -> bool {
    has_task(play, WORDS) || handlers.iter().any(|handler| handler.task.is(WORDS))
}
