//! The thread that turns events into what is seen.

use super::ansible::Ansible;
use super::json::Json;
use super::live::Live;
use super::minimal::Minimal;
use super::options::{Format, Output, Switch};
use super::plain::Plain;
use super::sink::{Sink, complain};
use super::story::Look;
use super::terminal::Terminal;
use super::{Event, Foretold, Recap, Redactor};
use crate::source::Sources;
use indicatif::MultiProgress;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// One way of showing events. Secrets are gone before an event comes here.
pub trait Show: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);

    /// Time has passed.
    fn tick(&mut self) {}

    /// Nothing more will happen.
    fn end(&mut self, recap: &Recap);
}

/// Shows nothing.
struct Silence;

impl Show for Silence {
    fn event(&mut self, _event: &Event) {}

    fn end(&mut self, _recap: &Recap) {}
}

/// Writes down what is foretold.
struct Scribe {
    foretold: Foretold,
    sources: Arc<Sources>,
}

/// How long nothing happens until live lines are drawn again.
const TICK: Duration = Duration::from_millis(100);

/// What the output is connected to.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub is_terminal: bool,
    pub columns: usize,
    pub rows: usize,
}

impl Screen {
    /// What the standard output is connected to.
    pub fn standard() -> Screen {
        let (rows, columns) = console::Term::stdout().size();
        let is_terminal = std::io::stdout().is_terminal();
        Screen { is_terminal, columns: columns.into(), rows: rows.into() }
    }
}

/// Shows the events of a run in a thread of its own.
pub struct Reporter {
    events: Sender<Event>,
    thread: JoinHandle<Recap>,
    stage: Stage,
    /// Nothing is to be said at the end.
    silent: Arc<AtomicBool>,
}

impl Reporter {
    /// Starts to show events on the standard outputs.
    pub fn start(output: &Output, sources: Arc<Sources>, redactor: Arc<Redactor>) -> Reporter {
        let mut sink = Sink::standard(redactor.clone());
        if let Some(path) = &output.log {
            sink = match sink.logging(path) {
                Ok(sink) => sink,
                Err(error) => {
                    complain(&format!("warning: cannot write the log `{}`: {error}\n", path.display()));
                    Sink::standard(redactor.clone())
                }
            };
        }
        let places = sources.clone();
        let (show, stage) = choose(output, Screen::standard(), sources, sink);
        let scribe =
            output.foretell.clone().map(|salt| Scribe { foretold: Foretold::new(salt), sources: places });
        Reporter::watching(show, stage, Recap::new(output.dry_run), redactor, scribe)
    }

    /// Starts to show events in the given way.
    pub fn with(show: Box<dyn Show>, stage: Stage, dry_run: bool, redactor: Arc<Redactor>) -> Reporter {
        Reporter::watching(show, stage, Recap::new(dry_run), redactor, None)
    }

    /// Shows nothing, and writes down what is foretold.
    pub fn silent(output: &Output, sources: Arc<Sources>, redactor: Arc<Redactor>) -> Reporter {
        let scribe = output.foretell.clone().map(|salt| Scribe { foretold: Foretold::new(salt), sources });
        Reporter::watching(Box::new(Silence), Stage::default(), Recap::new(output.dry_run), redactor, scribe)
    }

    fn watching(
        show: Box<dyn Show>,
        stage: Stage,
        recap: Recap,
        redactor: Arc<Redactor>,
        scribe: Option<Scribe>,
    ) -> Reporter {
        let (events, incoming) = channel();
        let silent = Arc::new(AtomicBool::new(false));
        let quiet = silent.clone();
        let thread = std::thread::spawn(move || watch(&incoming, show, recap, &redactor, (&quiet, scribe)));
        Reporter { events, thread, stage, silent }
    }

    /// Where the run sends its events. Sending never waits.
    pub fn sender(&self) -> Sender<Event> {
        self.events.clone()
    }

    /// For those who must have the terminal for themselves for a while.
    pub fn stage(&self) -> Stage {
        self.stage.clone()
    }

    /// Ends without a word: there was no run after all.
    pub fn abandon(self) {
        self.silent.store(true, Ordering::Relaxed);
        self.finish();
    }

    /// Waits until all senders are gone and everything is shown.
    pub fn finish(self) -> Recap {
        drop(self.events);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Shows events until there are no more, and then what came of them.
fn watch(
    events: &Receiver<Event>,
    mut show: Box<dyn Show>,
    mut recap: Recap,
    redactor: &Redactor,
    (silent, mut scribe): (&AtomicBool, Option<Scribe>),
) -> Recap {
    let start = Instant::now();
    loop {
        match events.recv_timeout(TICK) {
            Ok(event) => {
                let fingerprint = scribe.as_ref().map(|scribe| scribe.foretold.fingerprint(&event));
                let event = redactor.event(event);
                if let (Some(scribe), Some(fingerprint)) = (&mut scribe, fingerprint) {
                    scribe.foretold.add(&event, fingerprint, &scribe.sources);
                }
                recap.add(&event);
                show.event(&event);
            }
            Err(RecvTimeoutError::Timeout) => show.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    recap.took = start.elapsed();
    recap.foretold = scribe.map(|scribe| scribe.foretold).unwrap_or_default();
    if !silent.load(Ordering::Relaxed) {
        show.end(&recap);
    }
    recap
}

/// The way to show events that fits what is wanted and what the output is connected to.
pub fn choose(output: &Output, screen: Screen, sources: Arc<Sources>, sink: Sink) -> (Box<dyn Show>, Stage) {
    let colour = match output.colour {
        Switch::Auto => screen.is_terminal && !output.dumb,
        Switch::On => true,
        Switch::Off => false,
    };
    let width = screen.is_terminal.then_some(screen.columns.max(40));
    let look = Look {
        verbosity: output.verbosity,
        dry_run: output.dry_run,
        diff: output.diff,
        context: output.diff_context.unwrap_or(3),
        custom_stats: output.custom_stats,
        colour,
        width,
    };
    match output.format {
        Format::Json => (Box::new(Json::new(sources, sink)), Stage::default()),
        Format::Ansible => {
            let columns = if screen.is_terminal { screen.columns } else { 0 };
            (Box::new(Ansible::new(output.clone(), colour, columns, sources, sink)), Stage::default())
        }
        Format::Minimal => (Box::new(Minimal::new(output.clone(), colour, sink)), Stage::default()),
        Format::Auto if !screen.is_terminal || output.dumb => {
            (Box::new(Plain::new(look, sources, sink)), Stage::default())
        }
        Format::Plain => (Box::new(Plain::new(look, sources, sink)), Stage::default()),
        Format::Auto | Format::Terminal => {
            let bars = MultiProgress::new();
            let stage = Stage { bars: Some(bars.clone()) };
            (Box::new(Terminal::new(look, Live::new(screen), bars, sources, sink)), stage)
        }
    }
}

/// The terminal, which live lines and questions share.
#[derive(Clone, Default)]
pub struct Stage {
    bars: Option<MultiProgress>,
}

impl Stage {
    /// Does something, such as asking a question, while no live lines are drawn.
    pub fn alone<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bars {
            Some(bars) => bars.suspend(act),
            None => act(),
        }
    }
}
