//! `interfaces_file`

use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, text};

choices! {
    /// Whether the option is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to an option of an interface in `/etc/network/interfaces`.
    ///
    /// ```yaml
    /// - interfaces_file: { iface: eth1, option: mtu, value: "8000", backup: true }
    /// ```
    InterfacesFile "interfaces_file" local {
        /// The file.
        dest: PathText = "/etc/network/interfaces";
        /// The interface.
        iface: Option<String>;
        /// Its family of addresses, where it has several: `inet`, `inet6`.
        address_family: Option<String>;
        /// The option.
        option: Option<String>;
        /// Its value.
        value: Option<String>;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Whether the option is to be there.
        state: State = "present";
    } with { attributes: FileAttributes }
}

/// Options that may stand several times.
const SEVERAL: [&str; 8] =
    ["pre-up", "up", "down", "post-up", "post-down", "pre-down", "dns-nameservers", "dns-search"];
/// Words that begin something else than an option.
const HEADS: [&str; 7] = ["iface", "mapping", "auto", "source", "source-dir", "source-directory", "rename"];

impl Module for InterfacesFile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.dest.on(host)?;
        let original = edit::read(host, &path)?;
        let Some(before) = original.text.clone() else { return Err(original.missing(host, "Destination")) };
        let mut lines = edit::lines(&before);
        if let (Some(iface), Some(option)) = (&self.iface, &self.option) {
            self.edit(host, &mut lines, iface, option)?;
        }
        let how =
            Rewriting { attributes: &self.attributes, backup: self.backup, validate: None, message: "" };
        let mut plan = original.rewrite(host, &lines.concat(), &how)?;
        plan.result.remove("msg");
        plan.result.remove("backup");
        Ok(plan.with("dest", text::from_path(&path)).with("ifaces", interfaces(&lines)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.option.is_some() && self.iface.is_none() {
            wrong.push(ArgumentError::new("", "missing parameter(s) required by 'option': iface"));
        }
        if self.option.is_some() && self.value.is_none() && self.state == State::Present {
            wrong.push(ArgumentError::new("", "argument `value` is missing"));
        }
        wrong
    }
}

/// A part about an interface: its first line and the one behind its last.
struct Part {
    start: usize,
    end: usize,
}

impl InterfacesFile {
    fn edit(
        &self,
        host: &dyn Probe,
        lines: &mut Vec<String>,
        iface: &str,
        option: &str,
    ) -> Result<(), Failure> {
        let parts = self.parts(lines, iface);
        let Some(last) = parts.last() else {
            return Err(host.missing(format!("there is no interface `{iface}`")));
        };
        let value = self.value.as_deref().unwrap_or_default();
        if option == "method" {
            for part in &parts {
                set_method(lines, part.start, value);
            }
            return Ok(());
        }
        let places: Vec<usize> = parts
            .iter()
            .flat_map(|part| part.start + 1..part.end)
            .filter(|i| pair(lines, *i).is_some_and(|(name, _)| name == option))
            .collect();
        let has_value = |index: &usize| pair(lines, *index).is_some_and(|(_, found)| found == value);
        let several = SEVERAL.contains(&option);
        match (self.state, places.last()) {
            (State::Absent, _) => {
                let all = !several || self.value.is_none();
                let doomed: Vec<usize> =
                    places.iter().copied().filter(|place| all || has_value(place)).collect();
                doomed.into_iter().rev().for_each(|place| drop(lines.remove(place)));
            }
            (State::Present, Some(_)) if several && places.iter().any(has_value) => {}
            (State::Present, Some(place)) if several => insert(lines, place + 1, *place, option, value),
            (State::Present, Some(place)) if has_value(place) => {}
            (State::Present, Some(place)) => {
                if let Some(line) = lines.get_mut(*place) {
                    *line = format!("{}{option} {value}\n", indent(line));
                }
            }
            (State::Present, None) => {
                let filled =
                    (last.start..last.end).rev().find(|i| pair(lines, *i).is_some()).unwrap_or(last.start);
                insert(lines, filled + 1, filled, option, value);
            }
        }
        Ok(())
    }

    /// The parts about the interface, of the family where one is named.
    fn parts(&self, lines: &[String], iface: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        for (start, line) in lines.iter().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let ["iface", name, family, ..] = words.as_slice() else { continue };
            if *name == iface && self.address_family.as_deref().is_none_or(|wanted| wanted == *family) {
                let rest = lines.iter().skip(start + 1).position(|line| is_head(line));
                parts.push(Part { start, end: rest.map_or(lines.len(), |length| start + 1 + length) });
            }
        }
        parts
    }
}

fn is_head(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    HEADS.contains(&first) || first.starts_with("allow-") || first == "no-auto-down" || first == "no-scripts"
}

/// Name and value of an option; nothing for comments and empty lines.
fn pair(lines: &[String], index: usize) -> Option<(&str, &str)> {
    let line = bare(lines.get(index)?).trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    Some((name, value.trim()))
}

fn indent(line: &str) -> &str {
    line.get(..line.len() - line.trim_start().len()).unwrap_or_default()
}

/// Puts an option in, as far to the right as the line that it follows.
fn insert(lines: &mut Vec<String>, at: usize, after: usize, option: &str, value: &str) {
    let before = lines.get(after).cloned().unwrap_or_default();
    let space =
        if is_head(&before) { format!("{}    ", indent(&before)) } else { indent(&before).to_owned() };
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push('\n');
    }
    lines.insert(at, format!("{space}{option} {value}\n"));
}

/// The last word of the first line of a part.
fn set_method(lines: &mut [String], start: usize, method: &str) {
    if let Some(line) = lines.get_mut(start) {
        let bare = bare(line).trim_end();
        if let Some((rest, _)) = bare.rsplit_once(char::is_whitespace).filter(|(_, found)| *found != method) {
            *line = format!("{rest} {method}\n");
        }
    }
}

/// What the file says of each interface, as roles read it.
fn interfaces(lines: &[String]) -> Fields {
    let mut found = Fields::new();
    let mut current: Option<String> = None;
    for (index, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["iface", name, family, rest @ ..] = words.as_slice() {
            let about = Fields::new()
                .with("address_family", *family)
                .with("method", rest.first().copied().unwrap_or_default());
            let several = |about: Fields| {
                SEVERAL.iter().take(4).fold(about, |about, name| about.with(*name, Data::List(Vec::new())))
            };
            found.set(*name, several(about));
            current = Some((*name).to_owned());
        } else if is_head(line) {
            current = None;
        } else if let (Some(iface), Some((name, value))) = (&current, pair(lines, index)) {
            let mut about = found.get(iface).and_then(Data::as_map).cloned().unwrap_or_default();
            match about.get(name) {
                Some(Data::List(values)) => {
                    let values: Vec<Data> = values.iter().cloned().chain([Data::from(value)]).collect();
                    about.set(name, Data::List(values));
                }
                _ => about.set(name, value),
            }
            found.set(iface.as_str(), about);
        }
    }
    found
}
