//! Questions for systemd, through its command line.

use super::answer::{output, output_of, scope_option};
use super::{Data, Failure, Fields, Probe, Query, Scope, Subject, System};
use std::path::Path;

/// The properties of a unit, as text; [`Data::Null`] where nobody manages units.
pub fn unit(host: &dyn Probe, name: &str, scope: Scope) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Unit { name: name.to_owned(), scope }))
}

/// What a question about a unit is about, for effects.
pub fn unit_subject(name: &str, scope: Scope) -> Subject {
    Subject::Unit { name: name.to_owned(), scope }
}

/// Whether systemd runs the host.
pub fn is_running(host: &dyn Probe) -> Result<bool, Failure> {
    Ok(host.stat(Path::new("/run/systemd/system"))?.is_some())
}

/// Whether something starts a unit that stands for another or has another started for it: an alias, a service whose socket is
/// enabled. `systemctl` names what does so below the state.
pub fn is_started_by_others(host: &dyn Probe, name: &str, scope: Scope) -> Result<bool, Failure> {
    let mut argv = vec!["systemctl"];
    argv.extend(scope_option(scope));
    argv.extend(["is-enabled", "--full", "--", name]);
    let said = host.ask(&output_of(&argv))?;
    Ok(said.text("stdout").unwrap_or_default().trim().lines().count() > 1)
}

/// The names that `systemctl list-units` gives for a pattern.
pub fn units_like(host: &dyn Probe, pattern: &str) -> Result<Vec<String>, Failure> {
    let argv = ["systemctl", "list-unit-files", "--no-legend", "--no-pager", "--plain", "--", pattern];
    let listed = host.ask(&output_of(&argv))?;
    let listed = listed.text("stdout").unwrap_or_default();
    Ok(listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// The last lines that a unit wrote to the journal.
pub fn journal(system: &System, unit: &str, lines: u32) -> String {
    let lines = lines.to_string();
    let argv = ["journalctl", "--no-pager", "--output=short-iso", "-n", &lines, "-u", unit];
    let said = output(system, argv.map(str::to_owned).to_vec()).ok().flatten();
    said.map(Data::Map).and_then(|said| said.text("stdout")).unwrap_or_default()
}

/// What `systemctl show` says.
pub(in crate::host) fn show(system: &System, name: &str, scope: Scope) -> Result<Data, Failure> {
    let mut argv = vec!["systemctl".to_owned()];
    argv.extend(scope_option(scope).map(str::to_owned));
    argv.extend(["show", "--no-pager", "--", name].map(str::to_owned));
    let Some(fields) = output(system, argv)? else { return Ok(Data::Null) };
    let fields = Data::Map(fields);
    if fields.number::<i64>("rc") != Some(0) {
        let complaint = fields.text("stderr").unwrap_or_default();
        return Err(Failure::new(format!("systemd does not answer: {}", complaint.trim())));
    }
    Ok(Data::Map(properties(&fields.text("stdout").unwrap_or_default())))
}

/// The properties that `systemctl show` prints, lines that go on put together.
pub(in crate::host) fn properties(text: &str) -> Fields {
    let mut fields = Fields::new();
    for line in text.lines() {
        if let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_property(name)) {
            fields.set(name, value);
        }
    }
    fields
}

fn is_property(name: &str) -> bool {
    name.starts_with(|scalar: char| scalar.is_ascii_uppercase())
        && name.chars().all(|s| s.is_ascii_alphanumeric())
}

/// Whether a script of the old kind says that its service runs.
pub fn script_runs(host: &dyn Probe, script: &str) -> Result<bool, Failure> {
    Ok(host.ask(&output_of(&[script, "status"]))?.number::<i64>("rc") == Some(0))
}

/// What a question about such a script is about, for effects.
pub fn script_subject(script: &str) -> Subject {
    Subject::Output(vec![script.to_owned(), "status".to_owned()])
}
