//! `timezone`

use super::files::FileAttributes;
use super::place::Placement;
use super::{ArgumentError, Module};
use crate::host::{Change, Content, Failure, Plan, Probe, text};
use std::path::{Path, PathBuf};

const LOCAL: &str = "/etc/localtime";
const NAME: &str = "/etc/timezone";
const CLOCK: &str = "/etc/adjtime";
const ZONES: &str = "/usr/share/zoneinfo";

choices! {
    /// What the clock of the machine shows.
    Clock { Local = "local", Utc = "UTC" }
}

module! {
    /// Sets the time zone of the host, and whether the clock of the machine shows local time.
    ///
    /// ```yaml
    /// - timezone: { name: Europe/Berlin }
    /// - timezone: { hwclock: UTC }
    /// ```
    Timezone "timezone" local {
        /// The zone, such as `Europe/Berlin`.
        name: Option<String>;
        /// What the clock of the machine shows.
        hwclock ["rtc"]: Option<Clock>;
    }
}

impl Module for Timezone {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut plan = Plan::nothing();
        if let Some(name) = &self.name {
            plan.changes.extend(zone(host, name)?);
        }
        if let Some(clock) = self.hwclock {
            plan.changes.extend(machine_clock(host, clock)?);
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let odd = |name: &&String| name.contains("..") || name.starts_with('/') || name.is_empty();
        match self.name.as_ref().filter(odd) {
            Some(name) => vec![ArgumentError::new("name", format!("`{name}` is no time zone"))],
            None if self.name.is_none() && self.hwclock.is_none() => {
                vec![ArgumentError::new("", one_of!("hwclock, name"))]
            }
            None => Vec::new(),
        }
    }
}

/// The link that all programs follow, and the name that Debian keeps beside it.
fn zone(host: &dyn Probe, name: &str) -> Result<Vec<Change>, Failure> {
    let target = Path::new(ZONES).join(name);
    if !host.follow(&target)?.is_some_and(|stat| stat.is_file()) {
        return Err(host.missing(format!("this host has no time zone `{name}` in {ZONES}")));
    }
    let path = PathBuf::from(LOCAL);
    let before = host.link_at(&path)?;
    let mut changes = Vec::new();
    let leads_there =
        before.as_ref().is_some_and(|link| link.ends_with(target.strip_prefix("/usr").unwrap_or(&target)));
    if !leads_there {
        changes.push(Change::Link { path, target, before });
    }
    let is_debian = host.exists(Path::new("/etc/debian_version"))?;
    if is_debian || host.exists(Path::new(NAME))? {
        changes.extend(written(host, NAME, &format!("{name}\n"))?);
    }
    Ok(changes)
}

/// The third line of the file says what the clock shows; what else it says is kept.
fn machine_clock(host: &dyn Probe, clock: Clock) -> Result<Vec<Change>, Failure> {
    let path = Path::new(CLOCK);
    let known = if host.exists(path)? { text::from_bytes(&host.read(path)?) } else { String::new() };
    let word = if clock == Clock::Local { "LOCAL" } else { "UTC" };
    let mut lines = known.lines();
    let (first, second) = (lines.next().unwrap_or("0.0 0 0.0"), lines.next().unwrap_or("0"));
    let found = lines.next().unwrap_or("UTC").trim();
    if found == word {
        return Ok(Vec::new());
    }
    written(host, CLOCK, &format!("{first}\n{second}\n{word}\n"))
}

fn written(host: &dyn Probe, path: &str, content: &str) -> Result<Vec<Change>, Failure> {
    let attributes = FileAttributes::none();
    Ok(Placement::of(Path::new(path), Content::inline(content), &attributes).plan(host)?.changes)
}
