//! Questions about languages.

use super::answer::ask;
use super::{Effect, Failure, Fields, Probe, Subject};

/// The locales that programs can use, as `locale -a` spells them.
pub fn known(host: &dyn Probe) -> Result<Vec<String>, Failure> {
    let list = ask(host, &["locale", "-a"])?.well().unwrap_or_default();
    Ok(list.lines().map(|line| line.trim().to_owned()).collect())
}

/// For a dry run: programs could use these.
pub fn known_effect(names: &[String]) -> Effect {
    let list: String = names.iter().map(|name| format!("{name}\n")).collect();
    let subject = Subject::Output(["locale", "-a"].map(str::to_owned).to_vec());
    Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", list).into())
}
