//! `script`

use super::argument::PathText;
use super::execution::{self, Execution};
use super::{ArgumentError, Module, Need, Source};
use crate::host::{Aside, Carried, Failure, Fields, Plan, Probe, Report, Run, words};
use std::sync::Arc;

module! {
    /// Runs a script of the controller on the host.
    ///
    /// ```yaml
    /// - script: { cmd: "setup.sh --fast", creates: /srv/done }
    /// ```
    Script "script" {
        /// The script and its arguments, written freely behind the word.
        _raw_params: Option<String>;
        /// The script and its arguments.
        cmd: Option<String>;
        /// The directory to run it in.
        chdir: Option<PathText>;
        /// Is not run when this file is there.
        creates: Option<String>;
        /// Is not run when this file is not there.
        removes: Option<String>;
        /// The interpreter, instead of the one that the script names.
        executable: Option<String>;
        /// Decrypts a script that is encrypted.
        decrypt: bool = true;
    } attached { source: Option<Arc<Source>> }
}

impl Module for Script {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let Some(Source::File { content, .. }) = self.source.as_deref() else {
            return Err("the script was not sent along".into());
        };
        let given = self.words()?;
        let mut argv = match &self.executable {
            Some(executable) => words::split(executable)?,
            None => Vec::new(),
        };
        argv.push(Aside::PROGRAM.to_owned());
        argv.extend(given.iter().skip(1).cloned());
        let line = self.line().to_owned();
        let run = Run {
            argv,
            asides: vec![Aside::program(content.clone())],
            title: Some(line.clone()),
            ..Run::default()
        };
        let execution = Execution {
            run,
            said: line.into(),
            creates: self.creates.as_deref(),
            removes: self.removes.as_deref(),
            chdir: self.chdir.as_ref(),
        };
        let plan = execution.plan(host)?;
        if !plan.changes.is_empty() {
            return Ok(plan);
        }
        let because = match (&self.creates, &self.removes) {
            (Some(creates), _) => format!("{creates} exists, matching creates option"),
            (None, removes) => {
                format!("{} does not exist, matching removes option", removes.as_deref().unwrap_or_default())
            }
        };
        Err(Failure::Skipped { because, result: Fields::new() })
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        execution::report_bare(carried)
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.words() {
            Ok(words) if words.is_empty() => {
                vec![ArgumentError::new("", one_of!("_raw_params, cmd"))]
            }
            Ok(_) => Vec::new(),
            Err(message) => vec![ArgumentError::new("cmd", message)],
        }
    }

    fn need(&self) -> Option<Need> {
        let src = self.words().ok()?.into_iter().next()?;
        Some(Need::File { src, directory: false })
    }

    fn attach(&mut self, source: Arc<Source>) -> Result<(), String> {
        self.source = Some(source);
        Ok(())
    }
}

impl Script {
    fn line(&self) -> &str {
        self.cmd.as_deref().or(self._raw_params.as_deref()).unwrap_or_default()
    }

    fn words(&self) -> Result<Vec<String>, String> {
        words::split(self.line()).map_err(|error| format!("the command cannot be read: {error}"))
    }
}
