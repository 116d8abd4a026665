//! `at`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Bytes, Change, Failure, Plan, Probe, Run, at, text};

choices! {
    /// Whether the job is to wait.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// What is counted.
    Units { Minutes = "minutes", Hours = "hours", Days = "days", Weeks = "weeks" }
}

module! {
    /// Has a command or a script run once, later.
    ///
    /// ```yaml
    /// - at: { command: "systemctl restart app", count: 20, units: minutes, unique: true }
    /// - at: { command: "systemctl restart app", state: absent }
    /// ```
    At "at" {
        /// The command.
        command: Option<String>;
        /// A script on the host.
        script_file: Option<PathText>;
        /// After how many of the units.
        count: Option<i64>;
        /// What is counted.
        units: Option<Units>;
        /// Whether it is to wait; all jobs with it go where it is not.
        state: State = "present";
        /// Adds no job where one with it waits already.
        unique: bool = false;
    }
}

impl Module for At {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let script = self.script(host)?;
        let jobs = at::jobs(host)?;
        let asked: &[String] = if self.state == State::Absent || self.unique { &jobs } else { &[] };
        let same = those_with(host, asked, script.trim())?;
        let plan = match (self.state, self.units) {
            (State::Absent, _) => removed(&jobs, &same),
            (State::Present, None) => return Err("argument `units` is missing".into()),
            (State::Present, Some(_)) if self.unique && !same.is_empty() => Plan::nothing(),
            (State::Present, Some(units)) => self.added(jobs, script, units).with("units", units.word()),
        };
        Ok(plan.with("state", self.state.word()))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        match (&self.command, &self.script_file) {
            (Some(_), Some(_)) => wrong.push(ArgumentError::new("", exclusive!("command|script_file"))),
            (None, None) => wrong.push(ArgumentError::new("", one_of!("command, script_file"))),
            _ => {}
        }
        if self.state == State::Present && (self.units.is_none() || self.count.unwrap_or(0) < 1) {
            wrong.push(ArgumentError::new("", "`state: present` needs `count` and `units`"));
        }
        wrong
    }
}

impl At {
    fn script(&self, host: &dyn Probe) -> Result<String, Failure> {
        let script = match (&self.command, &self.script_file) {
            (None, Some(path)) => text::from_bytes(&host.read(&path.on(host)?)?),
            (command, _) => format!("{}\n", command.as_deref().unwrap_or_default()),
        };
        if script.trim().is_empty() { Err("there is nothing to run".into()) } else { Ok(script) }
    }

    fn added(&self, mut jobs: Vec<String>, script: String, units: Units) -> Plan {
        let count = self.count.unwrap_or_default();
        let last = jobs.iter().filter_map(|job| job.parse::<u64>().ok()).max().unwrap_or_default();
        let new = (last + 1).to_string();
        jobs.push(new.clone());
        let effects = vec![at::becomes(&jobs), at::would_run(&new, &script)];
        let argv = ["at", "now", "+", &count.to_string(), units.word()].map(str::to_owned).to_vec();
        let stdin = Some(Bytes(text::to_bytes(&script)));
        let title = format!("at now + {count} {}: {}", units.word(), script.trim());
        let run = Run { argv, stdin, effects, counts: true, ..Run::default() }.titled(title);
        let script_file = self.script_file.as_ref().map(|path| path.0.clone());
        Plan::one(Change::Run(run)).with("count", count).with("script_file", script_file)
    }
}

/// The jobs that hold a script.
fn those_with(host: &dyn Probe, jobs: &[String], script: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for job in jobs {
        if at::script(host, job)?.contains(script) {
            found.push(job.clone());
        }
    }
    Ok(found)
}

fn removed(jobs: &[String], same: &[String]) -> Plan {
    let mut left = jobs.to_vec();
    let remove = |job: &String| {
        left.retain(|known| known != job);
        Change::Run(Run::changing(&["at", "-r", job]).with_effects(vec![at::becomes(&left)]))
    };
    Plan::from(same.iter().map(remove).collect::<Vec<_>>())
}
