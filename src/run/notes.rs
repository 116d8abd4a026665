//! Notifications as a host keeps them until their handlers have run, so that the next run finds what this one could not finish.
//!
//! Hosts keep them for whoever comes, so each names its project and the host in its inventory: one machine may have several names.

use super::handlers::Handler;
use super::interpreter::Interpreter;
use super::pipeline::Running;

impl Interpreter {
    /// Notifications as the agent keeps them.
    pub fn notes(&self, names: &[String]) -> Vec<String> {
        let mark = self.mark();
        names.iter().map(|name| format!("{mark}{name}")).collect()
    }

    /// Forgets on the host that handlers were notified: they have run.
    pub fn settle_notes(&mut self, names: &[String]) {
        let notes = self.notes(names);
        for lane in self.pipeline.lane.iter().chain(&self.parked).filter(|_| !notes.is_empty()) {
            // A line that is gone leaves the notes, which the next run finds.
            let _ = lane.requests.settle(notes.clone());
        }
    }

    /// Takes back what the agent noted with a change that counts as none, or with a failure that is forgiven; what others
    /// notified, or may still notify, stays.
    pub fn take_back_notes(&mut self, running: &Running) {
        let others = |name: &String| self.notified.holds(name) || self.pipeline.may_notify_of(name);
        let names: Vec<String> = running.notify.iter().filter(|name| !others(name)).cloned().collect();
        self.settle_notes(&names);
    }

    /// Takes up a notification that an interrupted run of this project left on the host, if a handler here answers to it.
    pub fn remember_notification(&mut self, note: &str) {
        let Some(name) = note.strip_prefix(&self.mark()) else { return };
        let answers = |handler: &Handler| {
            let named = handler.task.name.as_ref().and_then(|name| name.str().ok());
            named.as_deref() == Some(name)
                || handler.task.own.listen.iter().any(|topic| topic.as_str() == Some(name))
        };
        if self.play.handlers.iter().any(answers) {
            self.notified.remember(name);
        }
    }

    /// What the notes of this project on this host begin with.
    fn mark(&self) -> String {
        format!("{}\t{}\t", self.play.play.dir.display(), self.host.name)
    }
}
