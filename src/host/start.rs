//! The start loop: components start side by side, each when those that it needs are healthy, and each is watched until
//! it is healthy itself or has stayed up for long enough.

use super::{
    Data, Effect, Failure, Fields, Run, Scope, Shown, System, docker::Engine, health, process, systemd,
};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a component may take until its container runs, health aside.
const MOST_SECONDS_TO_RUN: u64 = 90;
/// A component that systemd has started anew so often does not work.
const MOST_CRASHES: u32 = 3;
/// How long what ran before may take to end.
const MOST_TO_STOP: Duration = Duration::from_secs(600);
/// How often all that start are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// Starts components.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StartLoop {
    pub items: Vec<Item>,
}

/// A component that is started.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    pub name: String,
    pub docker: String,
    pub turn: Turn,
    /// Components that must be healthy first, if they are started too.
    pub needs: Vec<String>,
    pub check: Check,
    pub host_network: bool,
    /// Where its unit writes down what it was started with or has read, and what that will be.
    pub records: Vec<(PathBuf, String)>,
}

/// What is done with a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// It does not run, or is on its way: what another run has begun is not begun anew.
    Start,
    /// It runs with something else than it should.
    Restart,
    /// It runs, and has files to read again.
    Reload,
}

/// How it is known that a component works.
#[derive(Clone, PartialEq, Debug)]
pub enum Check {
    /// Runs for so many seconds without a break.
    StaysUp(u64),
    Health {
        test: health::Test,
        interval: Duration,
        timeout: Duration,
    },
}

/// How far a component is.
#[derive(Clone, PartialEq, Debug)]
enum Stage {
    Waiting,
    Starting(Start),
    Healthy { seconds: f64 },
    Failed { why: String },
}

/// A component on its way.
#[derive(Clone, PartialEq, Debug)]
struct Start {
    /// When systemd was asked.
    asked: Instant,
    /// When what ran before had ended.
    since: Instant,
    /// The invocation of what ran before.
    before: String,
    /// When its health was looked at last.
    looked: Option<Instant>,
    /// Since when this process runs.
    up: Option<(Instant, String)>,
}

impl StartLoop {
    /// For a dry run: all would run, with what they should.
    pub(in crate::host) fn effects(&self) -> Vec<Effect> {
        let effects = |item: &Item| {
            let unit = systemd::unit_subject(&item.unit(), Scope::System);
            let running = Fields::new().with("ActiveState", "active").with("SubState", "running");
            let records = item.records.iter().cloned();
            let records = records.map(|(path, text)| Effect::Text { path, text });
            std::iter::once(Effect::Merge(unit, running)).chain(records).collect::<Vec<_>>()
        };
        self.items.iter().flat_map(effects).collect()
    }

    /// As `start a, b; restart c`: the kind is the first of these words.
    pub(in crate::host) fn shown(&self) -> Shown {
        let words = [(Turn::Start, "start"), (Turn::Restart, "restart"), (Turn::Reload, "reload")];
        let groups = words.map(|(turn, word)| {
            let names = self.items.iter().filter(|item| item.turn == turn).map(|item| item.name.as_str());
            (word, names.collect::<Vec<_>>().join(", "))
        });
        let mut groups = groups.into_iter().filter(|(_, names)| !names.is_empty());
        let (kind, first) = groups.next().unwrap_or_default();
        Shown::new(kind, groups.fold(first, |title, (word, names)| format!("{title}; {word} {names}")))
    }

    /// Starts all; one that fails is told, and the others go on.
    pub(in crate::host) fn carry_out(&self, system: &System) -> Result<Fields, Failure> {
        let mut stages = vec![Stage::Waiting; self.items.len()];
        let mut told = String::new();
        while stages.iter().any(|stage| matches!(stage, Stage::Waiting | Stage::Starting(_))) {
            let mut moved = false;
            for index in 0..self.items.len() {
                moved |= self.step(system, &mut stages, index);
            }
            if system.deadline.is_some_and(|deadline| Instant::now() > deadline) {
                return Err(Failure::new("the components took too long to start").with("timedout", true));
            }
            if !moved {
                system.go_on()?;
                self.tell(system, &stages, &mut told);
                std::thread::sleep(PAUSE);
            }
        }
        Ok(self.said(system, &stages))
    }

