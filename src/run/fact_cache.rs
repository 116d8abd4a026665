//! Facts that outlive a run: a JSON file a host, as the cache plugin `jsonfile` of Ansible keeps them.

use super::host::Host;
use crate::host::{Data, Fields, json};
use crate::settings::Facts;
use crate::vars::{Moment, Part, Value};
use std::path::PathBuf;
use std::time::Duration;

/// How long facts hold where nothing is said.
const A_DAY: u64 = 86_400;

/// Sets what is known of a host from earlier runs.
pub fn load(settings: &Facts, host: &Host) {
    let Some(path) = file(settings, &host.name).filter(|path| holds(settings, path)) else { return };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let Ok(Data::Map(facts)) = json::parse(&text) else { return };
    for (name, value) in facts {
        let value = Value::from(value);
        match name.strip_prefix("ansible_") {
            Some(bare) => host.store.set(Part::Facts, bare.into(), value, Moment::default()),
            None => {
                host.store.set(Part::Cached, name.as_str().into(), value.clone(), Moment::default());
                host.store.set(Part::Facts, name.as_str().into(), value, Moment::default());
            }
        }
    }
}

/// Keeps what is known of a host for later runs.
///
/// # Errors
///
/// Where the file cannot be written.
pub fn save(settings: &Facts, host: &Host) -> std::io::Result<()> {
    let known = host.store.snapshot();
    let Some(path) = file(settings, &host.name).filter(|_| known.facts.names().next().is_some()) else {
        return Ok(());
    };
    let named = known.facts.names().filter_map(|name| {
        let own = known.cached.contains_key(name) || name.starts_with("facter_") || name.starts_with("ohai_");
        let full = if own { name.to_string() } else { format!("ansible_{name}") };
        Some((full, known.facts.value(name)?.to_data()))
    });
    let facts: Fields = named.collect();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}~", std::process::id()));
    std::fs::write(&beside, json::print(&facts.into()))?;
    std::fs::rename(beside, path)
}

/// Forgets what is known of a host from earlier runs.
pub fn forget(settings: &Facts, host: &str) {
    if let Some(path) = file(settings, host) {
        // That there is none is what is wanted.
        let _ = std::fs::remove_file(path);
    }
}

fn file(settings: &Facts, host: &str) -> Option<PathBuf> {
    let prefix = settings.cache_prefix.as_deref().unwrap_or_default();
    Some(settings.cache.as_ref()?.join(format!("{prefix}{host}")))
}

/// Whether a file is young enough to be believed.
fn holds(settings: &Facts, path: &PathBuf) -> bool {
    let seconds = settings.cache_seconds.unwrap_or(A_DAY);
    let age = std::fs::metadata(path).and_then(|found| found.modified()).ok().map(|since| since.elapsed());
    age.is_some_and(|age| seconds == 0 || age.unwrap_or_default() < Duration::from_secs(seconds))
}
