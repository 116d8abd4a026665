//! `raw`

use super::execution::{self, Execution};
use super::{ArgumentError, Module};
use crate::host::{Carried, Failure, Plan, Probe, Report, Run};

module! {
    /// Runs a line of shell, without any of the niceties of `shell`.
    ///
    /// ```yaml
    /// - raw: { _raw_params: "uname -a" }
    /// ```
    Raw "raw" {
        /// The line, written freely behind the word.
        _raw_params: String;
        /// The shell.
        executable: Option<String>;
    }
}

impl Module for Raw {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let line = self._raw_params.as_str();
        let shell = self.executable.as_deref().unwrap_or("/bin/sh");
        let argv = [shell, "-c", line].map(str::to_owned).to_vec();
        let run = Run { argv, title: Some(line.to_owned()), ..Run::default() };
        let execution = Execution { run, said: line.into(), creates: None, removes: None, chdir: None };
        execution.plan(host)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        execution::report_bare(carried)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let empty = self._raw_params.trim().is_empty();
        if empty { vec![ArgumentError::new("", "no command is given")] } else { Vec::new() }
    }
}