    /// Looks at one component; whether anything came of it.
    fn step(&self, system: &System, stages: &mut [Stage], index: usize) -> bool {
        let (Some(item), Some(stage)) = (self.items.get(index), stages.get(index)) else { return false };
        let next = match stage {
            Stage::Waiting => self.may_start(item, stages).map(|ready| match ready {
                Ok(()) => item.start(system),
                Err(why) => Stage::Failed { why },
            }),
            Stage::Starting(_) => item.look(system, stage),
            _ => None,
        };
        let settled =
            next.as_ref().is_some_and(|next| std::mem::discriminant(next) != std::mem::discriminant(stage));
        if let (Some(next), Some(place)) = (next, stages.get_mut(index)) {
            *place = next;
        }
        settled
    }

    /// Whether the turn of a component has come: `None` while it has to wait.
    fn may_start(&self, item: &Item, stages: &[Stage]) -> Option<Result<(), String>> {
        for (other, stage) in
            self.items.iter().zip(stages).filter(|(other, _)| item.needs.contains(&other.name))
        {
            match stage {
                Stage::Healthy { .. } => {}
                Stage::Failed { .. } => {
                    return Some(Err(format!("it needs `{}`, which did not start", other.name)));
                }
                _ if self.needs_in_circle(&other.name, &item.name) => {}
                _ => return None,
            }
        }
        Some(Ok(()))
    }

    /// Whether the first needs the second, over any number of others: then neither can wait for the other.
    fn needs_in_circle(&self, first: &str, second: &str) -> bool {
        let mut seen: Vec<&str> = Vec::new();
        let mut open = vec![first];
        while let Some(name) = open.pop() {
            if name == second {
                return true;
            }
            if !seen.contains(&name) {
                seen.push(name);
                let needs = self.items.iter().filter(|item| item.name == name).flat_map(|item| &item.needs);
                open.extend(needs.map(String::as_str));
            }
        }
        false
    }

    /// Tells what is waited for, when that is something else than before.
    fn tell(&self, system: &System, stages: &[Stage], told: &mut String) {
        let starting = |stage: &Stage| matches!(stage, Stage::Starting(_));
        let items = self.items.iter().zip(stages).filter(|(_, stage)| starting(stage));
        let names: Vec<&str> = items.map(|(item, _)| item.name.as_str()).collect();
        let text = format!("waiting for {}", names.join(", "));
        if text != *told {
            system.note(&text);
            *told = text;
        }
    }

    fn said(&self, system: &System, stages: &[Stage]) -> Fields {
        let mut components = Fields::new();
        let mut failed = Vec::new();
        for (item, stage) in self.items.iter().zip(stages) {
            let said = Fields::new()
                .with("restarted", item.turn == Turn::Restart)
                .with("reloaded", item.turn == Turn::Reload);
            components.set(
                item.name.as_str(),
                match stage {
                    Stage::Healthy { seconds } => said.with("state", "started").with("seconds", *seconds),
                    Stage::Failed { why } => {
                        failed.push(item.name.clone());
                        let journal = systemd::journal(system, &item.unit(), 20);
                        said.with("state", "failed").with("msg", why.as_str()).with("journal", journal)
                    }
                    _ => said.with("state", "failed"),
                },
            );
        }
        Fields::new().with("components", components).with("failed_components", failed)
    }
}

impl Start {
    /// A component that systemd was asked to start now.
    fn at(now: Instant, before: String) -> Start {
        Start { asked: now, since: now, before, looked: None, up: None }
    }
}

impl Item {
    fn unit(&self) -> String {
        format!("{}.service", self.name)
    }

    fn start(&self, system: &System) -> Stage {
        let unit = self.unit();
        if self.turn == Turn::Reload {
            return self.reload(system, &unit);
        }
        let state = systemd::unit(system, &unit, Scope::System).unwrap_or_default();
        let ends = self.turn == Turn::Restart || state.text("ActiveState").as_deref() == Some("deactivating");
        let before = state.text("InvocationID").filter(|_| ends);
        // A unit that failed before may not start again unless it is forgiven.
        let _ = process::run(
            system,
            &Run::quiet(["systemctl", "reset-failed", &unit].map(str::to_owned).to_vec()),
        );
        let verb = if self.turn == Turn::Restart { "restart" } else { "start" };
        let argv = ["systemctl", verb, "--no-block", "--", &unit].map(str::to_owned).to_vec();
        let now = Instant::now();
        match process::run_well(system, &Run::quiet(argv)) {
            Ok(_) => Stage::Starting(Start::at(now, before.unwrap_or_default())),
            Err(failure) => Stage::Failed { why: failure.to_string() },
        }
    }

