//! Orders to docker's daemon, each of which changes something.

use super::engine::{complaint, escape};
use super::{Engine, Thing, ended};
use crate::host::http::Answer;
use crate::host::{Attribute, Data, Done, Effect, Failure, Fields, Run, System, json, process, text};
use std::time::{Duration, Instant};

/// An order to docker's daemon.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Order {
    pub engine: Engine,
    /// What users see: `create container web`.
    pub title: String,
    /// What becomes other by it, for users to see.
    pub attributes: Vec<Attribute>,
    pub method: String,
    pub path: String,
    pub body: Option<Data>,
    /// Answers that say that there was nothing to do.
    pub fine: Vec<u16>,
    /// What comes after.
    pub then: Then,
    /// What it would have done, for a dry run.
    pub effects: Vec<Effect>,
}

/// What comes after an order.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Then {
    #[default]
    Nothing,
    /// The container is waited for until its name is free.
    Gone { name: String, patience: Option<Duration> },
    /// It is waited for until its health check says that it works.
    Healthy { name: String, patience: Option<Duration> },
    /// What the answer names by its `Id` is started, and not waited for.
    Started,
    /// It is waited for until its program has ended, and what that printed is taken.
    Ended { name: String },
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

impl Order {
    /// An order with this title.
    pub fn new(engine: &Engine, title: String, method: &str, path: String) -> Order {
        Order { engine: engine.clone(), title, method: method.to_owned(), path, ..Order::default() }
    }

    /// An order about a container: `POST /containers/NAME/WHAT`.
    pub fn container(engine: &Engine, what: &str, name: &str, query: &str) -> Order {
        let path = format!("/containers/{}/{what}{query}", escape(name));
        Order::new(engine, format!("{what} container {name}"), "POST", path)
    }

    /// The same with what it would have done.
    #[must_use]
    pub fn with_effect(mut self, thing: Thing, answer: Data) -> Order {
        self.effects.push(Effect::Set(self.engine.subject(thing), answer));
        self
    }

    /// The same with these fields of the answer changed.
    #[must_use]
    pub fn with_change(mut self, thing: Thing, fields: Fields) -> Order {
        self.effects.push(Effect::Merge(self.engine.subject(thing), fields));
        self
    }

    /// Whether it changes anything: one that only waits does not.
    pub fn counts(&self) -> bool {
        !matches!(self.then, Then::Healthy { .. })
    }

    /// Whether it is waited for what a program inside prints.
    pub fn is_watched(&self) -> bool {
        matches!(self.then, Then::Ended { .. })
    }

    /// Gives the order to the daemon.
    pub(in crate::host) fn give(&self, system: &System) -> Result<Done, Failure> {
        if system.pretended.is_some() {
            return self.pretend(system);
        }
        system.note(&self.title);
        let answer = self.patient().send(system, &self.method, &self.path, self.body.as_ref())?;
        if !(200..300).contains(&answer.status) && !self.fine.contains(&answer.status) {
            return Err(Failure::new(format!("docker does not {}: {}", self.title, complaint(&answer))));
        }
        match &self.then {
            Then::Nothing => Ok(said(&answer)),
            Then::Started => self.start_made(system, &answer),
            Then::Gone { name, patience } => self.wait_gone(system, name, *patience),
            Then::Healthy { name, patience } => self.wait_healthy(system, name, *patience),
            Then::Ended { name } => ended::output(system, &self.engine, name).map(Done::Ran),
        }
    }

    /// A daemon may take its time to stop what does not want to stop.
    fn patient(&self) -> Engine {
        let named = self.path.split_once("?t=").and_then(|(_, seconds)| seconds.parse::<u64>().ok());
        let timeout = self.engine.timeout.saturating_add(named.unwrap_or(0));
        Engine { timeout, ..self.engine.clone() }
    }

    /// For tests: the order comes true as far as its effects say.
    fn pretend(&self, system: &System) -> Result<Done, Failure> {
        let argv = self.title.split(' ').map(str::to_owned).collect();
        let run = Run { argv, effects: self.effects.clone(), ..Run::default() };
        process::run_well(system, &run).map(Done::Ran)
    }

    fn start_made(&self, system: &System, answer: &Answer) -> Result<Done, Failure> {
        let id = json::parse(&text::from_bytes(&answer.body.0))?.text("Id").unwrap_or_default();
        let body = Fields::new().with("Detach", true).into();
        let path = format!("/exec/{}/start", escape(&id));
        let started = self.engine.send(system, "POST", &path, Some(&body))?;
        match started.status {
            200..300 => Ok(said(answer)),
            _ => Err(Failure::new(format!("docker does not {}: {}", self.title, complaint(&started)))),
        }
    }

    fn wait_gone(&self, system: &System, name: &str, patience: Option<Duration>) -> Result<Done, Failure> {
        let gone = self.wait(system, patience, || {
            Ok(self.engine.look_up(system, &Thing::Container(name.to_owned()))?.is_null())
        })?;
        match gone {
            true => Ok(Done::Made),
            false => Err(Failure::new(format!("the container `{name}` is still being removed"))),
        }
    }

    fn wait_healthy(&self, system: &System, name: &str, patience: Option<Duration>) -> Result<Done, Failure> {
        let mut last = String::new();
        let healthy = self.wait(system, patience, || {
            let found = self.engine.look_up(system, &Thing::Container(name.to_owned()))?;
            let state = found.entry("State");
            if state.entry("Running") != &Data::Bool(true) {
                return Err(Failure::new(format!("the container `{name}` has ended before it was healthy")));
            }
            match state.entry("Health").text("Status") {
                None => Err(Failure::new(format!("the container `{name}` has no health check"))),
                Some(status) => {
                    last = status;
                    Ok(last == "healthy")
                }
            }
        })?;
        match healthy {
            true => Ok(Done::Made),
            false => {
                Err(Failure::new(format!("the container `{name}` did not become healthy: it is {last}")))
            }
        }
    }

    /// Looks until it holds; `false` when that took too long.
    fn wait(
        &self,
        system: &System,
        patience: Option<Duration>,
        mut holds: impl FnMut() -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        let start = Instant::now();
        while !holds()? {
            let late = system.deadline.is_some_and(|deadline| Instant::now() > deadline);
            if late || patience.is_some_and(|patience| start.elapsed() > patience) {
                return Ok(false);
            }
            std::thread::sleep(PAUSE);
        }
        Ok(true)
    }
}

/// What the daemon answered, for the result of the module; a list is called `items`.
fn said(answer: &Answer) -> Done {
    match json::parse(&text::from_bytes(&answer.body.0)) {
        Ok(Data::Map(fields)) => Done::Said(fields),
        Ok(Data::List(items)) => Done::Said(Fields::new().with("items", items)),
        _ => Done::Made,
    }
}
