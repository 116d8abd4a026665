//! `ini_file`

use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Failure, Plan, Probe, Report};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

arguments! {
    /// What a section holds.
    Holding {
        /// The option.
        option: String;
        /// Its value.
        value: Option<String>;
        /// Its values, each on a line of its own.
        values: Vec<String>;
    }
}
nested!(Holding);

module! {
    /// Sees to one option in a file of sections and options.
    ///
    /// ```yaml
    /// - ini_file: { path: /etc/app.ini, section: main, option: port, value: "80", mode: "0640" }
    /// - ini_file: { path: /etc/app.ini, section: old, state: absent }
    /// ```
    IniFile "ini_file" local {
        /// The file.
        path ["dest"]: PathText;
        /// The section; without one, the option stands before the first.
        section: Option<String>;
        /// Of several sections of this name the first that holds all of these is meant; a new one is given them.
        section_has_values: Vec<Holding>;
        /// The option; without one, the section as a whole is meant.
        option: Option<String>;
        /// Its value.
        value: Option<String>;
        /// Its values, each on a line of its own.
        values: Option<Vec<String>>;
        /// Whether it is to be there.
        state: State = "present";
        /// Takes away other lines of the same option.
        exclusive: bool = true;
        /// Writes no blanks around the equals sign.
        no_extra_spaces: bool = false;
        /// Leaves a line alone that differs in blanks only.
        ignore_spaces: bool = false;
        /// Lets an option have no value.
        allow_no_value: bool = false;
        /// Takes a line that is commented out as the place for the option.
        modify_inactive_option: bool = true;
        /// Makes the file when it is not there.
        create: bool = true;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Follows a link at the path.
        follow: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for IniFile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.path.on(host)?)?;
        if original.text.is_none() && !self.create {
            return Err(original.missing(host, "Destination"));
        }
        let mut lines = edit::lines(original.text.as_deref().unwrap_or_default());
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push('\n');
        }
        // A file that is new, or was empty, begins with an empty line.
        if lines.is_empty() && self.state == State::Present {
            lines.push("\n".to_owned());
        }
        let message = self.edit(&mut lines);
        let how = Rewriting { attributes: &self.attributes, backup: self.backup, validate: None, message };
        let after = lines.concat();
        let plan = original.rewrite(host, &after, &how)?.with("diff", edit::contents(&original, &after));
        let message = if plan.is_empty() { "OK" } else { message };
        Ok(plan.with("msg", message).with("path", self.path.0.as_str()))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        files::describe(host, &self.path.on(host)?, &mut result)?;
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let no_value = self.value.is_none() && self.values.is_none();
        let message = match self.state {
            _ if self.value.is_some() && self.values.is_some() => "`value` and `values` exclude one another",
            _ if self
                .section_has_values
                .iter()
                .any(|held| held.value.is_some() && !held.values.is_empty()) =>
            {
                "`value` and `values` of `section_has_values` exclude one another"
            }
            State::Present if self.option.is_some() && no_value && !self.allow_no_value => {
                "`value` is missing; `allow_no_value` lets an option have none"
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl Holding {
    fn all(&self) -> Vec<&str> {
        self.values.iter().chain(&self.value).map(String::as_str).collect()
    }

    /// Whether one of these lines sets the option, to one of the values where any are named.
    fn is_in(&self, lines: &[String]) -> bool {
        lines.iter().any(|line| {
            key_of(line, true) == Some(&self.option)
                && (self.all().is_empty() || self.all().contains(&value_of(line)))
        })
    }
}

impl IniFile {
    fn wanted_values(&self) -> Vec<Option<String>> {
        match (&self.values, &self.value) {
            (Some(values), _) => values.iter().cloned().map(Some).collect(),
            (None, Some(value)) => vec![Some(value.clone())],
            (None, None) => vec![None],
        }
    }

    fn edit(&self, lines: &mut Vec<String>) -> &'static str {
        match (self.state, self.place(lines)) {
            (State::Absent, None) => "OK",
            (State::Absent, Some((start, end))) => self.remove(lines, start, end),
            (State::Present, Some((start, end))) => self.set(lines, start, end),
            (State::Present, None) => {
                lines.extend(self.section.as_ref().map(|section| format!("[{section}]\n")));
                let mut new: Vec<String> =
                    self.section_has_values.iter().flat_map(|held| self.held_lines(held)).collect();
                if let Some(option) = &self.option {
                    let wanted = self.wanted_values();
                    let own = wanted.iter().map(|value| self.line(option, value.as_deref()));
                    let missing: Vec<String> = own.filter(|line| !new.contains(line)).collect();
                    new.extend(missing);
                }
                lines.extend(new);
                if self.option.is_none() { "only section added" } else { "section and option added" }
            }
        }
    }

    fn held_lines(&self, held: &Holding) -> Vec<String> {
        if held.all().is_empty() {
            return vec![self.line(&held.option, None)];
        }
        held.all().into_iter().map(|value| self.line(&held.option, Some(value))).collect()
    }

    /// Where the lines of the section begin and end, its heading included.
    fn place(&self, lines: &[String]) -> Option<(usize, usize)> {
        let Some(section) = self.section.as_deref().filter(|section| !section.is_empty()) else {
            return Some((0, next_heading(lines, 0)));
        };
        let named =
            (0..lines.len()).filter(|at| lines.get(*at).and_then(|line| heading(line)) == Some(section));
        named.map(|start| (start, next_heading(lines, start + 1))).find(|(start, end)| {
            let own = lines.get(*start..*end).unwrap_or_default();
            self.section_has_values.iter().all(|held| held.is_in(own))
        })
    }

    fn remove(&self, lines: &mut Vec<String>, start: usize, end: usize) -> &'static str {
        let Some(option) = &self.option else {
            lines.drain(start..end);
            return "section removed";
        };
        let values = self.wanted_values();
        let doomed = |line: &str| {
            key_of(line, false) == Some(option.as_str())
                && (self.exclusive
                    || values.iter().any(|value| value.is_none() || value.as_deref() == Some(value_of(line))))
        };
        let doomed: Vec<usize> =
            (start..end).filter(|index| lines.get(*index).is_some_and(|line| doomed(line))).collect();
        doomed.into_iter().rev().for_each(|index| {
            lines.remove(index);
        });
        "option changed"
    }

    fn set(&self, lines: &mut Vec<String>, start: usize, end: usize) -> &'static str {
        let Some(option) = &self.option else { return "OK" };
        let matches = |line: &String| key_of(line, self.modify_inactive_option) == Some(option.as_str());
        let places: Vec<usize> =
            (start..end).filter(|index| lines.get(*index).is_some_and(matches)).collect();
        let is_active = |index: &usize| lines.get(*index).is_some_and(|line| key_of(line, false).is_some());
        // An active line is the better place; a comment is taken when there is nothing else.
        let active: Vec<usize> = places.iter().copied().filter(is_active).collect();
        let mut spots = if active.is_empty() { places.into_iter().take(1).collect() } else { active };
        let mut missing = Vec::new();
        for value in self.wanted_values() {
            let same = |index: &usize| {
                lines.get(*index).is_some_and(|line| {
                    key_of(line, false).is_some() && value.as_deref().unwrap_or("") == value_of(line)
                })
            };
            match spots.iter().position(same) {
                Some(found) => {
                    let index = spots.remove(found);
                    self.put(lines, index, option, value.as_deref());
                }
                None => missing.push(value),
            }
        }
        let mut message = "option changed";
        for value in missing {
            if self.exclusive && !spots.is_empty() {
                let index = spots.remove(0);
                self.put(lines, index, option, value.as_deref());
            } else {
                let index = last_filled(lines, start, self.place(lines).map_or(end, |place| place.1));
                lines.insert(index, self.line(option, value.as_deref()));
                message = "option added";
            }
        }
        if self.exclusive {
            let extra: Vec<usize> = spots
                .into_iter()
                .filter(|index| lines.get(*index).is_some_and(|l| key_of(l, false).is_some()))
                .collect();
            extra.into_iter().rev().for_each(|index| {
                lines.remove(index);
            });
        }
        message
    }

    fn put(&self, lines: &mut [String], index: usize, option: &str, value: Option<&str>) {
        let wanted = self.line(option, value);
        if let Some(line) = lines.get_mut(index) {
            let active = key_of(line, false).is_some();
            let squeezed = |line: &str| line.replace(' ', "");
            if !(self.ignore_spaces && active && squeezed(line) == squeezed(&wanted)) {
                *line = wanted;
            }
        }
    }

    fn line(&self, option: &str, value: Option<&str>) -> String {
        match value {
            Some(value) if self.no_extra_spaces => format!("{option}={value}\n"),
            Some(value) => format!("{option} = {value}\n"),
            None => format!("{option}\n"),
        }
    }
}

