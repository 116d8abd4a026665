//! Brings the events of hosts that are at different tasks into the order of tasks.

use crate::report::{Activity, Event, HostName, TaskInfo};
use std::collections::{BTreeMap, HashMap};

/// Where a task stands among all tasks.
type Place = (Vec<u32>, usize);

/// Holds events back until it is the turn of their task.
#[derive(Default)]
pub struct Order {
    /// Whether the hosts of this play go task by task.
    lockstep: bool,
    /// Those that are still to come to tasks, and how far they are.
    hosts: HashMap<HostName, Reached>,
    current: Option<Place>,
    waiting: BTreeMap<Place, Vec<Event>>,
}

/// How far a host is.
#[derive(Clone, Default)]
struct Reached {
    /// The last task that it told of.
    place: Place,
    /// That task is done, or has brought in others.
    done: bool,
    /// The last task that it has begun: nothing before it can still come, but for what is under way.
    begun: Place,
}

impl Order {
    /// The events whose turn it is now, this one or earlier ones, in order.
    pub fn next(&mut self, event: Event) -> Vec<Event> {
        match &event {
            Event::Play { hosts, lockstep, .. } => {
                let mut ready = self.rest();
                self.hosts = hosts.iter().map(|host| (host.clone(), Reached::default())).collect();
                self.lockstep = *lockstep;
                ready.push(event);
                ready
            }
            Event::Playbook { .. } | Event::NoHostsLeft | Event::Forgiven { .. } | Event::End { .. } => {
                let mut ready = self.rest();
                ready.push(event);
                ready
            }
            Event::Activity { host, activity: Activity::Finished } => {
                self.hosts.remove(host);
                let mut ready = self.advance();
                ready.push(event);
                ready
            }
            Event::Activity { host, activity: Activity::Running(task) } => {
                if let Some(reached) = self.hosts.get_mut(host) {
                    reached.begun = place(task);
                }
                let mut ready = self.advance();
                ready.push(event);
                ready
            }
            _ if !self.lockstep => vec![event],
            _ => self.place(event),
        }
    }

    fn place(&mut self, event: Event) -> Vec<Event> {
        let Some(place) = self.place_of(&event) else { return vec![event] };
        self.note(&event, &place);
        if self.current.as_ref().is_some_and(|current| place <= *current) {
            let mut ready = vec![event];
            ready.extend(self.advance());
            return ready;
        }
        self.waiting.entry(place).or_default().push(event);
        self.advance()
    }

    /// The place of what belongs to a task, or to what a host does now.
    fn place_of(&self, event: &Event) -> Option<Place> {
        match event {
            Event::Task { task }
            | Event::Retry { task, .. }
            | Event::Polled { task, .. }
            | Event::Item { task, .. }
            | Event::Included { task, .. }
            | Event::Done { task, .. } => Some(place(task)),
            Event::Notified { host, .. } | Event::Notice { host: Some(host), .. } => {
                self.hosts.get(host).map(|reached| reached.place.clone())
            }
            _ => None,
        }
    }

    fn note(&mut self, event: &Event, place: &Place) {
        let (Event::Retry { host, .. }
        | Event::Polled { host, .. }
        | Event::Item { host, .. }
        | Event::Included { host, .. }
        | Event::Done { host, .. }) = event
        else {
            return;
        };
        let Some(reached) = self.hosts.get_mut(host) else { return };
        if *place > reached.place {
            (reached.place, reached.done) = (place.clone(), false);
        }
        if *place == reached.place {
            reached.done |= matches!(event, Event::Done { .. } | Event::Included { .. });
        }
    }

    /// Goes on to the next task, and the next, as long as all hosts are through with the one before.
    fn advance(&mut self) -> Vec<Event> {
        let mut ready = Vec::new();
        while let Some(next) = self.waiting.keys().next().cloned() {
            if !self.is_over(&next) {
                break;
            }
            ready.extend(self.waiting.remove(&next).unwrap_or_default());
            self.current = Some(next);
        }
        ready
    }

    /// Whether nothing more can come before `next`.
    fn is_over(&self, next: &Place) -> bool {
        let is_past = |reached: &Reached| match &self.current {
            Some(current) => reached.place > *current || reached.place == *current && reached.done,
            None => true,
        };
        self.hosts
            .values()
            .all(|reached| is_past(reached) && (reached.begun >= *next || reached.place >= *next))
    }

    /// Everything that was held back.
    fn rest(&mut self) -> Vec<Event> {
        self.current = None;
        std::mem::take(&mut self.waiting).into_values().flatten().collect()
    }
}

fn place(task: &TaskInfo) -> Place {
    let number = u32::try_from(task.number).unwrap_or(u32::MAX);
    let position = if task.position.is_empty() { vec![number] } else { task.position.clone() };
    (position, task.number)
}

/// Files brought in at one task, each with the hosts that wanted it.
#[derive(Default)]
pub struct Inclusions {
    files: Vec<(String, Option<String>, Vec<HostName>)>,
}

impl Inclusions {
    /// Notes one more.
    pub fn add(&mut self, host: &HostName, file: &str, label: Option<&String>) {
        let same = self
            .files
            .iter_mut()
            .find(|(other, of, hosts)| other == file && of.as_ref() == label && !hosts.contains(host));
        match same {
            Some((_, _, hosts)) => hosts.push(host.clone()),
            None => self.files.push((file.to_owned(), label.cloned(), vec![host.clone()])),
        }
    }

    /// The lines about them, hosts in the order of the play.
    pub fn take(&mut self, play: &[HostName]) -> Vec<String> {
        let files = std::mem::take(&mut self.files);
        let lines = files.into_iter().map(|(file, label, mut hosts)| {
            hosts.sort_by_key(|host| play.iter().position(|other| other == host));
            let label = label.map(|label| format!(" => (item={label})")).unwrap_or_default();
            format!("included: {file} for {}{label}", hosts.join(", "))
        });
        lines.collect()
    }
}
