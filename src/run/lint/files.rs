//! What files set that are read in a run only: included tasks, included variables.

use super::Lint;
use crate::yaml::{self, Node};
use std::path::Path;
use std::sync::Arc;

/// Folders of a role, or beside a playbook, whose files speak of variables.
const FOLDERS: &[&str] = &["tasks", "handlers", "vars", "defaults", "templates", "meta", "files"];

impl Lint<'_> {
    /// Takes note of all files of a role, or beside a playbook, that a task could include.
    pub(super) fn folder(&mut self, folder: &Path) {
        if !self.folders.insert(folder.to_owned()) {
            return;
        }
        self.files(folder, false);
        FOLDERS.iter().for_each(|name| self.files(&folder.join(name), true));
    }

    fn files(&mut self, folder: &Path, deep: bool) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() && deep {
                self.files(&path, true);
            } else if path.is_file() {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let is_part = |char: char| !(char.is_ascii_alphanumeric() || char == '_');
        for word in text.split(is_part).filter(|word| !word.is_empty()) {
            *self.words.entry(word.to_owned()).or_default() += 1;
        }
        let is_yaml = path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
        if !is_yaml {
            return;
        }
        let Ok((node, _)) = yaml::parse(&crate::source::Sources::default(), path, text) else { return };
        let holds_variables = path.components().any(|part| part.as_os_str() == "vars");
        if holds_variables {
            self.keys(&node);
        }
        self.node(&node);
    }

    /// Names that a task anywhere in a file sets.
    fn node(&mut self, node: &Node) {
        node.as_seq().unwrap_or_default().iter().for_each(|item| self.node(item));
        for (key, value) in node.as_map().unwrap_or_default() {
            match key.text().unwrap_or_default() {
                "register" | "loop_var" | "index_var" => self.set.extend(value.text().map(Arc::from)),
                "vars" | "set_fact" | "ansible.builtin.set_fact" => self.keys(value),
                _ => {}
            }
            self.node(value);
        }
    }

    fn keys(&mut self, node: &Node) {
        let keys = node.as_map().unwrap_or_default().iter().filter_map(|(key, _)| key.text());
        let pairs = node.text().unwrap_or_default().split_whitespace();
        let written = pairs.filter_map(|word| word.split_once('=')).map(|(name, _)| name);
        self.set.extend(keys.chain(written).map(Arc::from));
    }
}
