//! Files that tasks name and that are nowhere, and permissions that have lost their zero.

use super::Lint;
use crate::playbook::Task;
use crate::source::{Diagnostic, Span};
use crate::vars::Value;
use std::path::PathBuf;

/// A file that a task names.
pub(super) struct Wanted {
    name: String,
    /// Where such files lie: `files`, `templates`, ...
    folder: &'static str,
    /// Of the task.
    dir: PathBuf,
    span: Span,
}

/// Words, the argument that names a file of the controller, and the folder that it lies in.
const NAMING: &[(&str, &str, &str)] = &[
    ("copy", "src", "files"),
    ("unarchive", "src", "files"),
    ("template", "src", "templates"),
    ("include_tasks", "file", "tasks"),
    ("include_vars", "file", "vars"),
];

/// Permissions as people write them, read as decimal numbers.
const USUAL_MODES: &[i64] =
    &[400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 664, 666, 700, 711, 750, 755, 770, 775, 777];

impl Lint<'_> {
    /// Takes note of the file that a task names, if its name is written out.
    pub(super) fn named_file(&mut self, task: &Task) {
        let Some((_, argument, folder)) = NAMING.iter().find(|(word, ..)| task.is(&[word])) else { return };
        let on_host = task.action.argument("remote_src").is_some_and(|value| value.as_bool() != Some(false));
        let free = task.action.raw.as_ref().filter(|_| *argument == "file");
        let Some(value) = task.action.argument(argument).or(free).filter(|value| !value.is_lazy()) else {
            return;
        };
        let name = value.as_str().unwrap_or_default();
        if !(on_host || name.is_empty() || name.starts_with('~') || name.contains("://")) {
            let dir = task.dir.to_path_buf();
            self.wanted.push(Wanted { name: name.to_owned(), folder, dir, span: value.span() });
        }
    }

    /// Tells of files that are in none of the folders where any task looks.
    pub(super) fn missing_files(&mut self) {
        for wanted in std::mem::take(&mut self.wanted) {
            let mut folders = self.folders.iter().chain([&wanted.dir]);
            let is_there = folders.any(|folder| {
                folder.join(wanted.folder).join(&wanted.name).exists() || folder.join(&wanted.name).exists()
            });
            if !is_there {
                let message = format!("there is no file `{}`", wanted.name);
                let hint =
                    format!("it is looked for in `{}` of the role and beside the playbook", wanted.folder);
                self.found.push(Diagnostic::warning(message).at(wanted.span).hint(hint));
            }
        }
    }

    /// Tells of a number that was meant as octal.
    pub(super) fn mode(&mut self, value: &Value) {
        let Some(number) = value.as_int().filter(|number| USUAL_MODES.contains(number)) else { return };
        let message = format!("`{number}` as permissions is {number:#o}, since it is a decimal number");
        let hint = format!("write `\"0{number}\"`");
        self.found.push(Diagnostic::warning(message.replace("0o", "0")).at(value.span()).hint(hint));
    }
}
