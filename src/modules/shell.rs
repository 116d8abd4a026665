//! `shell`

use super::argument::PathText;
use super::execution::{self, Execution};
use super::{ArgumentError, Module};
use crate::host::{Carried, Failure, Plan, Probe, Report, Run};

module! {
    /// Runs a line of shell.
    ///
    /// It counts as changed each time it is run, unless `creates` or `removes` says that it need not be.
    /// A dry run does not run it.
    ///
    /// ```yaml
    /// - shell: { cmd: "zcat dump.sql.gz | psql app", creates: /srv/restored, executable: /bin/bash }
    /// ```
    Shell "shell" {
        /// The line, written freely behind the word.
        _raw_params: Option<String>;
        /// The line.
        cmd: Option<String>;
        /// The directory to run it in.
        chdir: Option<PathText>;
        /// Is not run when this file, or one like this pattern, is there.
        creates: Option<String>;
        /// Is not run when this file, or one like this pattern, is not there.
        removes: Option<String>;
        /// The shell, by its whole path.
        executable: Option<PathText>;
        /// What the line reads.
        stdin: Option<String>;
        /// Ends what it reads with a line end.
        stdin_add_newline: bool = true;
        /// Takes line ends away from the end of its output.
        strip_empty_ends: bool = true;
        /// Means nothing any more.
        warn: Option<bool>;
    }
}

impl Module for Shell {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let line = self.line().unwrap_or_default();
        let shell = self.executable.as_ref().map_or("/bin/sh", |path| path.0.as_str());
        let argv = [shell, "-c", line].map(str::to_owned).to_vec();
        let stdin = execution::input(self.stdin.as_ref(), self.stdin_add_newline);
        let execution = Execution {
            run: Run { argv, stdin, title: Some(line.to_owned()), ..Run::default() },
            said: line.into(),
            creates: self.creates.as_deref(),
            removes: self.removes.as_deref(),
            chdir: self.chdir.as_ref(),
        };
        execution.plan(host)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        execution::report(carried, self.strip_empty_ends)
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.line() {
            Some(line) if !line.trim().is_empty() => Vec::new(),
            _ => vec![ArgumentError::new("", "no command is given")],
        }
    }
}

impl Shell {
    fn line(&self) -> Option<&str> {
        self.cmd.as_deref().or(self._raw_params.as_deref())
    }
}
