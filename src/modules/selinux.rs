//! `selinux`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::files::FileAttributes;
use super::{ArgumentError, Module};
use crate::host::{Change, Failure, Fields, Plan, Probe, Run, security, text};

choices! {
    /// What SELinux is to do.
    State { Disabled = "disabled", Enforcing = "enforcing", Permissive = "permissive" }
}

module! {
    /// Says what SELinux does, now and at the next boot.
    ///
    /// ```yaml
    /// - selinux: { policy: targeted, state: enforcing }
    /// ```
    Selinux "selinux" {
        /// The policy; needed unless it is to be disabled.
        policy: Option<String>;
        /// What SELinux is to do.
        state: State;
        /// Refused when set: the arguments of the kernel are left alone.
        update_kernel_param: bool = false;
        /// The file of settings.
        configfile ["conf", "file"]: PathText = "/etc/selinux/config";
    }
}

impl Module for Selinux {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.configfile.on(host)?;
        let original = edit::read(host, &path)?;
        let Some(before) = original.text.clone() else {
            return Err(
                host.missing(format!("there is no `{}`: this host does not know SELinux", path.display()))
            );
        };
        let policy = self.policy.clone().or_else(|| value(&before, "SELINUXTYPE")).unwrap_or_default();
        let after = with_value(&with_value(&before, "SELINUXTYPE", &policy), "SELINUX", self.state.word());
        let mut plan = Plan::nothing();
        let mut messages = Vec::new();
        if after != before {
            let attributes = FileAttributes::none();
            let how = Rewriting { attributes: &attributes, backup: false, validate: None, message: "" };
            plan.changes = original.rewrite(host, &after, &how)?.changes;
            messages.push(format!("config SELinux state changed to '{}'", self.state.word()));
        }
        let running =
            security::selinux_mode(host)?.unwrap_or_else(|| "Disabled".to_owned()).to_ascii_lowercase();
        // It can be neither started nor stopped before the next boot.
        let now = if self.state == State::Enforcing { "Enforcing" } else { "Permissive" };
        if running != "disabled" && running != now.to_ascii_lowercase() {
            let effects = vec![security::selinux_mode_effect(now)];
            plan.push(Change::Run(Run::changing(&["setenforce", now]).with_effects(effects)));
            messages
                .push(format!("SELinux state changed from '{running}' to '{}'", now.to_ascii_lowercase()));
        }
        let reboot = (running == "disabled") != (self.state == State::Disabled);
        plan.result = Fields::new()
            .with("msg", messages.join(", "))
            .with("configfile", text::from_path(&path))
            .with("policy", policy)
            .with("state", self.state.word())
            .with("reboot_required", reboot);
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.policy.is_none() && self.state != State::Disabled {
            wrong.push(ArgumentError::new("", "argument `policy` is missing"));
        }
        if self.update_kernel_param {
            wrong.push(ArgumentError::new(
                "update_kernel_param",
                "the arguments of the kernel cannot be changed here",
            ));
        }
        wrong
    }
}

fn value(file: &str, key: &str) -> Option<String> {
    let mut values =
        file.lines().filter_map(|line| line.split_once('=')).filter(|(name, _)| name.trim() == key);
    values.next().map(|(_, value)| value.trim().to_owned())
}

/// The file with the setting; a new line at the end where there is none.
fn with_value(file: &str, key: &str, wanted: &str) -> String {
    if value(file, key).as_deref() == Some(wanted) {
        return file.to_owned();
    }
    let is_it = |line: &String| line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
    let mut lines = edit::lines(file);
    match lines.iter_mut().find(|line| is_it(line)) {
        Some(line) => *line = format!("{key}={wanted}\n"),
        None => lines.push(format!("{key}={wanted}\n")),
    }
    lines.concat()
}
