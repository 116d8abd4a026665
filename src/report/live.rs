//! Where every host is now: what is drawn again and again at the foot of the terminal.

use super::reporter::Screen;
use super::story::title;
use super::style::{Line, Style, columns, count};
use super::{Activity, Event, HostName};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Most live lines, however high the terminal is.
const MOST: usize = 10;
/// The longest name of a host that the others are aligned to.
const LONGEST_NAME: usize = 24;
/// Columns of the bar that shows how far a host is.
const BAR: usize = 16;
/// How long a host is at one thing until the time is shown.
const LONG: Duration = Duration::from_secs(2);

/// What all hosts of the play are doing.
pub struct Live {
    screen: Screen,
    hosts: Vec<Host>,
    /// Where each host stands in the list.
    places: HashMap<HostName, usize>,
}

struct Host {
    name: HostName,
    activity: Option<Activity>,
    since: Instant,
    done: usize,
    known: usize,
}

impl Live {
    /// Nobody does anything yet.
    pub fn new(screen: Screen) -> Live {
        Live { screen, hosts: Vec::new(), places: HashMap::new() }
    }

    /// The terminal has another size now.
    pub fn resize(&mut self, rows: usize, columns: usize) {
        (self.screen.rows, self.screen.columns) = (rows, columns);
    }

    /// Notes what a host does.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Play { hosts, .. } => {
                self.hosts = hosts.iter().map(Host::new).collect();
                self.places = hosts.iter().enumerate().map(|(place, host)| (host.clone(), place)).collect();
            }
            Event::Activity { host, activity } => {
                let host = self.host(host);
                let is_other = host.activity.as_ref().map(std::mem::discriminant)
                    != Some(std::mem::discriminant(activity))
                    || matches!(activity, Activity::Running(_) | Activity::Waiting(_));
                // What a task is at does not begin it anew.
                if is_other && !matches!(activity, Activity::Doing(_)) {
                    host.since = Instant::now();
                }
                host.activity = Some(activity.clone());
            }
            Event::Progress { host, done, known } => {
                let host = self.host(host);
                (host.done, host.known) = (*done, *known);
            }
            Event::End { .. } => {
                self.hosts.clear();
                self.places.clear();
            }
            _ => {}
        }
    }

    fn host(&mut self, name: &HostName) -> &mut Host {
        let next = self.hosts.len();
        let place = *self.places.entry(name.clone()).or_insert(next);
        if place >= next {
            self.hosts.push(Host::new(name));
        }
        &mut self.hosts[place.min(next)]
    }

    /// The lines to draw now: the hosts that are at work, as many as there is room for, and how many more.
    pub fn lines(&self) -> Vec<Line> {
        let working: Vec<&Host> = self.hosts.iter().filter(|host| host.is_working()).collect();
        let room = (self.screen.rows / 3).clamp(1, MOST);
        let shown = if working.len() > room { room - 1 } else { working.len() };
        let names =
            working.iter().take(shown).map(|host| columns(&host.name)).max().unwrap_or(0).min(LONGEST_NAME);
        let width = self.screen.columns.saturating_sub(1);
        let mut lines: Vec<Line> =
            working.iter().take(shown).map(|host| host.line(names).fit(width)).collect();
        if working.len() > shown {
            let what = if shown == 0 {
                count(working.len(), "host")
            } else {
                format!("and {} more", working.len() - shown)
            };
            lines.push(Line::of(Style::Faint, format!("{what}: {}", in_words(&working[shown..]))).fit(width));
        }
        lines
    }

    /// The same in one sentence, for a log.
    pub fn sentence(&self) -> Line {
        let working: Vec<&Host> = self.hosts.iter().filter(|host| host.is_working()).collect();
        let [host] = working[..] else {
            return Line::new().text(format!("… {}: {}", count(working.len(), "host"), in_words(&working)));
        };
        Line::new().text(format!("… {}: {}", host.name, host.doing()))
    }
}

/// How many hosts do what.
fn in_words(hosts: &[&Host]) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for host in hosts {
        match kinds.iter_mut().find(|(kind, _)| *kind == host.kind()) {
            Some((_, number)) => *number += 1,
            None => kinds.push((host.kind(), 1)),
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    kinds.join(", ")
}

impl Host {
    fn new(name: &HostName) -> Host {
        Host { name: name.clone(), activity: None, since: Instant::now(), done: 0, known: 0 }
    }

    fn is_working(&self) -> bool {
        !matches!(self.activity, None | Some(Activity::Finished))
    }

    fn kind(&self) -> &'static str {
        match self.activity {
            Some(Activity::Connecting) => "connecting",
            Some(Activity::Delivering { .. }) => "receiving the agent",
            Some(Activity::GatheringFacts) => "gathering facts",
            Some(Activity::Running(_) | Activity::Doing(_)) => "running",
            Some(Activity::Waiting(_)) => "waiting",
            None | Some(Activity::Finished) => "idle",
        }
    }

    /// What it does, in words.
    fn doing(&self) -> String {
        match &self.activity {
            Some(Activity::Running(task)) => title(task),
            Some(Activity::Doing(what)) => what.clone(),
            Some(Activity::Waiting(what)) => format!("waiting for {what}"),
            Some(Activity::Delivering { done, all }) => {
                format!("receiving the agent, {} %", done.saturating_mul(100).checked_div(*all).unwrap_or(0))
            }
            _ => self.kind().to_owned(),
        }
    }

    fn line(&self, names: usize) -> Line {
        let line = Line::new().column(Style::Strong, &self.name, names).text("  ");
        let line = if self.known > 0 { line.join(self.bar()).text("  ") } else { line };
        let works = matches!(self.activity, Some(Activity::Running(_) | Activity::Doing(_)));
        let style = if works { Style::Plain } else { Style::Faint };
        let line = line.add(style, self.doing());
        let at_it = self.since.elapsed();
        if at_it < LONG { line } else { line.add(Style::Faint, format!("  {} s", at_it.as_secs())) }
    }

    fn bar(&self) -> Line {
        let full = (self.done * BAR).checked_div(self.known).unwrap_or(0).min(BAR);
        let digits = self.known.to_string().len();
        let numbers = format!(" {:>digits$}/{}", self.done, self.known);
        Line::of(Style::Good, "━".repeat(full))
            .add(Style::Faint, "─".repeat(BAR - full))
            .add(Style::Faint, numbers)
    }
}
