//! What `ansible-playbook` prints, for eyes and scripts that know it.

mod diff;
mod dump;
mod matching;
mod order;
mod origin;
mod paint;
mod result;
mod stats;
mod written;

use super::options::Output;
use super::reporter::Show;
use super::sink::Sink;
use super::{Event, HostName, Recap, TaskInfo, TaskKind};
use crate::source::{Diagnostic, Sources};
pub use diff::differences;
pub use dump::{abridged, json, short};
use order::{Inclusions, Order};
pub use paint::Paint;
use paint::{Tone, banner};
use std::collections::HashSet;
use std::sync::Arc;
use written::Written;

/// The output of Ansible's default callback.
pub struct Ansible {
    output: Output,
    paint: Paint,
    /// Columns of the terminal; 0 where there is none.
    columns: usize,
    sources: Arc<Sources>,
    sink: Sink,
    order: Order,
    inclusions: Inclusions,
    play: Vec<HostName>,
    lockstep: bool,
    /// Whether the first playbook was told.
    begun: bool,
    /// The task under whose heading the next lines stand.
    headed: Option<usize>,
    /// Errors that were told; each is told once.
    told: HashSet<String>,
}

impl Ansible {
    /// To a sink.
    pub fn new(output: Output, colour: bool, columns: usize, sources: Arc<Sources>, sink: Sink) -> Ansible {
        Ansible {
            paint: Paint::new(colour, &output.colours),
            output,
            columns,
            sources,
            sink,
            order: Order::default(),
            inclusions: Inclusions::default(),
            play: Vec::new(),
            lockstep: true,
            begun: false,
            headed: None,
            told: HashSet::new(),
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Playbook { name, plays } => self.playbook(name, *plays),
            Event::Play { name, hosts, lockstep, .. } => self.start_play(name, hosts, *lockstep),
            Event::Task { task } => self.task(task),
            Event::Retry { host, task, left, result } => self.retry(host, task, *left, result),
            Event::Polled { host, job, .. } => self.polled(host, job),
            Event::Item { host, task, label, result } => self.item(host, task, label, result),
            Event::Included { host, task, file, label } => self.included(host, task, file, label.as_ref()),
            Event::Done { host, task, looped, result } => self.done(host, task, *looped, result),
            Event::NoHostsLeft => {
                // Told twice, as there: of the task, and of the play.
                self.banner("NO MORE HOSTS LEFT");
                self.banner("NO MORE HOSTS LEFT");
            }
            Event::Notified { host, handler } if self.output.verbosity > 1 => {
                self.say(Tone::Verbose, &format!("NOTIFIED HANDLER {handler} for {host}"));
            }
            Event::Warning(diagnostic) => self.warn(diagnostic),
            Event::Notice { text, .. } => self.line(text),
            _ => {}
        }
    }

    fn playbook(&mut self, name: &str, plays: usize) {
        self.flush();
        if self.output.verbosity > 0 && !std::mem::replace(&mut self.begun, true) {
            let text = match &self.output.config_file {
                Some(path) => format!("Using {} as config file", path.display()),
                None => "No config file found; using defaults".to_owned(),
            };
            self.say(Tone::Verbose, &text);
        }
        if self.output.verbosity > 1 {
            let file = name.rsplit('/').next().unwrap_or(name);
            self.banner(&format!("PLAYBOOK: {file}"));
            self.say(Tone::Verbose, &format!("{plays} plays in {name}"));
        }
        if self.output.dry_run && self.output.check_mode_markers {
            self.banner("DRY RUN");
        }
    }

    fn start_play(&mut self, name: &str, hosts: &[HostName], lockstep: bool) {
        self.flush();
        (self.play, self.lockstep, self.headed) = (hosts.to_vec(), lockstep, None);
        let name = name.trim();
        let play = if name.is_empty() { "PLAY".to_owned() } else { format!("PLAY [{name}]") };
        self.banner(&format!("{play}{}", self.check_mark(self.output.dry_run)));
        if hosts.is_empty() {
            self.say(Tone::Skip, "skipping: no hosts matched");
        }
    }

    fn task(&mut self, task: &TaskInfo) {
        self.flush();
        if self.lockstep && !self.output.hide_skipped && !self.output.hide_ok {
            self.heading(task);
        }
    }

    /// The heading of a task, unless the lines before stand under it already.
    fn heading(&mut self, task: &TaskInfo) {
        if self.headed == Some(task.number) {
            return;
        }
        self.flush();
        self.headed = Some(task.number);
        let word = if task.kind == TaskKind::Handler { "RUNNING HANDLER" } else { "TASK" };
        let name = super::story::title(task);
        self.banner(&format!("{word} [{}]{}", name.trim(), self.check_mark(task.check_mode)));
        if self.output.verbosity > 1 {
            self.task_path(task);
        }
    }

    fn check_mark(&self, check_mode: bool) -> &'static str {
        if check_mode && self.output.check_mode_markers { " [CHECK MODE]" } else { "" }
    }

    fn task_path(&mut self, task: &TaskInfo) {
        if let Some(source) = self.sources.source(task.span.file) {
            let (line, _) = source.position(task.span.start);
            self.say(Tone::Debug, &format!("task path: {}:{line}", source.path.display()));
        }
    }

    fn included(&mut self, host: &HostName, task: &TaskInfo, file: &str, label: Option<&String>) {
        self.heading(task);
        self.inclusions.add(host, file, label);
        if !self.lockstep {
            self.flush();
        }
    }

    /// Tells which files were brought in at the task that is over.
    fn flush(&mut self) {
        for line in self.inclusions.take(&self.play) {
            self.say(Tone::Included, &line);
        }
    }

    fn warn(&mut self, diagnostic: &Diagnostic) {
        let place = self.sources.place(diagnostic.span());
        let place = place.map(|place| format!("\nOrigin: {place}\n")).unwrap_or_default();
        let text = format!("[WARNING]: {}{place}", diagnostic.message);
        let text = self.paint.paint(Tone::Warn, &text) + "\n";
        self.sink.complain(&text);
    }

    fn banner(&mut self, text: &str) {
        let text = banner(text, self.columns);
        self.sink.print(&text);
    }

    fn say(&mut self, tone: Tone, text: &str) {
        let text = self.paint.paint(tone, text);
        self.line(&text);
    }

    /// Failures may be wanted on the error output.
    fn say_failure(&mut self, tone: Tone, text: &str) {
        if self.output.failures_to_stderr {
            let text = self.paint.paint(tone, text) + "\n";
            self.sink.complain(&text);
        } else {
            self.say(tone, text);
        }
    }

    fn line(&mut self, text: &str) {
        self.sink.print(&format!("{text}\n"));
    }

    fn written(&self) -> Written {
        Written::of(&self.output)
    }
}

impl Show for Ansible {
    fn event(&mut self, event: &Event) {
        for ready in self.order.next(event.clone()) {
            self.show(&ready);
        }
    }

    fn end(&mut self, recap: &Recap) {
        for ready in self.order.next(Event::End { interrupted: recap.interrupted }) {
            self.show(&ready);
        }
        self.flush();
        self.stats(recap);
    }
}
