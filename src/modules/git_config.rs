//! `git_config`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Change, Data, Failure, Fields, Plan, Probe, Run, security, text};

choices! {
    /// Whether the setting is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// Whose settings they are.
    Scope { File = "file", Local = "local", Global = "global", System = "system" }
}

choices! {
    /// What becomes of the values that are there.
    AddMode { Add = "add", ReplaceAll = "replace-all" }
}

module! {
    /// Sets what git reads: for the host, for a user, for a repository.
    ///
    /// ```yaml
    /// - git_config: { name: user.email, scope: global, value: me@example.org }
    /// - git_config: { name: push.pushoption, add_mode: add, value: merge, scope: system }
    /// ```
    GitConfig "git_config" {
        /// The setting.
        name: String;
        /// The repository, for `scope: local`.
        repo: Option<PathText>;
        /// The file, for `scope: file`.
        file: Option<PathText>;
        /// Whose settings they are; those of the host if nothing is said.
        scope: Option<Scope>;
        /// Whether the setting is to be there.
        state: State = "present";
        /// Its value.
        value: Option<String>;
        /// What becomes of the values that are there.
        add_mode: AddMode = "replace-all";
    }
}

impl Module for GitConfig {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let scope = self.scope.unwrap_or(Scope::System);
        let place = place(host, scope, self.repo.as_ref(), self.file.as_ref())?;
        let found = security::git_settings(host, &place, &self.name)?;
        let before = found.clone();
        let value = self.value.clone().unwrap_or_default();
        let add = self.add_mode == AddMode::Add;
        let (words, after) = match self.state {
            State::Absent if found.is_empty() => {
                return Ok(Plan::nothing().with("msg", "no setting to unset"));
            }
            State::Present if found.contains(&value) && (add || found.len() == 1) => {
                return Ok(Plan::nothing().with("msg", ""));
            }
            State::Absent => (vec!["--unset-all", "--", &self.name], Vec::new()),
            State::Present if add => {
                (vec!["--add", "--", &self.name, &value], [found, vec![value.clone()]].concat())
            }
            State::Present => (vec!["--replace-all", "--", &self.name, &value], vec![value.clone()]),
        };
        let argv = std::iter::once("git".to_owned()).chain(place.iter().cloned());
        let argv = argv.chain(words.into_iter().map(str::to_owned)).collect();
        let effects = vec![security::git_effect(&place, &self.name, &after)];
        let run = Run { argv, effects, counts: true, ..Run::default() };
        let diff = Fields::new().with("before", told(before)).with("after", told(after));
        Ok(Plan::one(Change::Run(run)).with("msg", "setting changed").with("diff", diff))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.state == State::Present && self.value.as_deref().unwrap_or_default().is_empty() {
            wrong
                .push(ArgumentError::new("", "state is present but all of the following are missing: value"));
        }
        match self.scope {
            Some(Scope::Local) if self.repo.is_none() => wrong
                .push(ArgumentError::new("", "scope is local but all of the following are missing: repo")),
            Some(Scope::File) if self.file.is_none() => {
                wrong.push(ArgumentError::new("", "scope is file but all of the following are missing: file"))
            }
            _ => {}
        }
        if self.name.starts_with('-') || !self.name.contains('.') {
            wrong.push(ArgumentError::new(
                "name",
                format!("`{}` is no name of a setting, such as `user.name`", self.name),
            ));
        }
        wrong
    }
}

/// Values as the differences tell them.
fn told(values: Vec<String>) -> Data {
    match values.as_slice() {
        [] => "\n".into(),
        [one] => format!("{one}\n").into(),
        _ => values.into(),
    }
}

/// The words of git that say which file is meant.
pub(super) fn place(
    host: &dyn Probe,
    scope: Scope,
    repo: Option<&PathText>,
    file: Option<&PathText>,
) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    if let (Scope::Local, Some(repo)) = (scope, repo) {
        words.extend(["-C".to_owned(), text::from_path(&repo.on(host)?)]);
    }
    words.extend(["config", "--includes"].map(str::to_owned));
    match (scope, file) {
        (Scope::File, Some(file)) => words.extend(["-f".to_owned(), text::from_path(&file.on(host)?)]),
        (scope, _) => words.push(format!("--{}", scope.word())),
    }
    Ok(words)
}