    /// Lets it read its files again; what runs is the same process.
    fn reload(&self, system: &System, unit: &str) -> Stage {
        let argv = ["systemctl", "reload", "--", unit].map(str::to_owned).to_vec();
        match process::run_well(system, &Run::quiet(argv)) {
            Ok(_) => Stage::Starting(Start::at(Instant::now(), String::new())),
            Err(failure) => Stage::Failed { why: failure.to_string() },
        }
    }

    /// Looks how a component is that starts; `None` where nothing is new.
    fn look(&self, system: &System, stage: &Stage) -> Option<Stage> {
        let Stage::Starting(start) = stage else { return None };
        let state = match systemd::unit(system, &self.unit(), Scope::System) {
            Ok(state) => state,
            Err(failure) => return Some(Stage::Failed { why: failure.to_string() }),
        };
        let active = state.text("ActiveState").unwrap_or_default();
        // What ran before takes its time to end; that does not count.
        let is_old = state.text("InvocationID").is_some_and(|id| !id.is_empty() && id == start.before);
        if is_old && active != "failed" && start.asked.elapsed() < MOST_TO_STOP {
            return Some(Stage::Starting(Start { since: Instant::now(), ..start.clone() }));
        }
        if let Some(why) = self.has_failed(&state, &active, start) {
            return Some(Stage::Failed { why });
        }
        if active != "active" {
            return start.up.is_some().then(|| Stage::Starting(Start { up: None, ..start.clone() }));
        }
        self.look_inside(system, &state, start)
    }

    fn has_failed(&self, state: &Data, active: &str, start: &Start) -> Option<String> {
        if active == "failed" {
            return Some(format!("the unit failed: {}", state.text("Result").unwrap_or_default()));
        }
        let crashes: u32 = state.number("NRestarts").unwrap_or(0);
        if crashes >= MOST_CRASHES {
            return Some(format!("it ends again and again; systemd has started it anew {crashes} times"));
        }
        (start.since.elapsed() > self.patience()).then(|| self.too_long(active))
    }

    fn look_inside(&self, system: &System, state: &Data, start: &Start) -> Option<Stage> {
        let process = state.text("MainPID").unwrap_or_default();
        let healthy = Some(Stage::Healthy { seconds: start.asked.elapsed().as_secs_f64() });
        match &self.check {
            Check::StaysUp(seconds) => {
                match &start.up {
                    Some((from, same)) if *same == process => {
                        if from.elapsed() >= Duration::from_secs(*seconds) { healthy } else { None }
                    }
                    _ => {
                        Some(Stage::Starting(Start { up: Some((Instant::now(), process)), ..start.clone() }))
                    }
                }
            }
            Check::Health { interval, .. }
                if start.looked.is_some_and(|looked| looked.elapsed() < *interval) =>
            {
                None
            }
            Check::Health { test, .. } => match self.works(system, test) {
                true => healthy,
                false => Some(Stage::Starting(Start { looked: Some(Instant::now()), ..start.clone() })),
            },
        }
    }

    fn works(&self, system: &System, test: &health::Test) -> bool {
        let address = if self.host_network { Some("127.0.0.1".to_owned()) } else { self.address(system) };
        test.holds(system, &self.docker, &self.name, address.as_deref())
    }

    /// The address of the container on the first of its networks.
    fn address(&self, system: &System) -> Option<String> {
        let container = Engine::of(system).container(system, &self.name).ok()?;
        let networks = container.entry("NetworkSettings").entry("Networks").as_map()?;
        let addresses = networks.iter().filter_map(|(_, network)| network.text("IPAddress"));
        addresses.into_iter().find(|address| !address.is_empty())
    }

    fn patience(&self) -> Duration {
        match &self.check {
            Check::StaysUp(seconds) => Duration::from_secs(MOST_SECONDS_TO_RUN + seconds),
            Check::Health { timeout, .. } => *timeout,
        }
    }

    fn too_long(&self, active: &str) -> String {
        let seconds = self.patience().as_secs();
        match (&self.check, active) {
            (Check::Health { .. }, "active") => {
                format!("it runs, but was not healthy within {seconds} seconds")
            }
            (Check::StaysUp(_), "active") => format!("it did not stay up within {seconds} seconds"),
            _ => format!("it did not come up within {seconds} seconds; the unit is {active}"),
        }
    }
}
