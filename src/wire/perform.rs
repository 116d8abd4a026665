//! Carrying out one call: probe, plan, apply (or lay over the probe), report.

use super::message::{Mode, Outcome, Reply, Request};
use crate::host::{Carried, Change, Done, Failure, Fields, Host, Overlay, Plan, Planned, Report, Shown};
use crate::modules::Module;
use std::time::{Duration, Instant};

/// How often a module may plan once more.
const MOST_STAGES: usize = 16;

/// Carries out one request.
pub fn perform(host: &mut Host, request: &Request) -> Reply {
    host.system.environment = request.sending.environment.clone();
    host.system.answered.replace(None);
    host.system.deadline =
        request.sending.timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut work = Work { request, carried: Carried::default(), shown: Vec::new() };
    let reported = match request.sending.mode {
        Mode::Apply => work.apply(host),
        Mode::Check => work.check(host),
    };
    work.reply(reported.map_err(|failure| timed_out(failure, request)))
}

/// A failure for want of time, as results tell it.
fn timed_out(failure: Failure, request: &Request) -> Failure {
    let is_late = matches!(&failure, Failure::Failed { result, .. } if result.get("timedout").is_some());
    let Some(seconds) = request.sending.timeout.filter(|_| is_late) else { return failure };
    let frame = failure.to_string();
    let message = format!("Timed out after {seconds} second(s).");
    Failure::new(message).with("timedout", Fields::new().with("frame", frame).with("period", seconds))
}

/// The work on one request, as far as it is done.
struct Work<'a> {
    request: &'a Request,
    carried: Carried,
    shown: Vec<Shown>,
}

impl Work<'_> {
    fn apply(&mut self, host: &mut Host) -> Result<Report, Failure> {
        for stage in 0..MOST_STAGES {
            host.system.stage = stage;
            let plan = self.request.call.plan(&host.system)?;
            if plan.changes_host() && !self.request.sending.notify.is_empty() {
                host.notes.add(&self.request.sending.notify)?;
            }
            if !self.apply_plan(host, plan)? {
                break;
            }
        }
        self.request.call.report(&host.system, &self.carried)
    }

    /// Makes the changes of a plan; whether another plan is to follow.
    fn apply_plan(&mut self, host: &Host, plan: Plan) -> Result<bool, Failure> {
        self.take_result(&plan);
        for change in plan.changes {
            host.system.go_on()?;
            let shown = change.shown(&host.system, self.request.sending.diff);
            let done = change.apply(&host.system)?;
            self.shown.extend(shown);
            self.carried.changes.push((change, done));
        }
        Ok(plan.again)
    }

    fn check(&mut self, host: &mut Host) -> Result<Report, Failure> {
        self.carried.dry = true;
        let mut single = Planned::default();
        let Host { system, planned, dry_run, .. } = host;
        let planned = if *dry_run { planned } else { &mut single };
        planned.place.clone_from(&self.request.sending.place);
        for stage in 0..MOST_STAGES {
            system.stage = stage;
            let plan = self.request.call.plan(&Overlay { system, planned })?;
            self.take_result(&plan);
            let again = plan.again;
            for change in plan.changes {
                self.shown.extend(change.shown(&Overlay { system, planned }, self.request.sending.diff));
                planned.lay(system, &change)?;
                self.carried.changes.push((change, Done::Planned));
            }
            if !again {
                break;
            }
        }
        self.request.call.report(&Overlay { system, planned }, &self.carried)
    }

    fn take_result(&mut self, plan: &Plan) {
        plan.result.iter().for_each(|(name, value)| self.carried.result.set(name, value.clone()));
    }

    fn reply(self, reported: Result<Report, Failure>) -> Reply {
        let unknown_result = self.unknown();
        let mut reply = Reply::bare(self.request.id, Outcome::Unchanged);
        reply.changes = self.shown;
        match reported {
            Ok(report) => {
                let changed = report.changed.unwrap_or_else(|| self.carried.changed());
                reply.outcome = if changed { Outcome::Changed } else { Outcome::Unchanged };
                reply.unknown_result = report.unknown.or(unknown_result);
                reply.result = report.result;
                if !self.request.sending.diff {
                    crate::modules::hush(&mut reply.result);
                }
            }
            Err(Failure::Failed { message, mut result }) => {
                if result.get("msg").is_none() {
                    result.set("msg", message.as_str());
                }
                reply.result = result;
                reply.outcome = Outcome::Failed { message };
            }
            Err(Failure::Skipped { because, result }) => {
                reply.result = result;
                reply.outcome = Outcome::Skipped { because };
            }
            Err(Failure::Unknown { because }) => {
                reply.unknown_result = Some(because.clone());
                reply.outcome = Outcome::Unknown { because };
            }
        }
        reply
    }

    /// In a dry run, what the missing fields of the result depend on.
    fn unknown(&self) -> Option<String> {
        let not_run = |(change, _): &(Change, Done)| match change {
            Change::Run(run) if run.is_open() => Some(run.not_run(self.request.sending.place.as_deref())),
            Change::Request(exchange) => Some(format!("`{}`, which was not asked", exchange.url)),
            Change::Docker(order) if order.is_watched() => {
                Some(format!("`{}`, which was not done", order.title))
            }
            Change::Wait(_) | Change::Start(_) => Some("what was not started".to_owned()),
            _ => None,
        };
        if !self.carried.dry {
            return None;
        }
        let job = self
            .request
            .sending
            .background
            .map(|_| "a job in the background, which was not started".to_owned());
        self.carried.changes.iter().find_map(not_run).or(job)
    }
}
