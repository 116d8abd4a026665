//! `ini_file`

mod line;
mod section;

use super::argument::PathText;
use super::edit::{self, Original, Rewriting};
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Failure, Plan, Probe, Report};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

arguments! {
    /// What a section must hold to be the one that is meant.
    Condition {
        /// The option that it must hold.
        option: String;
        /// The value that the option must have.
        value: Option<String>;
        /// The values of which the option must have one.
        values: Option<Vec<String>>;
    }
}

nested!(Condition);

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
        /// Of several sections of one name, the first that holds all of these is meant; where there is none, a new one is made that
        /// holds them.
        section_has_values: Option<Vec<Condition>>;
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
        /// Lets an option have no value, not even an equals sign.
        allow_no_value: bool = false;
        /// Takes a line that is commented out as the place for the option.
        modify_inactive_option: bool = true;
        /// Makes the file when it is not there.
        create: bool = true;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// Writes through a link at the path; otherwise a file takes its place.
        follow: bool = false;
    } with { attributes: FileAttributes }
}

impl Module for IniFile {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        let original = if self.follow { edit::read(host, &path)? } else { edit::read_in_place(host, &path)? };
        if original.text.is_none() && !self.create {
            let missing = format!("Destination {} does not exist!", original.path.display());
            return Err(host.missing(missing).with("rc", 257));
        }
        let before = original.text.as_deref().unwrap_or_default();
        let mut lines = edit::lines(before.strip_prefix('\u{feff}').unwrap_or(before));
        match lines.last_mut() {
            Some(last) if !last.ends_with('\n') => last.push('\n'),
            Some(_) => {}
            // A file that is new, or was empty, begins with an empty line.
            None if self.state == State::Present => lines.push("\n".to_owned()),
            None => {}
        }
        let message = self.edit(&mut lines);
        self.write(host, &original, &lines.concat(), message)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        files::describe(host, &self.path.on(host)?, &mut result)?;
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let conditions = self.section_has_values.iter().flatten();
        let twice = conditions.map(|condition| condition.value.is_some() && condition.values.is_some());
        let twice = twice.chain([self.value.is_some() && self.values.is_some()]).any(|twice| twice);
        let message = match self.state {
            _ if twice => exclusive!("value|values"),
            State::Present if self.wanted().is_empty() && !self.allow_no_value => {
                "Parameter 'value(s)' must be defined if state=present and allow_no_value=False."
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl IniFile {
    fn write(
        &self,
        host: &dyn Probe,
        original: &Original,
        after: &str,
        message: &str,
    ) -> Result<Plan, Failure> {
        let how = Rewriting { attributes: &self.attributes, backup: self.backup, validate: None, message };
        let plan = original.rewrite(host, after, &how)?.with("diff", edit::contents(original, after));
        let message = if plan.is_empty() { "OK" } else { message };
        Ok(plan.with("msg", message).with("path", self.path.0.as_str()))
    }

    /// The values, each once.
    fn wanted(&self) -> Vec<String> {
        let mut wanted = Vec::new();
        for value in self.value.iter().chain(self.values.iter().flatten()) {
            if !wanted.contains(value) {
                wanted.push(value.clone());
            }
        }
        wanted
    }
}
