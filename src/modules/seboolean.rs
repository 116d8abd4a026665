//! `seboolean`

use super::Module;
use crate::host::{Change, Failure, Fields, Plan, Probe, Run, security};

module! {
    /// Sets a switch of SELinux.
    ///
    /// ```yaml
    /// - seboolean: { name: httpd_can_network_connect, state: true, persistent: true }
    /// ```
    Seboolean "seboolean" {
        /// The switch.
        name: String;
        /// Keeps it for the next boot.
        persistent: bool = false;
        /// Whether it is to be on.
        state: bool;
        /// Goes on where SELinux is disabled.
        ignore_selinux_state: bool = false;
    }
}

impl Module for Seboolean {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let running = security::selinux_mode(host)?.is_some_and(|mode| mode != "Disabled");
        if !running && !self.ignore_selinux_state {
            return Err(host.missing("SELinux is disabled on this host".to_owned()));
        }
        let found = security::selinux_switch(host, &self.name)?;
        let Some(found) = found else {
            return Err(host.missing(format!("SELinux has no switch `{}`", self.name)));
        };
        let result = Fields::new()
            .with("name", self.name.as_str())
            .with("persistent", self.persistent)
            .with("state", self.state);
        let mut plan = Plan::say(result);
        let later = if self.persistent { security::selinux_boot_switch(host, &self.name)? } else { None };
        if found != self.state || later.is_some_and(|later| later != self.state) {
            let mut argv = vec!["setsebool"];
            argv.extend(Some("-P").filter(|_| self.persistent));
            argv.extend([self.name.as_str(), if self.state { "on" } else { "off" }]);
            let effects = security::selinux_switch_effects(&self.name, self.state, self.persistent);
            plan.push(Change::Run(Run::changing(&argv).with_effects(effects)));
        }
        Ok(plan)
    }
}
