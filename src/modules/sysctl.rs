//! `sysctl`

use super::Module;
use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::files::FileAttributes;
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, facts};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sets parameters of the kernel, in a file and, where asked, in the kernel itself.
    ///
    /// ```yaml
    /// - sysctl: { name: net.ipv4.ip_forward, value: "1", sysctl_set: true, sysctl_file: /etc/sysctl.d/90-app.conf }
    /// ```
    Sysctl "sysctl" {
        /// The parameter.
        name ["key"]: String;
        /// Its value.
        value ["val"]: Option<String>;
        /// Whether it is to be there.
        state: State = "present";
        /// The file.
        sysctl_file: PathText = "/etc/sysctl.conf";
        /// Sets it in the kernel too, whatever the file says.
        sysctl_set: bool = false;
        /// Has the file read again when it has changed.
        reload: bool = true;
        /// Goes on when a parameter is not known.
        ignoreerrors: bool = false;
    }
}

impl Module for Sysctl {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.sysctl_file.on(host)?)?;
        let before = original.text.clone().unwrap_or_default();
        let after = self.edited(&before);
        let mut plan = Plan::nothing();
        if after != before {
            let attributes = FileAttributes::none();
            let how = Rewriting { attributes: &attributes, backup: false, validate: None, message: "" };
            plan = original.rewrite(host, &after, &how)?;
            plan.result = crate::host::Fields::new();
            if plan.again {
                return Ok(plan);
            }
        }
        let wanted = self.value.as_deref().map(squeezed).filter(|_| self.state == State::Present);
        let is_set = wanted
            .clone()
            .zip(facts::sysctl(host, &self.name)?)
            .is_some_and(|(wanted, found)| wanted == squeezed(&found));
        if let Some(wanted) = wanted.filter(|_| self.sysctl_set && !is_set) {
            let assignment = format!("{}={wanted}", self.name);
            let mut argv = vec!["sysctl"];
            argv.extend(Some("-e").filter(|_| self.ignoreerrors));
            argv.extend(["-w", &assignment]);
            let effect = Effect::Set(facts::sysctl_subject(&self.name), wanted.as_str().into());
            plan.push(Change::Run(Run::changing(&argv).with_effects(vec![effect])));
        }
        if self.reload && after != before {
            plan.push(self.reload(&after));
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<super::ArgumentError> {
        let missing = self.state == State::Present && self.value.is_none();
        if missing {
            vec![super::ArgumentError::new(
                "",
                "state is present but all of the following are missing: value",
            )]
        } else {
            Vec::new()
        }
    }
}

impl Sysctl {
    fn edited(&self, before: &str) -> String {
        let mut lines = Vec::new();
        let mut placed = false;
        for line in edit::lines(before) {
            if key(&line) != Some(plain(&self.name).as_str()) {
                lines.push(line);
            } else if let (State::Present, Some(value), false) = (self.state, &self.value, placed) {
                placed = true;
                let same =
                    bare(&line).split_once('=').is_some_and(|(_, found)| squeezed(found) == squeezed(value));
                lines.push(if same { line } else { format!("{}={}\n", self.name, value.trim()) });
            }
        }
        if let (State::Present, Some(value), false) = (self.state, &self.value, placed) {
            if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
                last.push('\n');
            }
            lines.push(format!("{}={}\n", self.name, value.trim()));
        }
        lines.concat()
    }

    /// Has the file read again; in a dry run, what stands in it would be set.
    fn reload(&self, after: &str) -> Change {
        let mut argv = vec!["sysctl"];
        argv.extend(Some("-e").filter(|_| self.ignoreerrors));
        argv.extend(["-p", &self.sysctl_file.0]);
        let set = |line: &str| {
            let (name, value) = line.split_once('=')?;
            (!line.starts_with(['#', ';']))
                .then(|| Effect::Set(facts::sysctl_subject(name.trim()), squeezed(value).into()))
        };
        let mut effects: Vec<Effect> = after.lines().filter_map(set).collect();
        effects.push(Effect::Set(facts::sysctl_subject("none"), crate::host::Data::Null));
        Change::Run(Run { counts: false, ..Run::changing(&argv).with_effects(effects) })
    }
}

/// The parameter that a line sets, with dots.
fn key(line: &str) -> Option<&str> {
    let line = bare(line).trim();
    if line.starts_with(['#', ';']) {
        return None;
    }
    line.split_once('=').map(|(name, _)| name.trim())
}

fn plain(name: &str) -> String {
    name.trim().to_owned()
}

/// Blanks of any kind and number are one blank.
fn squeezed(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
