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
        let shown = text::from_path(&path);
        let said = if stat.mode & 0o111 != 0 {
            let said = questions::local_fact(host, &shown)?;
            match said.number::<i64>("rc") {
                Some(0) => said.text("stdout").unwrap_or_default(),
                rc => {
                    facts.set(name, refused(&shown, rc.unwrap_or(1), &said));
                    continue;
                }
            }
        } else {
            text::from_bytes(&host.read(&path)?)
        };
        let bad = || format!("error loading facts as JSON or ini - please check content: {shown}").into();
        facts.set(name, read(&said).unwrap_or_else(bad));
    }
    Ok(facts)
}

/// What stands for the facts of a program that fails.
fn refused(path: &str, rc: i64, said: &Data) -> String {
    let complaint = said.text("stderr").unwrap_or_default();
    format!("Failure executing fact script ({path}), rc: {rc}, err: {complaint}")
}

/// JSON, or sections of options.
fn read(said: &str) -> Option<Data> {
    json::parse(said).ok().or_else(|| sections(said))
}

fn sections(said: &str) -> Option<Data> {
    let mut all = Fields::new();
    let mut section = String::new();
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            all.set(name, Fields::new());
            continue;
        }
        let (name, value) = line.split_once(['=', ':'])?;
        let mut fields = all.get(&section).and_then(Data::as_map).cloned()?;
        fields.set(name.trim().to_lowercase(), value.trim());
        all.set(section.as_str(), fields);
    }
    Some(Data::Map(all))
}
