//! Facts that a host keeps of itself, in files.

use crate::host::{Data, Failure, Fields, Probe, facts as questions, json, text};
use std::path::Path;

/// What the files of a directory say, by their names.
pub fn gather(host: &dyn Probe, directory: &Path) -> Result<Fields, Failure> {
    let mut facts = Fields::new();
    if !host.is_directory(directory)? {
        return Ok(facts);
    }
    for name in host.list(directory)? {
        let path = directory.join(&name);
        let name = text::from_os(&name);
        let Some(name) = name.strip_suffix(".fact") else { continue };
        let Some(stat) = host.follow(&path)? else { continue };
        let said = if stat.mode & 0o111 != 0 {
            questions::local_fact(host, &text::from_path(&path))?
        } else {
            text::from_bytes(&host.read(&path)?)
        };
        facts.set(name, read(&said));
    }
    Ok(facts)
}

/// JSON, or sections of options.
fn read(said: &str) -> Data {
    json::parse(said).unwrap_or_else(|_| sections(said))
}

fn sections(said: &str) -> Data {
    let mut all = Fields::new();
    let mut section = String::new();
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            all.set(name, Fields::new());
            continue;
        }
        let (name, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
        let mut fields = all.get(&section).and_then(Data::as_map).cloned().unwrap_or_default();
        fields.set(name.trim().to_lowercase(), value.trim());
        all.set(section.as_str(), fields);
    }
    Data::Map(all)
}
