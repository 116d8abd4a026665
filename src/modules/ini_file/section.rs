//! Finding the section that is meant, and changing it.

use super::line::{Setting, begins, is_heading, says_something, setting};
use super::{Condition, IniFile, State};
use std::ops::Range;

impl Condition {
    fn values(&self) -> impl Iterator<Item = &String> {
        self.value.iter().chain(self.values.iter().flatten())
    }

    fn holds(&self, section: &[String]) -> bool {
        let any = self.values().next().is_none();
        section
            .iter()
            .filter_map(|line| setting(line, &self.option))
            .any(|found| any || self.values().any(|value| value == found.value))
    }
}

impl IniFile {
    /// Changes the lines, and says what was done.
    pub(super) fn edit(&self, lines: &mut Vec<String>) -> &'static str {
        match (self.place(lines), self.state) {
            (Some(place), state) => {
                let mut section: Vec<String> = lines.drain(place.clone()).collect();
                let message = match state {
                    State::Present => self.set(&mut section),
                    State::Absent => self.remove(&mut section),
                };
                lines.splice(place.start..place.start, section);
                message
            }
            (None, State::Present) => self.append(lines),
            (None, State::Absent) => "OK",
        }
    }

    /// Where the section stands, its heading included.
    fn place(&self, lines: &[String]) -> Option<Range<usize>> {
        let name = self.section.as_deref().filter(|name| !name.is_empty());
        let next = |from: usize| {
            let heading = lines.iter().skip(from).position(|line| is_heading(line));
            heading.map_or(lines.len(), |index| from + index)
        };
        let Some(name) = name else { return Some(0..next(0)) };
        let starts = lines.iter().enumerate().filter(|(_, line)| begins(line, name));
        let mut places = starts.map(|(start, _)| start..next(start + 1));
        places.find(|place| {
            let section = lines.get(place.clone()).unwrap_or_default();
            self.section_has_values.iter().flatten().all(|condition| condition.holds(section))
        })
    }

    /// A section of its own at the end.
    fn append(&self, lines: &mut Vec<String>) -> &'static str {
        let mut wanted = self.wanted();
        lines.push(format!("[{}]\n", self.section.as_deref().unwrap_or_default()));
        for condition in self.section_has_values.iter().flatten() {
            if self.option.as_ref() != Some(&condition.option) {
                lines.extend(
                    self.assignments(&condition.option, &condition.values().cloned().collect::<Vec<_>>()),
                );
            } else if !self.exclusive {
                let more: Vec<String> =
                    condition.values().filter(|value| !wanted.contains(value)).cloned().collect();
                wanted.extend(more);
            }
        }
        let Some(option) = &self.option else { return "only section added" };
        lines.extend(self.assignments(option, &wanted));
        "section and option added"
    }

    fn remove(&self, section: &mut Vec<String>) -> &'static str {
        let Some(option) = &self.option else {
            section.clear();
            return "section removed";
        };
        let wanted = self.wanted();
        section.retain(|line| {
            let found = setting(line, option).filter(|found| found.active);
            !found.is_some_and(|found| self.exclusive || wanted.iter().any(|value| value == found.value))
        });
        "option changed"
    }

    /// Lines that have a wanted value come to be as they would be written; the values that are left go where others were, which
    /// have to go, or behind what the section says.
    fn set(&self, section: &mut Vec<String>) -> &'static str {
        let Some(option) = &self.option else { return "OK" };
        let mut wanted = self.wanted();
        let bare = wanted.is_empty();
        let mut others = Vec::new();
        let mut there = false;
        for (index, line) in section.iter_mut().enumerate() {
            let Some(found) = self.setting(line, option) else { continue };
            let place = wanted.iter().position(|value| value == found.value);
            // Nothing behind an equals sign and no equals sign are the same here.
            let stays = self.allow_no_value && found.active && found.value.is_empty();
            match place.map(|place| wanted.remove(place)) {
                Some(_) if stays => {}
                Some(value) => self.put(line, &self.assignment(option, Some(&value))),
                None if bare && !there => {
                    there = true;
                    self.put(line, &self.assignment(option, None));
                }
                None => others.push(index),
            }
        }
        if self.exclusive && !bare {
            self.replace(section, &others, option, &mut wanted);
        }
        if bare == there && wanted.is_empty() {
            return "option changed";
        }
        let last = section.iter().rposition(|line| says_something(line)).map_or(0, |last| last + 1);
        section.splice(last..last, self.assignments(option, &wanted));
        "option added"
    }

    /// Gives the places of other values to what is wanted, and takes away those that are left.
    fn replace(&self, section: &mut Vec<String>, others: &[usize], option: &str, wanted: &mut Vec<String>) {
        let (used, left) = others.split_at(wanted.len().min(others.len()));
        for (index, value) in used.iter().zip(wanted.drain(..used.len())) {
            if let Some(line) = section.get_mut(*index) {
                self.put(line, &self.assignment(option, Some(&value)));
            }
        }
        for index in left.iter().rev() {
            section.remove(*index);
        }
    }

    /// What the line says of the option; a comment counts where one may be made a setting.
    fn setting<'a>(&self, line: &'a str, option: &str) -> Option<Setting<'a>> {
        setting(line, option).filter(|found| found.active || self.modify_inactive_option)
    }

    fn put(&self, line: &mut String, wanted: &str) {
        let same = |option: &String| {
            let now = setting(line, option)?;
            Some(now.active && now.value == setting(wanted, option)?.value)
        };
        let passes = self.ignore_spaces && self.option.as_ref().and_then(same) == Some(true);
        if !passes {
            wanted.clone_into(line);
        }
    }

    /// The lines that give the option these values; without any, the option alone where that is allowed.
    fn assignments(&self, option: &str, values: &[String]) -> Vec<String> {
        if values.is_empty() && self.allow_no_value {
            return vec![self.assignment(option, None)];
        }
        values.iter().map(|value| self.assignment(option, Some(value))).collect()
    }

    fn assignment(&self, option: &str, value: Option<&str>) -> String {
        match value {
            None => format!("{option}\n"),
            Some(value) if self.no_extra_spaces => format!("{option}={value}\n"),
            Some(value) => format!("{option} = {value}\n"),
        }
    }
}
