//! What a component was started with: the unit writes it down, the next run compares.

use super::{Component, Definition};
use crate::host::{Failure, Probe, docker::Engine, text, words};
use std::path::{Path, PathBuf};

/// Where a unit writes down what it was started with. It is gone after a boot, when everything is started anew.
pub fn record_path(name: &str) -> PathBuf {
    Path::new("/run/provision").join(format!("{name}.started"))
}

/// What the unit runs before each start, for `/bin/sh -c`: the image's id, then the hashes of all files that count.
pub fn command(component: &Component) -> String {
    let definition = Definition::of(component);
    let files = definition.files().iter().map(|file| words::quote(file)).collect::<Vec<_>>().join(" ");
    let record = record_path(&component.name);
    let (record, image) = (words::quote(&text::from_path(&record)), words::quote(&definition.image));
    format!(
        "mkdir -p /run/provision && {{ {} image inspect --format '{{{{.Id}}}}' {image}; \
         find -H {files} -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum; }} > {record}; true",
        words::quote(&component.docker)
    )
}

/// What the unit would write down if it were started now.
pub fn now(host: &dyn Probe, definition: &Definition) -> Result<String, Failure> {
    let image = Engine::of(host).image(host, &definition.image)?.text("Id").unwrap_or_default();
    let mut files = Vec::new();
    for file in definition.files() {
        collect(host, &text::to_path(&file), true, &mut files)?;
    }
    files.sort();
    let mut record = if image.is_empty() { String::new() } else { format!("{image}\n") };
    for file in files {
        record.push_str(&format!("{}  {}\n", host.hash(&file)?, text::from_path(&file)));
    }
    Ok(record)
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
    let record = record_path(&definition.name);
    if !host.exists(&record)? {
        return Ok(false);
    }
    Ok(text::from_bytes(&host.read(&record)?) == now(host, definition)?)
}
