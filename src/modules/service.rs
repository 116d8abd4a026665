//! `service`

use super::Module;
use super::systemd::State;
use super::unit::{self, Unit, Wish, whole_name};
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, Run, Scope, systemd};
use std::path::Path;

module! {
    /// Manages services, whatever manages them on the host.
    ///
    /// ```yaml
    /// - service: { name: cron, state: started, enabled: true }
    /// ```
    Service "service" ["sysvinit"] {
        /// The service.
        name: String;
        /// What it is to do. `restarted` and `reloaded` do so each time.
        state: Option<State>;
        /// Whether it starts at boot.
        enabled: Option<bool>;
        /// Seconds between stop and start, where a restart is made of both.
        sleep: Option<i64>;
        /// What its process is called, where nothing else tells whether it runs.
        pattern: Option<String>;
        /// The run level, where there are some.
        runlevel: String = "default";
        /// More words for the command, where it takes some.
        arguments ["args"]: Option<String>;
        /// Reads unit files again first, where systemd manages it.
        daemon_reload ["daemon-reload"]: bool = false;
        /// What manages it; found out if nothing is said.
        r#use: String = "auto";
    }
}

impl Module for Service {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if systemd::is_running(host)?
            || host.exists(Path::new("/usr/bin/systemctl"))?
            || host.exists(Path::new("/bin/systemctl"))?
        {
            return self.by_systemd(host);
        }
        self.by_script(host)
    }

    fn check(&self) -> Vec<super::ArgumentError> {
        let nothing = self.state.is_none() && self.enabled.is_none();
        if nothing {
            vec![super::ArgumentError::new("", "one of `state`, `enabled` is missing")]
        } else {
            Vec::new()
        }
    }
}

impl Service {
    fn by_systemd(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        if host.stage() == 0 && self.daemon_reload {
            let mut plan = Plan::nothing().and_again();
            plan.push(unit::manager(Scope::System, "daemon-reload"));
            return Ok(plan);
        }
        let unit = Unit::find(host, &self.name, Scope::System)?;
        let wish =
            Wish { state: self.state, enabled: self.enabled, masked: None, no_block: false, force: false };
        Ok(Plan { changes: wish.changes(host, &unit)?, result: wish.result(&self.name, &unit), again: false })
    }

    /// Scripts in `/etc/init.d`: they say whether they run.
    fn by_script(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let script = format!("/etc/init.d/{}", self.name);
        if !host.exists(Path::new(&script))? {
            return Err(host.missing(format!("Could not find the requested service {}: host", self.name)));
        }
        let is_running = systemd::script_runs(host, &script)?;
        let mut plan = Plan::say(Fields::new().with("name", self.name.as_str()));
        let word = match self.state {
            Some(State::Started) if !is_running => Some("start"),
            Some(State::Stopped) if is_running => Some("stop"),
            Some(State::Restarted) => Some("restart"),
            Some(State::Reloaded) => Some("reload"),
            _ => None,
        };
        if let Some(word) = word {
            let argv = [script.as_str(), word];
            let effect = Effect::Set(
                systemd::script_subject(&script),
                Fields::new().with("rc", if word == "stop" { 3 } else { 0 }).into(),
            );
            plan.push(Change::Run(Run::changing(&argv).with_effects(vec![effect])));
        }
        plan.changes.extend(self.enable_script(host)?);
        if let Some(state) = self.state {
            plan.result.set("state", if state == State::Stopped { "stopped" } else { "started" });
        }
        if let Some(enabled) = self.enabled {
            plan.result.set("enabled", enabled);
        }
        Ok(plan)
    }

    fn enable_script(&self, host: &dyn Probe) -> Result<Option<Change>, Failure> {
        let Some(wanted) = self.enabled else { return Ok(None) };
        let links =
            crate::host::glob::expand(host, Path::new(&format!("/etc/rc[2-5].d/S[0-9][0-9]{}", self.name)))?;
        if wanted != links.is_empty() {
            return Ok(None);
        }
        let word = if wanted { "defaults" } else { "remove" };
        let argv = if wanted {
            vec!["update-rc.d", &self.name, word]
        } else {
            vec!["update-rc.d", "-f", &self.name, word]
        };
        let unit = systemd::unit_subject(&whole_name(&self.name), Scope::System);
        let effect = Effect::Merge(unit, Fields::new().with("UnitFileState", Data::Null));
        Ok(Some(Change::Run(Run::changing(&argv).with_effects(vec![effect]))))
    }
}
