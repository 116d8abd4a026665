//! `pause`: waits for a time, or for the person at the terminal.

use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use crate::control::Arguments;
use crate::host::{Time, clock};
use crate::report::{Activity, Status};
use crate::source::Diagnostic;
use crate::vars::{Map, Value};
use std::time::{Duration, Instant};

/// How long a task pauses.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Length {
    Seconds(u64),
    Minutes(u64),
    /// Until somebody says so.
    Open,
}

impl Interpreter {
    /// Waits for a time, or for the person at the terminal; where there is none, there is nobody to wait for.
    pub(super) async fn pause(&mut self, running: &Running, arguments: &Arguments) -> Result<Ended, Trouble> {
        self.drain().await?;
        let length = Length::of(arguments)?;
        let echo = arguments.value("echo").map_or(Ok(true), |given| {
            let wrong = || Diagnostic::error(format!("`echo` wants a boolean, not `{given}`"));
            let told = || format!("argument 'echo': The value '{given}' is not a valid boolean.");
            crate::control::switch(given).ok_or_else(|| wrong().told(told()).at(arguments.span_of("echo")))
        })?;
        let (began, start) = (Instant::now(), Time::now());
        let mut input = String::new();
        match length.seconds() {
            Some(seconds) => {
                self.activity(Activity::Waiting(format!("{seconds} seconds")));
                self.run.rest(Duration::from_secs(seconds.max(1))).await?;
            }
            None => input = self.prompted(running, arguments, echo)?,
        }
        let took = began.elapsed();
        let fields = [
            ("delta", Value::from(i64::try_from(took.as_secs()).unwrap_or(i64::MAX))),
            ("echo", echo.into()),
            ("rc", 0_i64.into()),
            ("start", moment(start).into()),
            ("stderr", "".into()),
            ("stdout", length.told(took).into()),
            ("stop", moment(Time::now()).into()),
            ("user_input", input.into()),
        ];
        let fields: Map = fields.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Ok(Ended::new(Status::Ok, fields))
    }

    fn prompted(&self, running: &Running, arguments: &Arguments, echo: bool) -> Result<String, Halt> {
        let given = arguments.value("prompt").and_then(|prompt| prompt.str().ok());
        let given = given.unwrap_or_else(|| "Press enter to continue, Ctrl+C to interrupt".to_owned());
        let hidden = if echo { "" } else { " (output is hidden)" };
        let question = format!("[{}]\n{given}{hidden}", running.info.name.trim());
        let typed = self.run.ask(&question, echo);
        if self.run.is_interrupted() {
            return Err(Halt::Interrupted);
        }
        if typed.is_none() {
            self.run
                .warn(Diagnostic::warning("Not waiting for response to prompt as stdin is not interactive"));
        }
        Ok(typed.unwrap_or_default())
    }
}

impl Length {
    fn of(arguments: &Arguments) -> Result<Length, Trouble> {
        match (whole(arguments, "minutes")?, whole(arguments, "seconds")?) {
            (Some(_), Some(_)) => {
                let message = exclusive!("minutes|seconds");
                Err(Diagnostic::error(message).at(arguments.span_of("seconds")).into())
            }
            (Some(minutes), None) => Ok(Length::Minutes(minutes)),
            (None, Some(seconds)) => Ok(Length::Seconds(seconds)),
            (None, None) => Ok(Length::Open),
        }
    }

    fn seconds(self) -> Option<u64> {
        match self {
            Length::Seconds(seconds) => Some(seconds),
            Length::Minutes(minutes) => Some(minutes.saturating_mul(60)),
            Length::Open => None,
        }
    }

    /// What Ansible says of it, in the unit that was asked for.
    fn told(self, took: Duration) -> String {
        let (length, unit) = match self {
            Length::Seconds(_) => (took.as_secs_f64(), "seconds"),
            _ => (took.as_secs_f64() / 60.0, "minutes"),
        };
        format!("Paused for {} {unit}", Value::from((length * 100.0).round() / 100.0))
    }
}

/// A number of seconds or minutes; what is behind its point does not count.
fn whole(arguments: &Arguments, name: &str) -> Result<Option<u64>, Trouble> {
    let Some(text) = arguments.value(name).filter(|value| !value.is_none()).map(ToString::to_string) else {
        return Ok(None);
    };
    match text.trim().parse::<f64>() {
        Ok(number) => Ok(Some(number.max(0.0) as u64)),
        Err(_) => {
            let message = format!("`{name}` wants a number, not `{text}`");
            let told = format!("argument '{name}': {text:?} is text, and we were unable to convert to int");
            Err(Diagnostic::error(message).told(told).at(arguments.span_of(name)).into())
        }
    }
}

fn moment(time: Time) -> String {
    format!("{}.{:06}", clock::local(time.seconds).plain(), time.nanoseconds / 1000)
}
