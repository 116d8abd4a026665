//! Questions for rpm and those that fetch for it: dnf, dnf5, yum.

use super::answer::{ask_about, output_of};
use super::{Data, Dialogue, Effect, Failure, Fields, Probe, Subject};

/// Whether a package, or one that provides the name or file, is installed.
pub fn is_installed(host: &dyn Probe, root: &str, name: &str) -> Result<bool, Failure> {
    let said = host.ask(&Dialogue::of(installed_words(root, name)).query())?;
    Ok(said.number::<i64>("rc") == Some(0))
}

/// For a dry run: the package would be installed, or not.
pub fn installed_effect(root: &str, name: &str, installed: bool) -> Effect {
    let subject = Dialogue::of(installed_words(root, name)).query().subject().clone();
    Effect::Set(subject, Fields::new().with("rc", i64::from(!installed)).into())
}

fn installed_words(root: &str, name: &str) -> Vec<String> {
    let mut argv = vec!["rpm"];
    argv.extend(["--root", root].into_iter().filter(|_| root != "/"));
    argv.extend(["-q", "--whatprovides", "--", name]);
    argv.into_iter().map(str::to_owned).collect()
}

/// What a fetching program says that it would do: `rc`, `stdout`, `stderr`. Only `--assumeno` makes it harmless, so it
/// is put here and nowhere else.
pub fn foresee(host: &dyn Probe, program: &str, words: &[String]) -> Result<Data, Failure> {
    let mut argv = vec![program.to_owned(), "--assumeno".to_owned()];
    argv.extend(words.iter().cloned());
    let environment = vec![("COLUMNS".to_owned(), "400".to_owned())];
    host.ask(&Dialogue { environment, ..Dialogue::of(argv) }.query())
}

/// Packages as a query of dnf lists them: name, epoch, version, release, architecture, repository.
pub fn list(host: &dyn Probe, program: &str, words: &[&str]) -> Result<Vec<Vec<String>>, Failure> {
    let format = "%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{repoid}\n";
    let mut argv = vec![program, "-q", "repoquery", "--queryformat", format];
    argv.extend(words);
    let said = ask_about(host, output_of(&argv), program)?;
    let list = said.well().unwrap_or_default();
    let lines = list.lines().filter(|line| line.matches('|').count() == 5);
    Ok(lines.map(|line| line.split('|').map(str::to_owned).collect()).collect())
}

/// The repositories that are switched on.
pub fn repositories(host: &dyn Probe, program: &str) -> Result<Vec<String>, Failure> {
    let said = ask_about(host, output_of(&[program, "-q", "repolist", "--enabled"]), program)?;
    let list = said.well().unwrap_or_default();
    let names = list.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    Ok(names.map(str::to_owned).collect())
}

/// The numbers of the keys that rpm trusts, in small letters; of old rpms their last eight digits alone.
pub fn keys(host: &dyn Probe) -> Result<Vec<String>, Failure> {
    let Subject::Output(argv) = keys_subject() else { return Ok(Vec::new()) };
    let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
    let said = ask_about(host, output_of(&argv), "rpm")?;
    Ok(said.well().unwrap_or_default().lines().map(|line| line.trim().to_ascii_lowercase()).collect())
}

/// For a dry run: rpm would trust these keys.
pub fn keys_effect(keys: &[String]) -> Effect {
    let list: String = keys.iter().map(|key| format!("{key}\n")).collect();
    Effect::Set(keys_subject(), Fields::new().with("rc", 0).with("stdout", list).into())
}

fn keys_subject() -> Subject {
    Subject::Output(["rpm", "-q", "gpg-pubkey", "--qf", "%{version}\n"].map(str::to_owned).to_vec())
}
