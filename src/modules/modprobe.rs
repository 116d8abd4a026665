//! `modprobe`

use super::files::FileAttributes;
use super::place::Placement;
use super::{ArgumentError, Module};
use crate::host::{Change, Content, Effect, Failure, Fields, Kind, Plan, Probe, Run, facts, text};
use std::path::Path;

choices! {
    /// Whether it is to be loaded.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// Whether it is loaded at boot.
    Persistent { Disabled = "disabled", Present = "present", Absent = "absent" }
}

module! {
    /// Loads modules of the kernel, or takes them out.
    ///
    /// ```yaml
    /// - modprobe: { name: br_netfilter, persistent: present }
    /// ```
    Modprobe "modprobe" {
        /// The module.
        name: String;
        /// Whether it is to be loaded.
        state: State = "present";
        /// What it is given.
        params: String = "";
        /// Whether it is loaded at boot.
        persistent: Persistent = "disabled";
    }
}

impl Module for Modprobe {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let result = Fields::new()
            .with("name", self.name.as_str())
            .with("params", self.params.as_str())
            .with("state", self.state.word());
        let mut plan = Plan::say(result);
        let wanted = self.state == State::Present;
        if facts::module_is_loaded(host, &self.name)? != wanted {
            let mut argv = vec!["modprobe"];
            argv.extend(Some("-r").filter(|_| !wanted));
            argv.push(&self.name);
            argv.extend(self.params.split_whitespace().filter(|_| wanted));
            let effect = Effect::Set(facts::module_subject(&self.name), wanted.into());
            plan.push(Change::Run(Run::changing(&argv).with_effects(vec![effect])));
        }
        plan.changes.extend(self.at_boot(host)?);
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let what = "name of a module of the kernel";
        let path = self
            .name
            .contains('/')
            .then(|| ArgumentError::new("name", format!("`{}` is no {what}", self.name)));
        path.or(ArgumentError::option("name", what, &self.name)).into_iter().collect()
    }
}

impl Modprobe {
    fn at_boot(&self, host: &dyn Probe) -> Result<Vec<Change>, Failure> {
        let options = format!("options {} {}\n", self.name, self.params.trim());
        let files = [
            (format!("/etc/modules-load.d/{}.conf", self.name), Some(format!("{}\n", self.name))),
            (
                format!("/etc/modprobe.d/{}.conf", self.name),
                (!self.params.trim().is_empty()).then_some(options),
            ),
        ];
        let mut changes = Vec::new();
        for (path, content) in files {
            let path = Path::new(&path);
            match (self.persistent, content) {
                (Persistent::Present, Some(content)) => changes.extend(place(host, path, &content)?),
                (Persistent::Absent, _) if host.exists(path)? => {
                    changes.push(Change::Remove { path: path.to_owned(), kind: Kind::File });
                }
                _ => {}
            }
        }
        Ok(changes)
    }
}

fn place(host: &dyn Probe, path: &Path, content: &str) -> Result<Vec<Change>, Failure> {
    let attributes = FileAttributes::none();
    let placement = Placement::of(path, Content::inline(text::to_bytes(content)), &attributes);
    Ok(placement.plan(host)?.changes)
}
