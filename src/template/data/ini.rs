//! INI as Python's `configparser` reads it.

use crate::template::{Answer, Error};
use indexmap::IndexMap;

/// Sections in order, each with its options; an option may have no value.
pub type Sections = IndexMap<String, IndexMap<String, Option<String>>>;

/// How names are read.
#[derive(Clone, Copy)]
pub struct Reading {
    pub case_sensitive: bool,
    pub allow_no_value: bool,
}

/// Reads all sections. Indented lines go on with the value above them.
pub fn read(text: &str, reading: Reading) -> Answer<Sections> {
    let mut sections = Sections::new();
    let mut current: Option<(String, String)> = None;
    let mut section: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if let (true, Some((section, name))) = (indented, &current) {
            let value = sections.get_mut(section).and_then(|options| options.get_mut(name));
            if let Some(Some(value)) = value {
                value.push('\n');
                value.push_str(trimmed);
            }
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            sections.entry(name.to_owned()).or_default();
            (section, current) = (Some(name.to_owned()), None);
            continue;
        }
        let broken = || Error::failed(format!("line {} of the INI text cannot be read", number + 1));
        let section = section.as_ref().ok_or_else(broken)?;
        let (name, value) = option(trimmed, reading).ok_or_else(broken)?;
        if sections.entry(section.clone()).or_default().insert(name.clone(), value).is_some() {
            let line = number + 1;
            return Err(Error::failed(format!("Duplicate option in line {line}: '{name}' of [{section}]")));
        }
        current = Some((section.clone(), name));
    }
    Ok(sections)
}

fn option(line: &str, reading: Reading) -> Option<(String, Option<String>)> {
    let named = |name: &str| {
        let name = name.trim_end();
        if reading.case_sensitive { name.to_owned() } else { name.to_lowercase() }
    };
    match line.split_once(['=', ':']) {
        Some((name, value)) => Some((named(name), Some(value.trim().to_owned()))),
        None => reading.allow_no_value.then(|| (named(line), None)),
    }
}

/// A value with `%(name)s` replaced by other options of the section or of `DEFAULT`.
pub fn interpolated(sections: &Sections, section: &str, value: &str, depth: u32) -> Answer<String> {
    let (mut out, mut rest) = (String::new(), value);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        if let Some(tail) = tail.strip_prefix('%') {
            out.push('%');
            rest = tail;
            continue;
        }
        let named = tail.strip_prefix('(').and_then(|tail| tail.split_once(")s"));
        let (name, tail) = named.ok_or_else(|| Error::failed(format!("`{value}` has a single `%`")))?;
        let found = lookup(sections, section, &name.to_lowercase()).flatten();
        let found = found.filter(|_| depth < 10);
        let found =
            found.ok_or_else(|| Error::failed(format!("`{value}` names the unknown option `{name}`")))?;
        out.push_str(&interpolated(sections, section, &found, depth + 1)?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

/// An option of a section, or of `DEFAULT`.
pub fn lookup(sections: &Sections, section: &str, name: &str) -> Option<Option<String>> {
    let of = |section: &str| sections.get(section).and_then(|options| options.get(name)).cloned();
    of(section).or_else(|| of("DEFAULT"))
}
