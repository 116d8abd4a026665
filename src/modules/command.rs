//! `command`

use super::argument::{PathText, expand};
use super::execution::{self, Execution};
use super::{ArgumentError, Module};
use crate::host::{Carried, Data, Failure, Plan, Probe, Report, Run, words};

module! {
    /// Runs a program, without a shell.
    ///
    /// It counts as changed each time it is run, unless `creates` or `removes` says that it need not be.
    /// A dry run does not run it.
    ///
    /// ```yaml
    /// - command: { cmd: "make install", chdir: /src, creates: /usr/local/bin/app }
    /// - command: { argv: [touch, "a file"] }
    /// ```
    Command "command" {
        /// The command, written freely behind the word.
        _raw_params: Option<String>;
        /// The command as one text.
        cmd: Option<String>;
        /// The command as a list of words.
        argv: Option<Vec<String>>;
        /// The directory to run it in.
        chdir: Option<PathText>;
        /// Is not run when this file, or one like this pattern, is there.
        creates: Option<String>;
        /// Is not run when this file, or one like this pattern, is not there.
        removes: Option<String>;
        /// Means nothing here; for `shell`, the shell.
        executable: Option<PathText>;
        /// What the program reads.
        stdin: Option<String>;
        /// Ends what it reads with a line end.
        stdin_add_newline: bool = true;
        /// Takes line ends away from the end of its output.
        strip_empty_ends: bool = true;
        /// Expands `$VAR` and `~` in its words.
        expand_argument_vars: bool = true;
        /// Means nothing any more.
        warn: Option<bool>;
    }
}

impl Module for Command {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut argv = self.words()?;
        let said = Data::from(argv.clone());
        if self.expand_argument_vars {
            argv = argv.iter().map(|word| expand(word, host)).collect::<Result<_, _>>()?;
        }
        let stdin = execution::input(self.stdin.as_ref(), self.stdin_add_newline);
        let execution = Execution {
            run: Run { argv, stdin, ..Run::default() },
            said,
            creates: self.creates.as_deref(),
            removes: self.removes.as_deref(),
            chdir: self.chdir.as_ref(),
        };
        let mut plan = execution.plan(host)?;
        if let Some(executable) = &self.executable {
            let warning =
                format!("`executable` is no longer supported by `command`: `{}` is not used", executable.0);
            plan.result.set("warnings", vec![warning]);
        }
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        execution::report(carried, self.strip_empty_ends)
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.words() {
            Ok(words) if words.is_empty() => vec![ArgumentError::new("", "no command given")],
            Ok(_) => Vec::new(),
            Err(message) => vec![ArgumentError::new("cmd", message)],
        }
    }
}

impl Command {
    fn words(&self) -> Result<Vec<String>, String> {
        match (&self.argv, self.cmd.as_ref().or(self._raw_params.as_ref())) {
            (Some(_), Some(_)) => Err("the command is given twice, as text and as `argv`".to_owned()),
            (Some(argv), None) => Ok(argv.clone()),
            (None, Some(line)) => {
                words::split(line).map_err(|error| format!("the command cannot be read: {error}"))
            }
            (None, None) => Ok(Vec::new()),
        }
    }
}
