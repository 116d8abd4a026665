//! `replace`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::regex::{Flags, Regex, Text};
use crate::host::{Failure, Fields, Plan, Probe};

module! {
    /// Replaces all that an expression finds in a text file.
    ///
    /// ```yaml
    /// - replace: { path: /etc/hosts, regexp: '\bold\.example\b', replace: new.example }
    /// - replace: { path: /etc/app.conf, after: '\[a\]', before: '\[b\]', regexp: '^(x=).*', replace: '\g<1>5' }
    /// ```
    Replace "replace" local {
        /// The file.
        path ["dest", "destfile", "name"]: PathText;
        /// What is replaced; `^` and `$` stand at line ends too.
        regexp: String;
        /// What takes its place; `\1` and `\g<name>` are expanded.
        replace: String = "";
        /// Only what stands behind this is looked at.
        after: Option<String>;
        /// Only what stands before this is looked at.
        before: Option<String>;
        /// Keeps a copy of what is replaced.
        backup: bool = false;
        /// A command that must succeed before the file is put in place; `%s` is the file.
        validate: Option<String>;
        /// How the file is encoded.
        encoding: String = "utf-8";
    } with { attributes: FileAttributes }
}

impl Module for Replace {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.path.on(host)?)?;
        let text = original.text.as_deref().ok_or_else(|| original.missing(host, "Path"))?;
        let Some((start, section, end)) = self.section(text)? else {
            let message =
                format!("Pattern for before/after params did not match the given file: {}", self.around());
            return Ok(Plan::say(Fields::new().with("msg", message).with("rc", 0)));
        };
        let regex = Regex::new(&self.regexp, Flags { multiline: true, ..Flags::default() })?;
        let (replaced, count) = regex
            .replace_all(&section, &self.replace)
            .map_err(|why| format!("Unable to process replace due to error: {why}"))?;
        let message = if replaced == section { String::new() } else { format!("{count} replacements made") };
        let how = Rewriting {
            attributes: &self.attributes,
            backup: self.backup,
            validate: self.validate.clone(),
            message: &message,
        };
        Ok(original.rewrite(host, &format!("{start}{replaced}{end}"), &how)?.with("rc", 0))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = Regex::new(&self.regexp, Flags::default()).err();
        wrong.map(|message| ArgumentError::new("regexp", message)).into_iter().collect()
    }
}

impl Replace {
    fn around(&self) -> String {
        match (&self.after, &self.before) {
            (Some(after), Some(before)) => format!("{after}(?P<subsection>.*?){before}"),
            (Some(after), None) => format!("{after}(?P<subsection>.*)"),
            (None, Some(before)) => format!("(?P<subsection>.*){before}"),
            (None, None) => String::new(),
        }
    }

    /// The part that is looked at, and what stands before and behind it.
    fn section(&self, text: &str) -> Result<Option<(String, String, String)>, Failure> {
        let around = self.around();
        if around.is_empty() {
            return Ok(Some((String::new(), text.to_owned(), String::new())));
        }
        let regex = Regex::new(&around, Flags { dot_all: true, ..Flags::default() })?;
        let text = Text::new(text);
        let number = regex.names().get("subsection").copied().unwrap_or(0);
        let place = regex.find_at(&text, 0).and_then(|found| found.group(number));
        Ok(place.map(|(start, end)| {
            (text.part((0, start)), text.part((start, end)), text.part((end, text.len())))
        }))
    }
}
