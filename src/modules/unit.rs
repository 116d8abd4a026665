//! Units of systemd: what `systemd_service`, `service` and `component` have in common.

use super::systemd::State;
use crate::host::{Change, Data, Effect, Failure, Fields, Probe, Run, Scope, systemd};
use std::path::Path;

/// A unit as it is.
pub struct Unit {
    pub name: String,
    /// The name as it was typed.
    typed: String,
    pub scope: Scope,
    /// What `systemctl show` says.
    pub status: Data,
    /// Whether its file is there but systemd has not read it: in a dry run, it is planned.
    planned: bool,
}

/// What a unit is to be.
pub struct Wish {
    pub state: Option<State>,
    pub enabled: Option<bool>,
    pub masked: Option<bool>,
    pub no_block: bool,
    pub force: bool,
}

/// Where unit files lie.
const PLACES: [&str; 4] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

impl Unit {
    /// What systemd knows of a unit.
    pub fn find(host: &dyn Probe, name: &str, scope: Scope) -> Result<Unit, Failure> {
        let (typed, name) = (name.to_owned(), whole_name(name));
        let status = systemd::unit(host, &name, scope)?;
        let mut unit = Unit { name, typed, scope, status, planned: false };
        if !unit.is_loaded() {
            unit.planned = unit.has_file(host)?;
        }
        Ok(unit)
    }

