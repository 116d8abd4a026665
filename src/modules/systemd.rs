//! `systemd_service`, known as `systemd` too

use super::unit::{self, Unit, Wish};
use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, Scope};

choices! {
    /// What a unit is to do.
    State { Started = "started", Stopped = "stopped", Restarted = "restarted", Reloaded = "reloaded" }
}

choices! {
    /// Whose systemd.
    ScopeName { System = "system", User = "user", Global = "global" }
}

module! {
    /// Manages units of systemd.
    ///
    /// ```yaml
    /// - systemd: { name: app, state: started, enabled: true, daemon_reload: true }
    /// - systemd_service: { name: cron.service, masked: false }
    /// ```
    Systemd "systemd_service" ["systemd"] {
        /// The unit; without a suffix, `.service` is meant.
        name ["service", "unit"]: Option<String>;
        /// What it is to do. `restarted` and `reloaded` do so each time.
        state: Option<State>;
        /// Whether it starts at boot.
        enabled: Option<bool>;
        /// Whether it is masked.
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
    }
}

impl Module for Systemd {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let scope = self.scope();
        // What the unit is can be read only when its file has been.
        if host.stage() == 0 && (self.daemon_reload || self.daemon_reexec) {
            return Ok(self.managers(scope));
        }
        let Some(name) = &self.name else {
            return Ok(Plan::say(Fields::new().with("name", Data::Null).with("status", Fields::new())));
        };
        let unit = Unit::find(host, name, scope)?;
        let wish = Wish {
            state: self.state,
            enabled: self.enabled,
            masked: self.masked,
            no_block: self.no_block,
            force: self.force.unwrap_or(false),
        };
        Ok(Plan { changes: wish.changes(host, &unit)?, result: wish.result(name, &unit), again: false })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wishes = [
            ("state", self.state.is_some()),
            ("enabled", self.enabled.is_some()),
            ("masked", self.masked.is_some()),
        ];
        let wish = wishes.into_iter().find(|(_, given)| *given);
        match (&self.name, wish) {
            (None, Some((wish, _))) => {
                let message = format!("missing parameter(s) required by '{wish}': name");
                vec![ArgumentError::new(wish, message)]
            }
            (None, None) if !self.daemon_reload && !self.daemon_reexec => {
                vec![ArgumentError::new(
                    "",
                    "nothing is asked for: one of `name`, `daemon_reload`, `daemon_reexec` is missing",
                )]
            }
            _ => Vec::new(),
        }
    }
}

impl Systemd {
    fn scope(&self) -> Scope {
        match self.scope {
            ScopeName::System => Scope::System,
            ScopeName::User => Scope::User,
            ScopeName::Global => Scope::Global,
        }
    }

    fn managers(&self, scope: Scope) -> Plan {
        let mut plan = Plan::nothing().and_again();
        if self.daemon_reload {
            plan.push(unit::manager(scope, "daemon-reload"));
        }
        if self.daemon_reexec {
            plan.push(unit::manager(scope, "daemon-reexec"));
        }
        plan
    }
}
