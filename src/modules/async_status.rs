//! `async_status`

use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Data, Failure, Fields, Plan, Probe, Report, job_directory, json, text};

choices! {
    /// What is wanted of a job.
    Wanted { Status = "status", Cleanup = "cleanup" }
}

module! {
    /// Asks what has become of a task that was started with `async` and `poll: 0`.
    ///
    /// ```yaml
    /// - async_status: { jid: "j123456789012.4567" }
    /// - async_status: { jid: "j123456789012.4567", mode: cleanup }
    /// ```
    AsyncStatus "async_status" {
        /// The name of the job: `ansible_job_id` of what the task registered.
        jid: String;
        /// Whether its result is asked for, or the file that holds the result removed.
        mode: Wanted = "status";
    }
}

impl Module for AsyncStatus {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = job_directory(&|name| host.variable(name)).join(text::to_path(&self.jid));
        let results = text::from_path(&path);
        let said = Fields::new().with("ansible_job_id", self.jid.as_str());
        let said = said.with("started", true).with("finished", true).with("stdout", "").with("stderr", "");
        let Some(stat) = host.stat(&path)? else {
            let failure = Failure::new("could not find job").with("results_file", results);
            return Err(said.into_iter().fold(failure, |failure, (name, value)| failure.with(&name, value)));
        };
        if self.mode == Wanted::Cleanup {
            let plan = Plan::one(Change::Remove { path, kind: stat.kind });
            return Ok(Plan { result: said.with("erased", results), ..plan });
        }
        let said = said.with("results_file", results);
        match json::parse(&text::from_bytes(&host.read(&path)?)) {
            Ok(Data::Map(found)) => {
                Ok(Plan::say(found.into_iter().fold(said, |said, (name, value)| said.with(name, value))))
            }
            _ => Err(Failure::new("the result of the job cannot be read")
                .with("ansible_job_id", self.jid.as_str())),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.jid.contains('/') {
            true => vec![ArgumentError::new("jid", "a job's name has no `/`")],
            false => Vec::new(),
        }
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let mut flag = |name: &str| result.remove(name) == Some(Data::Bool(true));
        let (changed, failed, skipped) = (flag("changed"), flag("failed"), flag("skipped"));
        let message = result.get("msg").and_then(Data::as_text).unwrap_or("the job failed").to_owned();
        if failed {
            return Err(Failure::Failed { message, result: result.with("changed", changed) });
        }
        if skipped {
            return Err(Failure::Skipped { because: message, result });
        }
        Ok(Report { result, changed: Some(changed), unknown: None })
    }
}
