//! Settings from an `ansible.cfg` and from `ANSIBLE_*` variables.

mod file;
mod find;
mod given;
mod known;

pub use given::{Given, expanded};

use super::surroundings::Surroundings;
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics, Sources};
use file::Entry;
use std::path::Path;

/// Changes settings as the file and the environment say; the environment wins.
pub fn apply(settings: &mut Settings, place: &dyn Surroundings, sources: &Sources, found: &mut Diagnostics) {
    let path = find::find(place, found);
    let mut entries = Vec::new();
    if let Some(path) = &path {
        match place.read(path) {
            Ok(text) => entries = file::entries(&text, sources.add(path, text.as_str()), found),
            Err(error) => {
                found.push(Diagnostic::warning(format!("cannot read `{}`: {error}", path.display())))
            }
        }
    }
    settings.config_file.clone_from(&path);
    let base =
        path.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_else(|| place.directory());
    let variables = place.variables();
    let mut world = World { place, base: &base, variables: &variables };
    set(settings, &entries, &mut world, found);
    if let Some(warning) = without_meaning(&entries, &variables) {
        found.push(warning);
    }
}

/// What texts of settings are relative to, and are looked up in.
struct World<'a> {
    place: &'a dyn Surroundings,
    /// The directory of the file.
    base: &'a Path,
    variables: &'a [(String, String)],
}

fn set(settings: &mut Settings, entries: &[Entry], world: &mut World, found: &mut Diagnostics) {
    for known in known::all() {
        let Some(meaning) = known.meaning else { continue };
        let exported = known.exported.iter().find_map(|name| {
            let value = world.variables.iter().find(|(key, value)| key == name && !value.is_empty());
            value.map(|(_, value)| (*name, value.as_str()))
        });
        let written = entries.iter().rfind(|entry| known.written.contains(&entry.name.as_str()));
        let directory = world.place.directory();
        let (given, span) = match (exported, written) {
            (Some((name, text)), _) => (Given::new(name, text, &directory, world.place), None),
            (None, Some(entry)) => {
                (Given::new(&entry.name, &entry.text, world.base, world.place), Some(entry.span))
            }
            (None, None) => continue,
        };
        if let Err(message) = meaning(settings, &given) {
            let diagnostic = Diagnostic::error(message);
            found.push(span.into_iter().fold(diagnostic, Diagnostic::at));
        }
    }
}

/// One warning that names everything that was set and means nothing here.
fn without_meaning(entries: &[Entry], variables: &[(String, String)]) -> Option<Diagnostic> {
    let unknown = entries.iter().filter(|entry| !known::is_written(&entry.name));
    let mut places: Vec<&Entry> = unknown.collect();
    places.dedup_by(|one, other| one.name == other.name);
    let mut names: Vec<&str> = places.iter().map(|entry| entry.name.as_str()).collect();
    let mut exported: Vec<&str> = variables
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("ANSIBLE_") && !known::is_exported(name))
        .collect();
    exported.sort_unstable();
    names.extend(exported);
    if names.is_empty() {
        return None;
    }
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let warning = Diagnostic::warning(format!("settings without a meaning here: {}", list.join(", ")));
    let warning = places.first().into_iter().fold(warning, |warning, entry| warning.at(entry.span));
    Some(warning.hint("there is no equivalent of what they ask for; the run goes on without it"))
}
