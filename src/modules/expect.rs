//! `expect`

use super::argument::{PathText, Raw};
use super::execution::{self, Execution};
use super::{ArgumentError, Module};
use crate::host::regex::{Flags, Regex};
use crate::host::{Answer, Carried, Conversation, Data, Failure, Plan, Probe, Report, Run, words};

module! {
    /// Runs a command at a terminal of its own, and answers what it asks.
    ///
    /// It counts as changed each time it is run. A dry run does not run it.
    ///
    /// ```yaml
    /// - expect:
    ///     command: passwd app
    ///     responses: { "(?i)password": "{{ password }}" }
    ///     timeout: 10
    /// ```
    Expect "expect" {
        /// The command; it is not given to a shell.
        command: String;
        /// The directory to run it in.
        chdir: Option<PathText>;
        /// Is not run when this file, or one like this pattern, is there.
        creates: Option<String>;
        /// Is not run when this file, or one like this pattern, is not there.
        removes: Option<String>;
        /// Regular expressions of what is asked, with the answer to each, or a list of answers in their order.
        responses: Raw;
        /// For how many seconds nothing may be asked; without a value, for any time.
        timeout: Option<i64> = 30;
        /// Whether answers are part of the output.
        echo: bool = false;
    }
}

impl Module for Expect {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let dialogue = Conversation {
            answers: self.answers()?,
            timeout: self.timeout.and_then(|seconds| u64::try_from(seconds).ok()),
            echo: self.echo,
        };
        let argv = words::split(&self.command)?;
        let execution = Execution {
            run: Run { argv, terminal: Some(dialogue), title: Some(self.command.clone()), ..Run::default() },
            said: self.command.as_str().into(),
            creates: self.creates.as_deref(),
            removes: self.removes.as_deref(),
            chdir: self.chdir.as_ref(),
        };
        execution.plan(host)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        execution::report(carried, true)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = |name: &str, message: String| vec![ArgumentError::new(name, message)];
        match (words::split(&self.command), self.answers()) {
            (Ok(words), _) if words.is_empty() => wrong("command", "no command is given".to_owned()),
            (Err(error), _) => wrong("command", format!("the command cannot be read: {error}")),
            (_, Err(error)) => wrong("responses", error),
            _ => Vec::new(),
        }
    }
}

impl Expect {
    fn answers(&self) -> Result<Vec<Answer>, String> {
        let Data::Map(responses) = &self.responses.0 else {
            return Err("`responses` wants a mapping of questions to answers".to_owned());
        };
        responses.iter().map(|(pattern, answer)| read(pattern, answer)).collect()
    }
}

fn read(pattern: &str, answer: &Data) -> Result<Answer, String> {
    Regex::new(pattern, Flags::default())?;
    let text = <String as super::Argument>::parse;
    let (texts, always) = match answer {
        Data::List(items) => (items.iter().map(text).collect::<Result<_, _>>()?, false),
        one => (vec![text(one)?], true),
    };
    Ok(Answer { pattern: pattern.to_owned(), texts, always })
}
