//! `wait_for`

use super::argument::PathText;
use super::{ArgumentError, Module, files};
use crate::host::regex::{Flags, Regex};
use crate::host::wait::{self, Until, Wait};
use crate::host::{Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report, text};
use std::time::Duration;

choices! {
    /// What is waited for.
    State { Started = "started", Stopped = "stopped", Present = "present", Absent = "absent", Drained = "drained" }
}

module! {
    /// Waits for a port, a file, or a time.
    ///
    /// A dry run looks once; what does not hold yet is reported as unknown.
    ///
    /// ```yaml
    /// - wait_for: { port: 8008, delay: 1, timeout: 60 }
    /// - wait_for: { path: /var/log/app.log, search_regex: "ready", state: present }
    /// - wait_for: { path: /run/app.lock, state: absent }
    /// ```
    WaitFor "wait_for" {
        /// The host of the port.
        host: String = "127.0.0.1";
        /// The port.
        port: Option<i64>;
        /// The file.
        path: Option<PathText>;
        /// What is waited for.
        state: State = "started";
        /// What the file or the one who answers at the port must say.
        search_regex: Option<String>;
        /// Seconds after which it is given up; without port and path, seconds to wait.
        timeout: i64 = 300;
        /// Seconds for one try to connect.
        connect_timeout: i64 = 5;
        /// Seconds before the first look.
        delay: i64 = 0;
        /// Seconds between two looks.
        sleep: i64 = 1;
        /// States that count as a connection when waiting for their end.
        active_connection_states: Vec<String> = "ESTABLISHED,FIN_WAIT1,FIN_WAIT2,SYN_RECV,SYN_SENT,TIME_WAIT";
        /// Hosts whose connections do not count.
        exclude_hosts: Option<Vec<String>>;
        /// What is said when it does not come true.
        msg: Option<String>;
    }
}

impl Module for WaitFor {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let until = self.until(host)?;
        let plan = Plan::say(self.said(host)?);
        let holds = wait::holds_now(host, &until)?;
        if holds == Some(true) && self.delay == 0 && self.search_regex.is_none() {
            return Ok(plan.with("elapsed", 0));
        }
        if host.is_dry() && until != Until::Time {
            return Err(Failure::unknown(format!("what it waits for: {}", self.target())));
        }
        let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let wait = Wait {
            until,
            delay: seconds(self.delay),
            timeout: seconds(self.timeout),
            pause: seconds(self.sleep).max(Duration::from_millis(50)),
            message: self.msg.clone().unwrap_or_else(|| self.complaint()),
        };
        Ok(Plan { changes: vec![Change::Wait(wait)], ..plan })
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        for (_, done) in &carried.changes {
            if let Done::Said(fields) = done {
                fields.iter().for_each(|(name, value)| result.set(name, value.clone()));
            }
        }
        if let Some(path) = &self.path {
            let path = path.on(host)?;
            if host.stat(&path)?.is_some() {
                files::describe(host, &path, &mut result)?;
            }
        }
        Ok(Report { changed: Some(false), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut errors = Vec::new();
        let mut wrong = |argument: &str, message: &str| errors.push(ArgumentError::new(argument, message));
        if self.port.is_some() && self.path.is_some() {
            wrong("path", "port and path parameter can not both be passed to wait_for");
        }
        if self.path.is_some() && self.state == State::Drained {
            wrong("state", "`drained` is for ports, not for files");
        }
        if self.port.is_some_and(|port| !(0..=65535).contains(&port)) {
            wrong("port", "`port` must be a number up to 65535");
        }
        if let Some(Err(message)) =
            self.search_regex.as_ref().map(|pattern| Regex::new(pattern, Flags::default()))
        {
            wrong("search_regex", &message);
        }
        for state in self.active_connection_states.iter().filter(|state| state_number(state).is_none()) {
            wrong("active_connection_states", &format!("`{state}` is no state of a connection"));
        }
        errors
    }
}

impl WaitFor {
    fn until(&self, host: &dyn Probe) -> Result<Until, Failure> {
        let (name, pattern) = (self.host.clone(), self.search_regex.clone());
        let patience = Duration::from_secs(u64::try_from(self.connect_timeout).unwrap_or(5).max(1));
        if let Some(path) = &self.path {
            let path = path.on(host)?;
            let gone = matches!(self.state, State::Absent | State::Stopped);
            return Ok(if gone { Until::Gone { path } } else { Until::There { path, pattern } });
        }
        let Some(port) = self.port.and_then(|port| u16::try_from(port).ok()) else { return Ok(Until::Time) };
        Ok(match self.state {
            State::Started | State::Present => Until::Open { host: name, port, patience, pattern },
            State::Stopped | State::Absent => Until::Closed { host: name, port, patience },
            State::Drained => Until::Drained {
                host: name,
                port,
                states: self
                    .active_connection_states
                    .iter()
                    .filter_map(|state| state_number(state))
                    .collect(),
                except: self.exclude_hosts.clone().unwrap_or_default(),
            },
        })
    }

    fn said(&self, host: &dyn Probe) -> Result<Fields, Failure> {
        let path =
            self.path.as_ref().map(|path| path.on(host)).transpose()?.map(|path| text::from_path(&path));
        Ok(Fields::new()
            .with("state", self.state.word())
            .with("port", self.port)
            .with("path", path)
            .with("search_regex", self.search_regex.clone())
            .with("match_groups", Vec::<Data>::new())
            .with("match_groupdict", Fields::new()))
    }

    fn target(&self) -> String {
        match (&self.path, self.port) {
            (Some(path), _) => format!("`{}`", path.0),
            (None, Some(port)) => format!("{}:{port}", self.host),
            (None, None) => "time".to_owned(),
        }
    }

    fn complaint(&self) -> String {
        let what = match (self.state, &self.search_regex) {
            (_, Some(regex)) => format!("search string {regex} in {}", self.target()),
            (State::Stopped | State::Absent, _) => format!("{} to stop", self.target()),
            (State::Drained, _) => format!("{} to drain", self.target()),
            _ => self.target(),
        };
        format!("Timeout when waiting for {}", what.replace('`', ""))
    }
}

/// The number of a state in the kernel's tables.
fn state_number(state: &str) -> Option<u8> {
    Some(match state.trim() {
        "ESTABLISHED" => 1,
        "SYN_SENT" => 2,
        "SYN_RECV" => 3,
        "FIN_WAIT1" => 4,
        "FIN_WAIT2" => 5,
        "TIME_WAIT" => 6,
        _ => return None,
    })
}
