//! `service`

use super::systemd::{ScopeName, State, Systemd};
use super::unit::whole_name;
use super::{ArgumentError, Module};
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, Run, Scope, systemd};
use std::path::Path;

module! {
    /// Manages services, whatever manages them on the host.
    ///
    /// ```yaml
    /// - service: { name: cron, state: started, enabled: true }
    /// - service: { daemon_reload: true }
    /// ```
    Service "service" ["sysvinit"] {
        /// The service.
        name ["service", "unit"]: Option<String>;
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
        /// Whether it is masked, where systemd manages it, as all that follows.
        masked: Option<bool>;
        /// Overwrites links when it is enabled.
        force: Option<bool>;
        /// Reads unit files again first.
        daemon_reload ["daemon-reload"]: bool = false;
        /// Starts the manager itself again first.
        daemon_reexec ["daemon-reexec"]: bool = false;
        /// Whose systemd.
        scope: ScopeName = "system";
        /// Does not wait until it is done.
        no_block: bool = false;
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
            return self.for_systemd().plan(host);
        }
        match &self.name {
            Some(name) => self.by_script(host, name),
            None => Err("`name` is missing: which service is meant".into()),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.for_systemd().check()
    }
}

impl Service {
    fn for_systemd(&self) -> Systemd {
        Systemd {
            name: self.name.clone(),
            state: self.state,
            enabled: self.enabled,
            masked: self.masked,
            force: self.force,
            daemon_reload: self.daemon_reload,
            daemon_reexec: self.daemon_reexec,
            scope: self.scope,
            no_block: self.no_block,
        }
    }

    /// Scripts in `/etc/init.d`: they say whether they run.
    fn by_script(&self, host: &dyn Probe, name: &str) -> Result<Plan, Failure> {
        let script = format!("/etc/init.d/{name}");
        if !host.exists(Path::new(&script))? {
            return Err(host.missing(format!("Could not find the requested service {name}: host")));
        }
        let is_running = systemd::script_runs(host, &script)?;
        let mut plan = Plan::say(Fields::new().with("name", name));
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
        plan.changes.extend(self.enable_script(host, name)?);
        if let Some(state) = self.state {
            plan.result.set("state", if state == State::Stopped { "stopped" } else { "started" });
        }
        if let Some(enabled) = self.enabled {
            plan.result.set("enabled", enabled);
        }
        Ok(plan)
    }

    fn enable_script(&self, host: &dyn Probe, name: &str) -> Result<Option<Change>, Failure> {
        let Some(wanted) = self.enabled else { return Ok(None) };
        let links = crate::host::glob::expand(host, Path::new(&format!("/etc/rc[2-5].d/S[0-9][0-9]{name}")))?;
        if wanted != links.is_empty() {
            return Ok(None);
        }
        let word = if wanted { "defaults" } else { "remove" };
        let argv =
            if wanted { vec!["update-rc.d", name, word] } else { vec!["update-rc.d", "-f", name, word] };
        let unit = systemd::unit_subject(&whole_name(name), Scope::System);
        let effect = Effect::Merge(unit, Fields::new().with("UnitFileState", Data::Null));
        Ok(Some(Change::Run(Run::changing(&argv).with_effects(vec![effect]))))
    }
}
