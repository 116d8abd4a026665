//! `lineinfile`

use super::argument::PathText;
use super::edit::{self, Rewriting, bare};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::regex::{Flags, Match, Regex, Text};
use crate::host::{Failure, Fields, Plan, Probe};

choices! {
    /// Whether the line is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to one line in a text file.
    ///
    /// The last line that `regexp` or `search_string` finds is replaced; if none is found, the line is put in.
    ///
    /// ```yaml
    /// - lineinfile: { path: /etc/ssh/sshd_config, regexp: '^#?PermitRootLogin', line: PermitRootLogin no }
    /// - lineinfile: { path: /etc/hosts, line: 127.0.0.1 app, insertafter: '^127\.' }
    /// - lineinfile: { path: /etc/app.conf, regexp: '^(port)\s*=', line: '\1 = 80', backrefs: true }
    /// ```
    Lineinfile "lineinfile" local {
        /// The file.
        path ["dest", "destfile", "name"]: PathText;
        /// Whether the line is to be there.
        state: State = "present";
        /// Finds the line.
        regexp ["regex"]: Option<String>;
        /// Finds the line by a part of it.
        search_string: Option<String>;
        /// The line.
        line ["value"]: Option<String>;
        /// Expands `\1` and the like in the line; does nothing when nothing is found.
        backrefs: bool = false;
        /// Puts a new line behind the last one that this finds, or at the end: `EOF`.
        insertafter: Option<String>;
        /// Puts a new line before the last one that this finds, or at the beginning: `BOF`.
        insertbefore: Option<String>;
        /// Takes the first line that is found, not the last.
        firstmatch: bool = false;
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

impl Module for Lineinfile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.path.on(host)?)?;
        let lines = match &original.text {
            Some(text) => edit::lines(text),
            None if self.state == State::Absent => {
                return Ok(Plan::say(Fields::new().with("msg", "file not present")));
            }
            None if !self.create => return Err(original.missing(host, "Destination")),
            None => Vec::new(),
        };
        let (lines, message, found) = match self.state {
            State::Present => {
                let (lines, message) = self.present(lines)?;
                (lines, message.to_owned(), None)
            }
            State::Absent => {
                let before = lines.len();
                let kept = self.absent(lines)?;
                let found = before - kept.len();
                (kept, format!("{found} line(s) removed"), Some(found))
            }
        };
        let how = Rewriting {
            attributes: &self.attributes,
            backup: self.backup,
            validate: self.validate.clone(),
            message: &message,
        };
        let after = lines.concat();
        let mut plan = original.rewrite(host, &after, &how)?;
        plan.result.set("diff", edit::differences(&original, &after, &plan));
        let backup = plan.result.remove("backup_file").unwrap_or_else(|| "".into());
        plan.result.set("backup", backup);
        if let Some(found) = found {
            plan.result.set("found", found);
        }
        Ok(plan)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut errors = Vec::new();
        let mut wrong = |argument: &str, message: &str| errors.push(ArgumentError::new(argument, message));
        if self.insertbefore.is_some() && self.insertafter.is_some() {
            wrong("insertbefore", exclusive!("insertbefore|insertafter"));
        }
        if self.regexp.is_some() && self.search_string.is_some() {
            wrong("search_string", exclusive!("regexp|search_string"));
        }
        if self.backrefs && self.regexp.is_none() {
            wrong("backrefs", "regexp is required with backrefs=true");
        }
        if self.state == State::Present && self.line.is_none() {
            wrong("", "line is required with state=present");
        }
        if self.state == State::Absent
            && self.line.is_none()
            && self.regexp.is_none()
            && self.search_string.is_none()
        {
            wrong("", "one of line, search_string, or regexp is required with state=absent");
        }
        let patterns = [
            ("regexp", &self.regexp),
            ("insertafter", &self.insertafter),
            ("insertbefore", &self.insertbefore),
        ];
        for (name, pattern) in patterns {
            if let Some(Err(message)) = pattern.as_ref().map(|pattern| Regex::new(pattern, Flags::default()))
            {
                wrong(name, &message);
            }
        }
        errors
    }
}

/// What finds a line.
enum Finder {
    Regex(Regex),
    Part(String),
    Nothing,
}

