//! Questions about capabilities of files, alternatives, settings of git, and SELinux.

use super::answer::{ask, ask_about, output_of};
use super::{Dialogue, Effect, Failure, Fields, Probe, Subject};
use std::collections::BTreeMap;

/// The capabilities of a file, as `getcap` writes them: `cap_net_raw=ep`.
pub fn capabilities(host: &dyn Probe, path: &str) -> Result<String, Failure> {
    let said = ask(host, &["getcap", "-n", path])?;
    let said = if said.rc == 0 { said } else { ask(host, &["getcap", path])? };
    let line = said.stdout.lines().next().unwrap_or_default();
    let rest = line.strip_prefix(path).unwrap_or_default().trim();
    // Old versions put an equals sign between.
    Ok(rest.strip_prefix("= ").unwrap_or(rest).to_owned())
}

/// For a dry run: the file would have these capabilities.
pub fn capabilities_effect(path: &str, capabilities: &str) -> Effect {
    let subject = Subject::Output(["getcap", "-n", path].map(str::to_owned).to_vec());
    let line = if capabilities.is_empty() { String::new() } else { format!("{path} {capabilities}\n") };
    Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", line).into())
}

/// What is known of an alternative, as `--display` shows it; empty where there is none.
pub fn alternative(host: &dyn Probe, program: &str, name: &str) -> Result<String, Failure> {
    Ok(ask_about(host, alternative_asked(program, name).query(), program)?.well().unwrap_or_default())
}

/// For a dry run: this would be known of the alternative.
pub fn alternative_effect(program: &str, name: &str, known: &str) -> Effect {
    let answer = Fields::new().with("rc", i64::from(known.is_empty())).with("stdout", known);
    Effect::Set(alternative_asked(program, name).query().subject().clone(), answer.into())
}

fn alternative_asked(program: &str, name: &str) -> Dialogue {
    Dialogue::of([program, "--display", name].map(str::to_owned).to_vec())
}

/// The values of a setting of git, in the order of the file. `place` says which file.
pub fn git_settings(host: &dyn Probe, place: &[String], name: &str) -> Result<Vec<String>, Failure> {
    let said = told_by_git(host, git_asked(place, &["--get-all", name]))?;
    Ok(said.lines().map(str::to_owned).collect())
}

/// All settings of git in a file, each with its values.
pub fn all_git_settings(
    host: &dyn Probe,
    place: &[String],
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let said = told_by_git(host, git_asked(place, &["--null", "--list"]))?;
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in said.split('\0').filter(|entry| !entry.is_empty()) {
        let (name, value) = entry.split_once('\n').unwrap_or((entry, ""));
        all.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    Ok(all)
}

/// What git prints; nothing where there are no settings.
fn told_by_git(host: &dyn Probe, asked: Dialogue) -> Result<String, Failure> {
    let said = ask_about(host, asked.query(), "git")?;
    match said.rc {
        0 => Ok(said.stdout),
        1 => Ok(String::new()),
        _ if said.stderr.contains("No such file") || said.stderr.contains("unable to read") => {
            Ok(String::new())
        }
        _ => Err(host.missing(format!("git refuses: {}", said.stderr.trim()))),
    }
}

/// For a dry run: the setting would have these values.
pub fn git_effect(place: &[String], name: &str, values: &[String]) -> Effect {
    let list: String = values.iter().map(|value| format!("{value}\n")).collect();
    let answer = Fields::new().with("rc", i64::from(values.is_empty())).with("stdout", list);
    Effect::Set(git_asked(place, &["--get-all", name]).query().subject().clone(), answer.into())
}

fn git_asked(place: &[String], question: &[&str]) -> Dialogue {
    let words = std::iter::once("git".to_owned()).chain(place.iter().cloned());
    Dialogue::of(words.chain(question.iter().map(|word| (*word).to_owned())).collect())
}

/// What SELinux does now: `Enforcing`, `Permissive` or `Disabled`; `None` where the host does not know it.
pub fn selinux_mode(host: &dyn Probe) -> Result<Option<String>, Failure> {
    let said = host.ask(&Dialogue::of(vec!["getenforce".to_owned()]).query())?;
    Ok(said.text("stdout").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// For a dry run: SELinux would do this.
pub fn selinux_mode_effect(mode: &str) -> Effect {
    let subject = Dialogue::of(vec!["getenforce".to_owned()]).query().subject().clone();
    Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", mode).into())
}

/// Whether a switch of SELinux is on; `None` where there is none of that name.
pub fn selinux_switch(host: &dyn Probe, name: &str) -> Result<Option<bool>, Failure> {
    Ok(ask(host, &["getsebool", name])?.well().map(|line| line.trim_end().ends_with("on")))
}

/// Whether a switch of SELinux is on at the next boot; `None` where that cannot be told.
pub fn selinux_boot_switch(host: &dyn Probe, name: &str) -> Result<Option<bool>, Failure> {
    let said = host.ask(&output_of(&SWITCHES))?;
    let list = said.text("stdout").unwrap_or_default();
    let line = list.lines().find(|line| line.split_whitespace().next() == Some(name));
    let states = line.and_then(|line| line.split_once('(')).map(|(_, states)| states);
    let later = states.and_then(|states| states.split([',', ')']).nth(1)).map(str::trim);
    Ok(later.map(|later| later == "on"))
}

const SWITCHES: [&str; 4] = ["semanage", "boolean", "--list", "--noheading"];

/// For a dry run: the switch would be so, now and, if asked, at the next boot.
pub fn selinux_switch_effects(name: &str, on: bool, persistent: bool) -> Vec<Effect> {
    let word = if on { "on" } else { "off" };
    let said = |argv: &[&str], line: String| {
        let subject = Subject::Output(argv.iter().map(|word| (*word).to_owned()).collect());
        Effect::Set(subject, Fields::new().with("rc", 0).with("stdout", line).into())
    };
    let mut effects = vec![said(&["getsebool", name], format!("{name} --> {word}\n"))];
    effects.extend(persistent.then(|| said(&SWITCHES, format!("{name} ({word} , {word}) planned\n"))));
    effects
}