/// The name of the section that begins with this line.
fn heading(line: &str) -> Option<&str> {
    bare(line).trim().strip_prefix('[')?.strip_suffix(']')
}

/// The next line from here on that begins a section, or the end.
fn next_heading(lines: &[String], from: usize) -> usize {
    (from..lines.len())
        .find(|at| lines.get(*at).is_some_and(|line| heading(line).is_some()))
        .unwrap_or(lines.len())
}

/// Behind the last line of a section that is not empty.
fn last_filled(lines: &[String], start: usize, end: usize) -> usize {
    let filled =
        (start..end).rev().find(|index| lines.get(*index).is_some_and(|line| !line.trim().is_empty()));
    filled.map_or(end, |index| index + 1)
}

/// The option that a line sets; of a comment too, where asked.
fn key_of(line: &str, inactive: bool) -> Option<&str> {
    let line = bare(line).trim_start();
    let line = if inactive { line.trim_start_matches([';', '#']).trim_start() } else { line };
    if line.is_empty() || line.starts_with([';', '#', '[']) {
        return None;
    }
    Some(line.split_once('=').map_or(line, |(key, _)| key).trim_end())
}

fn value_of(line: &str) -> &str {
    bare(line).split_once('=').map_or("", |(_, value)| value).trim()
}