impl Finder {
    fn finds(&self, line: &str) -> Option<Option<Match>> {
        match self {
            Finder::Regex(regex) => regex.search(line).map(Some),
            Finder::Part(part) => line.contains(part).then_some(None),
            Finder::Nothing => None,
        }
    }
}

impl Lineinfile {
    fn finder(&self) -> Result<Finder, Failure> {
        Ok(match (&self.regexp, &self.search_string) {
            (Some(regexp), _) => Finder::Regex(Regex::new(regexp, Flags::default())?),
            (None, Some(part)) => Finder::Part(part.clone()),
            (None, None) => Finder::Nothing,
        })
    }

    fn present(&self, mut lines: Vec<String>) -> Result<(Vec<String>, &'static str), Failure> {
        let line = self.line.as_deref().unwrap_or_default();
        let finder = self.finder()?;
        if let Some((index, found)) = self.search(&lines, &finder) {
            let place = lines.get_mut(index).ok_or("no such line")?;
            let wanted = ended(&self.expanded(&finder, found, place, line)?);
            if *place != wanted {
                *place = wanted;
                return Ok((lines, "line replaced"));
            }
            return Ok((lines, ""));
        }
        // The line as it is counts as found too.
        let exact = lines.iter().rposition(|found| bare(found) == line);
        if let Some(place) = exact.and_then(|index| lines.get_mut(index)) {
            let same = *place == ended(line);
            *place = ended(line);
            return Ok((lines, if same { "" } else { "line replaced" }));
        }
        if self.backrefs {
            return Ok((lines, ""));
        }
        self.insert(&mut lines, line)?;
        Ok((lines, "line added"))
    }

    fn search(&self, lines: &[String], finder: &Finder) -> Option<(usize, Option<Match>)> {
        let mut found =
            lines.iter().enumerate().filter_map(|(index, line)| Some((index, finder.finds(line)?)));
        if self.firstmatch { found.next() } else { found.next_back() }
    }

    fn expanded(
        &self,
        finder: &Finder,
        found: Option<Match>,
        before: &str,
        line: &str,
    ) -> Result<String, Failure> {
        match (finder, found) {
            (Finder::Regex(regex), Some(found)) if self.backrefs => {
                Ok(regex.expand(&found, &Text::new(before), line)?)
            }
            _ => Ok(line.to_owned()),
        }
    }

    fn insert(&self, lines: &mut Vec<String>, line: &str) -> Result<(), Failure> {
        let first = self.insertbefore.as_deref() == Some("BOF") || self.insertafter.as_deref() == Some("BOF");
        if first {
            lines.insert(0, ended(line));
            return Ok(());
        }
        match self.anchor(lines)? {
            Some(index) => {
                end_last(lines);
                lines.insert(index, ended(line));
            }
            None => {
                end_last(lines);
                lines.push(ended(line));
            }
        }
        Ok(())
    }

    /// Where a new line goes; `None` for the end.
    fn anchor(&self, lines: &[String]) -> Result<Option<usize>, Failure> {
        let (pattern, offset) = match (&self.insertafter, &self.insertbefore) {
            (Some(after), _) if after != "EOF" => (after, 1),
            (None, Some(before)) => (before, 0),
            _ => return Ok(None),
        };
        let regex = Regex::new(pattern, Flags::default())?;
        let mut found =
            lines.iter().enumerate().filter(|(_, line)| regex.is_match(line)).map(|(index, _)| index);
        let index = if self.firstmatch { found.next() } else { found.next_back() };
        Ok(index.map(|index| index + offset))
    }

    fn absent(&self, mut lines: Vec<String>) -> Result<Vec<String>, Failure> {
        let finder = self.finder()?;
        let line = self.line.as_deref().unwrap_or_default();
        lines.retain(|found| match finder {
            Finder::Nothing => bare(found) != line,
            _ => finder.finds(found).is_none(),
        });
        Ok(lines)
    }
}

/// The line with an end.
fn ended(line: &str) -> String {
    if line.ends_with('\n') { line.to_owned() } else { format!("{line}\n") }
}

/// Ends the last line, so that another can follow.
fn end_last(lines: &mut [String]) {
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with(['\n', '\r'])) {
        last.push('\n');
    }
}
