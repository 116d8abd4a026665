//! `capabilities`

use super::{ArgumentError, Module};
use crate::host::{Change, Failure, Plan, Probe, Run, security, text};

choices! {
    /// Whether the file is to have it.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Gives programs single powers of root, or takes them away.
    ///
    /// ```yaml
    /// - capabilities: { path: /usr/bin/ping, capability: cap_net_raw+ep }
    /// ```
    Capabilities "capabilities" {
        /// The program.
        path ["key"]: String;
        /// The power and its sets, such as `cap_net_raw+ep`.
        capability ["cap"]: String;
        /// Whether the file is to have it.
        state: State = "present";
    }
}

/// A power, `+`, `-` or `=`, and its sets.
type Capability = (String, String, String);

impl Module for Capabilities {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.trim();
        if !host.exists(&text::to_path(path))? {
            return Err(host.missing(format!("`{path}` does not exist")));
        }
        let known = read_all(&security::capabilities(host, path)?);
        let wanted = read(&self.capability.trim().to_ascii_lowercase());
        let others: Vec<Capability> = known.iter().filter(|(name, ..)| *name != wanted.0).cloned().collect();
        // `+` and `=` are the same on a file that is written as a whole.
        let is_same =
            |found: &&Capability| found.0 == wanted.0 && (self.state == State::Absent || found.2 == wanted.2);
        let there = known.iter().any(|found| is_same(&found));
        let plan = Plan::nothing().with("state", self.state.word());
        if there == (self.state == State::Present) {
            return Ok(plan);
        }
        let after: Vec<Capability> =
            others.into_iter().chain((self.state == State::Present).then_some(wanted)).collect();
        let words = after
            .iter()
            .map(|(name, operator, sets)| format!("{name}{operator}{sets}"))
            .collect::<Vec<_>>()
            .join(" ");
        let effects = vec![security::capabilities_effect(path, &words)];
        let run = if words.is_empty() {
            Run::changing(&["setcap", "-r", path])
        } else {
            Run::changing(&["setcap", &words, path])
        };
        let plan = Plan { result: plan.result, ..Plan::one(Change::Run(run.with_effects(effects))) };
        Ok(plan.with("msg", "capabilities changed"))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.state == State::Present && !self.capability.contains(['+', '-', '=']) {
            wrong.push(ArgumentError::new("capability", "`capability` must be written as `cap_net_raw+ep`"));
        }
        if self.path.starts_with('-') {
            wrong.push(ArgumentError::new("path", "`path` must not begin with a hyphen"));
        }
        wrong.extend(ArgumentError::option("capability", "power of a file", &self.capability));
        wrong
    }
}

/// `cap_net_admin,cap_net_raw=ep cap_chown=i`
fn read_all(line: &str) -> Vec<Capability> {
    let group = |group: &str| {
        let (_, operator, sets) = read(group);
        let names = group.split(['+', '-', '=']).next().unwrap_or_default().to_owned();
        names.split(',').map(|name| (name.to_owned(), operator.clone(), sets.clone())).collect::<Vec<_>>()
    };
    line.to_ascii_lowercase().split_whitespace().flat_map(group).collect()
}

fn read(word: &str) -> Capability {
    let at = word.find(['+', '-', '=']).unwrap_or(word.len());
    let (name, rest) = word.split_at(at);
    let (operator, sets) = rest.split_at(rest.len().min(1));
    (name.to_owned(), operator.to_owned(), sets.to_owned())
}
