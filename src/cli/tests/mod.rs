//! What is typed, exported and written, and what it means.

mod configured;
mod typed;
mod words;

use super::{Asked, Command, Surroundings, read};
use crate::settings::Settings;
use crate::source::{Diagnostic, Diagnostics, Palette, Sources, render};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A world of a test: `/project`, and what is put into it.
#[derive(Default)]
struct Pretend {
    variables: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, String>,
    world_writable: bool,
}

impl Pretend {
    fn new() -> Pretend {
        Pretend::default().exporting("HOME", "/home/me")
    }

    fn exporting(mut self, name: &str, value: &str) -> Pretend {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn with(mut self, path: &str, text: &str) -> Pretend {
        self.files.insert(PathBuf::from(path), text.to_owned());
        self
    }

    fn config(self, text: &str) -> Pretend {
        self.with("/project/ansible.cfg", text)
    }

    /// The settings of a command line, whose words are apart by spaces; `_` stands for a space inside one.
    fn settings(&self, line: &str) -> Result<Settings, Diagnostics> {
        Settings::of(&self.command(line), self, &Sources::default())
    }

    fn command(&self, line: &str) -> Command {
        match read(&words(line)) {
            Ok(Asked::Command(command)) => *command,
            other => panic!("no command: {other:?}"),
        }
    }

    /// Warnings and errors as the user reads them.
    fn said(&self, line: &str) -> String {
        let sources = Sources::default();
        let found = match Settings::of(&self.command(line), self, &sources) {
            Ok(settings) => settings.warnings,
            Err(found) => found.all,
        };
        let text = |one: &Diagnostic| render(one, &sources, Palette::PLAIN);
        found.iter().map(text).collect()
    }
}

fn words(line: &str) -> Vec<String> {
    let words = line.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('_', " "));
    std::iter::once("provision".to_owned()).chain(words).collect()
}

fn settings(line: &str) -> Settings {
    Pretend::new().settings(line).unwrap_or_else(|found| panic!("{line}: {found:?}"))
}

impl Surroundings for Pretend {
    fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone().into_iter().collect()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(&self.directory().join(path))
    }

    fn exists(&self, path: &Path) -> bool {
        self.is_file(path)
    }

    fn is_world_writable(&self, _: &Path) -> bool {
        self.world_writable
    }

    fn directory(&self) -> PathBuf {
        PathBuf::from("/project")
    }
}
