//! `ping`

use super::Module;
use crate::host::{Failure, Fields, Plan, Probe};

module! {
    /// Answers, to show that the host can be worked on.
    ///
    /// ```yaml
    /// - ping:
    /// ```
    Ping "ping" local {
        /// What to answer; `crash` fails.
        data: String = "pong";
    }
}

impl Module for Ping {
    fn plan(&self, _host: &dyn Probe) -> Result<Plan, Failure> {
        match self.data.as_str() {
            "crash" => Err("boom".into()),
            data => Ok(Plan::say(Fields::new().with("ping", data))),
        }
    }
}