    fn has_file(&self, host: &dyn Probe) -> Result<bool, Failure> {
        let template = self.name.split_once('@').map(|(name, rest)| {
            format!("{name}@{}", rest.find('.').and_then(|dot| rest.get(dot..)).unwrap_or_default())
        });
        for place in PLACES {
            for name in [Some(&self.name), template.as_ref()].into_iter().flatten() {
                if host.exists(&Path::new(place).join(name))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn is_loaded(&self) -> bool {
        let state = self.property("LoadState");
        !state.is_empty() && state != "not-found"
    }

    /// Whether there is such a unit.
    pub fn exists(&self) -> bool {
        self.is_loaded() || self.planned
    }

    /// A property, as text; empty where it is not there.
    pub fn property(&self, name: &str) -> String {
        self.status.text(name).unwrap_or_default()
    }

    pub fn is_active(&self) -> bool {
        matches!(self.property("ActiveState").as_str(), "active" | "activating" | "reloading" | "refreshing")
    }

    fn is_stopping(&self) -> bool {
        self.property("ActiveState") == "deactivating"
    }

    /// For good: what is enabled until the next start of the host is not.
    pub fn is_enabled(&self) -> bool {
        matches!(self.property("UnitFileState").as_str(), "enabled" | "static" | "generated" | "transient")
    }

    fn is_masked(&self) -> bool {
        matches!(self.property("UnitFileState").as_str(), "masked" | "masked-runtime")
            || self.property("LoadState") == "masked"
    }

    /// Runs `systemctl` on it; what it would come to is said for a dry run.
    pub fn control(&self, words: &[&str], effect: Fields) -> Change {
        let mut argv = vec!["systemctl"];
        argv.extend(match self.scope {
            Scope::System => None,
            Scope::User => Some("--user"),
            Scope::Global => Some("--global"),
        });
        argv.extend(words);
        argv.extend(["--", &self.name]);
        let subject = systemd::unit_subject(&self.name, self.scope);
        // A unit that is only planned is known from now on.
        let effect = effect.with("LoadState", if self.is_masked() { "masked" } else { "loaded" });
        let title = format!("{} {}", words.join(" "), self.name);
        let blame = format!("Unable to {} service {}", words.first().unwrap_or(&""), self.typed);
        let run = Run::changing(&argv).titled(title).blamed(blame);
        Change::Run(run.with_effects(vec![Effect::Merge(subject, effect)]))
    }
}

impl Wish {
    /// What must be done.
    pub fn changes(&self, host: &dyn Probe, unit: &Unit) -> Result<Vec<Change>, Failure> {
        if !unit.exists() && (self.state.is_some() || self.enabled.is_some()) {
            let stopped = self.state == Some(State::Stopped) && self.enabled != Some(true);
            if !(stopped && host.doubt().is_none() && self.masked == Some(true)) {
                return Err(host.missing(not_found(&unit.typed)));
            }
        }
        let mut changes = Vec::new();
        changes.extend(self.mask(unit));
        changes.extend(self.enable(host, unit)?);
        changes.extend(self.run(unit));
        Ok(changes)
    }

    fn mask(&self, unit: &Unit) -> Option<Change> {
        let wanted = self.masked.filter(|wanted| *wanted != unit.is_masked())?;
        let (word, state) = if wanted { ("mask", "masked") } else { ("unmask", "disabled") };
        let effect = Fields::new().with("UnitFileState", state);
        Some(unit.control(&[word], effect))
    }

    fn enable(&self, host: &dyn Probe, unit: &Unit) -> Result<Option<Change>, Failure> {
        let Some(wanted) = self.enabled else { return Ok(None) };
        let is_enabled = match unit.property("UnitFileState").as_str() {
            "generated" => starts_by_rc(host, unit)?,
            "alias" | "indirect" => systemd::is_started_by_others(host, &unit.name, unit.scope)?,
            _ => unit.is_enabled(),
        };
        if wanted == is_enabled {
            return Ok(None);
        }
        let (word, state) = if wanted { ("enable", "enabled") } else { ("disable", "disabled") };
        let mut words = vec![word];
        words.extend(Some("--force").filter(|_| self.force && wanted));
        Ok(Some(unit.control(&words, Fields::new().with("UnitFileState", state))))
    }

    fn run(&self, unit: &Unit) -> Option<Change> {
        let active = unit.is_active();
        let word = match self.state? {
            State::Started if !active => "start",
            State::Stopped if active || unit.is_stopping() => "stop",
            State::Restarted if active => "restart",
            State::Reloaded if active => "reload",
            State::Restarted | State::Reloaded => "start",
            _ => return None,
        };
        let mut words = vec![word];
        words.extend(Some("--no-block").filter(|_| self.no_block));
        let state = if word == "stop" { ("inactive", "dead") } else { ("active", "running") };
        Some(unit.control(&words, Fields::new().with("ActiveState", state.0).with("SubState", state.1)))
    }

    /// What roles read: the status is that of before.
    pub fn result(&self, name: &str, unit: &Unit) -> Fields {
        let mut result = Fields::new()
            .with("name", name)
            .with("status", unit.status.as_map().cloned().unwrap_or_default());
        if let Some(enabled) = self.enabled {
            result.set("enabled", enabled);
        }
        if let Some(state) = self.state {
            result.set("state", if state == State::Stopped { "stopped" } else { "started" });
        }
        result
    }
}

/// What is said of a service that is not there: roles look for these words.
pub fn not_found(name: &str) -> String {
    format!("Could not find the requested service {name}: host")
}

/// Whether a service of the old kind has a link that starts it at boot.
fn starts_by_rc(host: &dyn Probe, unit: &Unit) -> Result<bool, Failure> {
    let name = unit.name.trim_end_matches(".service");
    for level in ["2", "3", "4", "5", "S"] {
        let directory = format!("/etc/rc{level}.d");
        let directory = Path::new(&directory);
        let names = if host.is_directory(directory)? { host.list(directory)? } else { Vec::new() };
        if names.iter().any(|link| is_start(&link.to_string_lossy(), name)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_start(link: &str, name: &str) -> bool {
    let number = link.strip_prefix('S').and_then(|rest| rest.split_at_checked(2));
    number.is_some_and(|(digits, rest)| digits.chars().all(|digit| digit.is_ascii_digit()) && rest == name)
}

/// The name with the suffix that is meant when there is none.
pub fn whole_name(name: &str) -> String {
    let suffixes = [
        ".service",
        ".socket",
        ".device",
        ".mount",
        ".automount",
        ".swap",
        ".target",
        ".path",
        ".timer",
        ".slice",
        ".scope",
        ".snapshot",
    ];
    if suffixes.iter().any(|suffix| name.ends_with(suffix)) {
        name.to_owned()
    } else {
        format!("{name}.service")
    }
}

/// Something for the manager itself; it is no change of the host.
pub fn manager(scope: Scope, word: &str) -> Change {
    let mut argv = vec!["systemctl"];
    argv.extend(match scope {
        Scope::System => None,
        Scope::User => Some("--user"),
        Scope::Global => Some("--global"),
    });
    argv.push(word);
    let run = Run { counts: false, ..Run::changing(&argv) };
    // It changes nothing that a later call could ask for, and it leaves no doubt.
    Change::Run(run.with_effects(vec![Effect::Merge(systemd::unit_subject("-.mount", scope), Fields::new())]))
}
