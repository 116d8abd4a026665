//! `git_config_info`

use super::argument::PathText;
use super::git_config::{Scope, place};
use super::{ArgumentError, Module};
use crate::host::{Failure, Fields, Plan, Probe, security};

module! {
    /// Tells what git reads: one setting, or all.
    ///
    /// ```yaml
    /// - git_config_info: { name: user.email, scope: global }
    /// - git_config_info: { scope: file, path: /srv/app/.gitconfig }
    /// ```
    GitConfigInfo "git_config_info" {
        /// The setting; all if nothing is said.
        name: Option<String>;
        /// The repository for `scope: local`, the file for `scope: file`.
        path: Option<PathText>;
        /// Whose settings they are.
        scope: Scope = "system";
    }
}

impl Module for GitConfigInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let place = place(host, self.scope, self.path.as_ref(), self.path.as_ref())?;
        let mut values = Fields::new();
        let mut first = String::new();
        match &self.name {
            Some(name) => {
                let found = security::git_settings(host, &place, name)?;
                first = found.first().cloned().unwrap_or_default();
                values.set(name, found);
            }
            None => {
                for (name, found) in security::all_git_settings(host, &place)? {
                    values.set(&name, found);
                }
            }
        }
        Ok(Plan::say(Fields::new().with("msg", "").with("config_value", first).with("config_values", values)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let lacks = matches!(self.scope, Scope::Local | Scope::File) && self.path.is_none();
        let message = format!("`scope: {}` needs a `path`", self.scope.word());
        lacks.then(|| ArgumentError::new("", message)).into_iter().collect()
    }
}
