//! What a component was started with, and what it has read since: the unit writes it down, the next run compares.

use super::{Component, Definition};
use crate::host::{Failure, Probe, docker::Engine, text, words};
use std::path::{Path, PathBuf};

/// Where a unit writes down what it was started with. It is gone after a boot, when everything is started anew.
pub fn record_path(name: &str) -> PathBuf {
    Path::new("/run/provision").join(format!("{name}.started"))
}

/// Where a unit writes down what it has read since, without a restart.
pub fn loaded_path(name: &str) -> PathBuf {
    Path::new("/run/provision").join(format!("{name}.loaded"))
}

/// What the unit runs before each start, for `/bin/sh -c`: it writes down the image's id and the hashes of all files that
/// count, and apart from these the hashes of those that are read again without a restart.
pub fn command(component: &Component) -> String {
    let definition = Definition::of(component);
    let record = words::quote(&text::from_path(&record_path(&component.name)));
    let image = words::quote(&definition.image);
    let (docker, hashes) =
        (words::quote(&component.docker), hashes(&definition.files(), &definition.reloaded()));
    let started =
        format!("{{ {docker} image inspect --format '{{{{.Id}}}}' {image}; {hashes}; }} > {record}");
    let loaded = loaded_command(component).map(|loaded| format!("{loaded}; ")).unwrap_or_default();
    format!("mkdir -p /run/provision && {started}; {loaded}true")
}

/// What the unit runs after each reload: it writes down the hashes of the files that were read again.
pub fn loaded_command(component: &Component) -> Option<String> {
    let files = Definition::of(component).reloaded();
    let record = words::quote(&text::from_path(&loaded_path(&component.name)));
    (!files.is_empty()).then(|| format!("{{ {}; }} > {record}", hashes(&files, &[])))
}

/// Prints the hashes of files and of all below directories, but of those.
fn hashes(files: &[String], except: &[String]) -> String {
    let files = files.iter().map(|file| words::quote(file)).collect::<Vec<_>>().join(" ");
    let except: String = except.iter().map(|file| format!(" {}", unlike(file))).collect();
    format!("find -H {files} -type f{except} -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum")
}

/// Words for `find`: neither this file, nor what is below this directory.
fn unlike(path: &str) -> String {
    let mut pattern = String::new();
    for scalar in path.chars() {
        if "*?[]\\".contains(scalar) {
            pattern.push('\\');
        }
        pattern.push(scalar);
    }
    format!("! -path {} ! -path {}", words::quote(&pattern), words::quote(&format!("{pattern}/*")))
}

/// What the unit would write down if it were started now.
pub fn now(host: &dyn Probe, definition: &Definition) -> Result<String, Failure> {
    let image = Engine::of(host).image(host, &definition.image)?.text("Id").unwrap_or_default();
    let record = if image.is_empty() { String::new() } else { format!("{image}\n") };
    Ok(record + &lines(host, &definition.files(), &definition.reloaded())?)
}

/// What the unit would write down if it were reloaded now.
pub fn loaded_now(host: &dyn Probe, definition: &Definition) -> Result<String, Failure> {
    lines(host, &definition.reloaded(), &[])
}

fn lines(host: &dyn Probe, files: &[String], except: &[String]) -> Result<String, Failure> {
    let except: Vec<PathBuf> = except.iter().map(|file| text::to_path(file)).collect();
    let mut found = Vec::new();
    for file in files {
        collect(host, &text::to_path(file), true, &mut found)?;
    }
    found.retain(|file| !except.iter().any(|other| file.starts_with(other)));
    found.sort();
    found.iter().map(|file| Ok(format!("{}  {}\n", host.hash(file)?, text::from_path(file)))).collect()
}

fn collect(host: &dyn Probe, path: &Path, top: bool, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let found = if top { host.follow(path)? } else { host.stat(path)? };
    match found {
        Some(stat) if stat.is_file() => files.push(path.to_owned()),
        Some(stat) if stat.is_directory() => {
            for name in host.list(path)? {
                collect(host, &path.join(name), false, files)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether what was started is what would be started now.
pub fn is_current(host: &dyn Probe, definition: &Definition) -> Result<bool, Failure> {
    Ok(written(host, &record_path(&definition.name))? == Some(now(host, definition)?))
}

/// Whether it is on its way with something else than it should be.
pub fn starts_as_it_was(host: &dyn Probe, definition: &Definition) -> Result<bool, Failure> {
    let there = written(host, &record_path(&definition.name))?;
    Ok(there.is_some() && there != Some(now(host, definition)?))
}

/// Whether what was read last is what would be read now.
pub fn is_loaded(host: &dyn Probe, definition: &Definition) -> Result<bool, Failure> {
    let is = |there: Option<String>| Ok(there == Some(loaded_now(host, definition)?));
    if definition.reload_files.is_empty() {
        Ok(true)
    } else {
        is(written(host, &loaded_path(&definition.name))?)
    }
}

fn written(host: &dyn Probe, record: &Path) -> Result<Option<String>, Failure> {
    match host.exists(record)? {
        true => Ok(Some(text::from_bytes(&host.read(record)?))),
        false => Ok(None),
    }
}
