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
        let said = match host.follow(&path)? {
            None => Err(format!("Could not stat fact ({}): there is no such file", path.display())),
            Some(stat) if stat.mode & 0o111 != 0 => questions::local_fact(host, &text::from_path(&path))?
                .map_err(|why| format!("Failure executing fact script ({}), {why}", path.display())),
            Some(_) => Ok(text::from_bytes(&host.read(&path).unwrap_or_default())),
        };
        facts.set(name, said.and_then(|said| read(&path, &said)).unwrap_or_else(Data::from));
    }
    Ok(facts)
}

/// JSON, or sections of options; what is neither says so in the place of the fact.
fn read(path: &Path, said: &str) -> Result<Data, String> {
    json::parse(said).or_else(|_| {
        let wrong =
            |kind| format!("error loading facts as {kind} - please check content: {}", path.display());
        sections(said).map_err(wrong)
    })
}

/// Sections of options, or what else it might have been. A lone `%` would begin the name of another option.
fn sections(said: &str) -> Result<Data, &'static str> {
    let mut all = Fields::new();
    let mut section = String::new();
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            all.set(name, Fields::new());
            continue;
        }
        let option = line.split_once(['=', ':']).filter(|_| !section.is_empty());
        let (name, value) = option.ok_or("JSON or ini")?;
        if value.replace("%%", "").replace("%(", "").contains('%') {
            return Err("ini");
        }
        let mut fields = all.get(&section).and_then(Data::as_map).cloned().unwrap_or_default();
        fields.set(name.trim().to_ascii_lowercase(), value.trim());
        all.set(section.as_str(), fields);
    }
    Ok(Data::Map(all))
}
