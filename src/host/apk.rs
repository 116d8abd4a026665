//! Questions for apk, which manages the packages of Alpine.

use super::answer::ask_about;
use super::{Data, Dialogue, Effect, Failure, Fields, Probe, Query};

/// Whether a package is installed.
pub fn is_installed(host: &dyn Probe, name: &str) -> Result<bool, Failure> {
    Ok(ask_about(host, installed(name), "apk")?.rc == 0)
}

/// For a dry run: the package would be installed, or not.
pub fn installed_effect(name: &str, there: bool) -> Effect {
    let answer = Fields::new().with("rc", i64::from(!there));
    Effect::Set(installed(name).subject().clone(), answer.into())
}

fn installed(name: &str) -> Query {
    Dialogue::of(["apk", "info", "--installed", name].map(str::to_owned).to_vec()).query()
}

/// What apk says that it would do. Only `--simulate` makes it harmless, so it is put here and nowhere else.
pub fn foresee(host: &dyn Probe, words: &[String]) -> Result<Data, Failure> {
    let mut argv = vec!["apk".to_owned(), "--simulate".to_owned()];
    argv.extend(words.iter().cloned());
    let said = host.ask(&Dialogue::of(argv).query())?;
    if said.is_null() {
        return Err(host.missing("there is no `apk` on this host".to_owned()));
    }
    Ok(said)
}
