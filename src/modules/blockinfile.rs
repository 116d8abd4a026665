//! `blockinfile`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::regex::{Flags, Regex};
use crate::host::{Failure, Fields, Plan, Probe};

choices! {
    /// Whether the block is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to a block of lines between two marker lines in a text file.
    ///
    /// ```yaml
    /// - blockinfile:
    ///     path: /etc/hosts
    ///     marker: "# {mark} app"
    ///     block: |
    ///       10.0.0.1 one
    ///       10.0.0.2 two
    /// ```
    Blockinfile "blockinfile" local {
        /// The file.
        path ["dest", "destfile", "name"]: PathText;
        /// Whether the block is to be there.
        state: State = "present";
        /// The marker line; `{mark}` becomes what says beginning or end.
        marker: String = "# {mark} ANSIBLE MANAGED BLOCK";
        /// What says beginning.
        marker_begin: String = "BEGIN";
        /// What says end.
        marker_end: String = "END";
        /// The lines; none takes the block away.
        block ["content"]: String = "";
        /// Puts a new block behind the last line that this finds, or at the end: `EOF`.
        insertafter: Option<String>;
        /// Puts a new block before the last line that this finds, or at the beginning: `BOF`.
        insertbefore: Option<String>;
        /// Sets an empty line behind the block.
        append_newline: bool = false;
        /// Sets an empty line before the block.
        prepend_newline: bool = false;
        /// Makes the file when it is not there.
        create: bool = false;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// A command that must succeed before the file is put in place; `%s` is the file.
        validate: Option<String>;
        /// How the file is encoded.
        encoding: String = "utf-8";
    } with { attributes: FileAttributes }
}

impl Module for Blockinfile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.path.on(host)?)?;
        let text = match &original.text {
            Some(text) => text.as_str(),
            None if self.state == State::Absent => {
                return Ok(Plan::say(Fields::new().with("msg", "File not present")));
            }
            None if !self.create => return Err(original.missing(host, "Path")),
            None => "",
        };
        let block = self.lines();
        let after = self.edited(text, &block)?;
        let message = match (&original.text, block.is_empty()) {
            (None, _) => "File created",
            (Some(_), true) => "Block removed",
            _ => "Block inserted",
        };
        let how = Rewriting {
            attributes: &self.attributes,
            backup: self.backup,
            validate: self.validate.clone(),
            message,
        };
        let plan = original.rewrite(host, &after, &how)?;
        let diff = edit::differences(&original, &after, &plan);
        Ok(plan.with("diff", diff))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut errors = Vec::new();
        if self.insertbefore.is_some() && self.insertafter.is_some() {
            errors.push(ArgumentError::new("insertbefore", exclusive!("insertbefore|insertafter")));
        }
        if !self.marker.contains("{mark}") {
            errors.push(ArgumentError::new(
                "marker",
                "`marker` must hold `{mark}`: else beginning and end are the same",
            ));
        }
        errors
    }
}

impl Blockinfile {
    fn marker_line(&self, word: &str) -> String {
        self.marker.replace("{mark}", word) + "\n"
    }

    /// The block with its markers; nothing where it is to be absent.
    fn lines(&self) -> Vec<String> {
        if self.state == State::Absent || self.block.is_empty() {
            return Vec::new();
        }
        let end = if self.block.ends_with('\n') { "" } else { "\n" };
        let mut lines = vec![self.marker_line(&self.marker_begin)];
        lines.extend(edit::lines(&format!("{}{end}", self.block)));
        lines.push(self.marker_line(&self.marker_end));
        lines
    }

    fn edited(&self, text: &str, block: &[String]) -> Result<String, Failure> {
        let mut lines = edit::lines(text);
        let marker = |word: &str| lines.iter().rposition(|line| *line == self.marker_line(word));
        let place = match (marker(&self.marker_begin), marker(&self.marker_end)) {
            (Some(begin), Some(end)) => {
                lines.drain(begin.min(end)..=begin.max(end));
                begin.min(end)
            }
            _ => self.place(&lines, text)?,
        };
        if let Some(before) = place.checked_sub(1).and_then(|index| lines.get_mut(index))
            && !before.ends_with('\n')
        {
            before.push('\n');
        }
        let mut block = block.to_vec();
        self.space_out(&lines, place, &mut block);
        lines.splice(place..place, block);
        Ok(lines.concat())
    }

    /// Empty lines around the block, where asked for and not there.
    fn space_out(&self, lines: &[String], place: usize, block: &mut Vec<String>) {
        if self.state == State::Absent {
            return;
        }
        let is_empty = |line: Option<&String>| line.is_none_or(|line| line == "\n");
        if self.append_newline && !is_empty(lines.get(place)) {
            block.push("\n".to_owned());
        }
        let before = place.checked_sub(1).and_then(|index| lines.get(index));
        if self.prepend_newline && !is_empty(before) {
            block.insert(0, "\n".to_owned());
        }
    }

    /// Where a new block goes.
    fn place(&self, lines: &[String], text: &str) -> Result<usize, Failure> {
        let (pattern, offset) = match (&self.insertafter, &self.insertbefore) {
            (Some(after), _) if after != "EOF" => (after, 1),
            (None, Some(before)) if before == "BOF" => return Ok(0),
            (None, Some(before)) => (before, 0),
            _ => return Ok(lines.len()),
        };
        let regex = Regex::new(pattern, Flags::default())?;
        if pattern.contains("(?m)") {
            return Ok(place_in_whole(&regex, text, offset).unwrap_or(lines.len()));
        }
        let found = lines.iter().rposition(|line| regex.is_match(line));
        Ok(found.map_or(lines.len(), |index| index + offset))
    }
}

/// An expression over several lines is searched in the whole text.
fn place_in_whole(regex: &Regex, text: &str, offset: usize) -> Option<usize> {
    let (start, end) = regex.search(text)?.span();
    let line_ends = |until: usize| text.chars().take(until).filter(|scalar| *scalar == '\n').count();
    Some(if offset == 1 { line_ends(end) + 1 } else { line_ends(start) }.min(edit::lines(text).len()))
}
