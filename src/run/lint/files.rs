//! What files set that are read in a run only: included tasks, included variables.

use super::Lint;
use crate::source::{Sources, Span};
use crate::yaml::{self, Node};
use std::path::Path;
use std::sync::Arc;

/// Folders of a role, or beside a playbook, whose files speak of variables.
const FOLDERS: &[&str] = &["tasks", "handlers", "vars", "defaults", "templates", "meta", "files"];

/// Hears of a name that is set, by which word, and where.
type Tell<'t> = &'t mut dyn FnMut(&str, &'static str, Span);

impl Lint<'_> {
    /// Takes note of all files of a role, or beside a playbook, that a task could include.
    pub(super) fn folder(&mut self, folder: &Path) {
        if self.folders.insert(folder.to_owned()) {
            each_file(folder, &mut |path| self.file(path));
        }
    }

    fn file(&mut self, path: &Path) {
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let is_part = |char: char| !(char.is_ascii_alphanumeric() || char == '_');
        for word in text.split(is_part).filter(|word| !word.is_empty()) {
            *self.words.entry(word.to_owned()).or_default() += 1;
        }
        set_in_file(&Sources::default(), path, text, &mut |name, _, _| {
            self.set.insert(Arc::from(name));
        });
    }
}

/// The places in the files of a role, or beside a playbook, where a variable is set, and the words by which it is.
pub fn setters(sources: &Sources, folder: &Path, name: &str) -> Vec<(&'static str, Span)> {
    let mut found = Vec::new();
    each_file(folder, &mut |path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.contains(name) {
            let mut keep = |set: &str, by, span| found.extend((set == name).then_some((by, span)));
            set_in_file(sources, path, text, &mut keep);
        }
    });
    found
}

fn each_file(folder: &Path, tell: &mut dyn FnMut(&Path)) {
    files(folder, false, tell);
    FOLDERS.iter().for_each(|name| files(&folder.join(name), true, tell));
}

fn files(folder: &Path, deep: bool, tell: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && deep {
            files(&path, true, tell);
        } else if path.is_file() {
            tell(&path);
        }
    }
}

fn set_in_file(sources: &Sources, path: &Path, text: String, tell: Tell) {
    if !path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
        return;
    }
    let Ok((node, _)) = yaml::parse(sources, path, text) else { return };
    if path.components().any(|part| part.as_os_str() == "vars") {
        keys(&node, "include_vars", tell);
    }
    set_in(&node, tell);
}

/// Names that a task or a play anywhere in a file sets.
fn set_in(node: &Node, tell: Tell) {
    node.as_seq().unwrap_or_default().iter().for_each(|item| set_in(item, tell));
    for (key, value) in node.as_map().unwrap_or_default() {
        match key.text().unwrap_or_default() {
            "register" => text(value, "register", tell),
            "loop_var" | "index_var" => text(value, "loop_control", tell),
            "vars" => keys(value, "vars", tell),
            "set_fact" | "ansible.builtin.set_fact" => keys(value, "set_fact", tell),
            "include_vars" | "ansible.builtin.include_vars" => {
                value.entry("name").into_iter().for_each(|name| text(name, "include_vars", tell));
            }
            "vars_prompt" => {
                let prompts = value.as_seq().unwrap_or_default().iter();
                prompts
                    .filter_map(|prompt| prompt.entry("name"))
                    .for_each(|name| text(name, "vars_prompt", tell));
            }
            _ => {}
        }
        set_in(value, tell);
    }
}

fn text(node: &Node, by: &'static str, tell: Tell) {
    node.text().into_iter().for_each(|name| tell(name, by, node.span));
}

fn keys(node: &Node, by: &'static str, tell: Tell) {
    for (key, value) in node.as_map().unwrap_or_default() {
        key.text().into_iter().for_each(|name| tell(name, by, value.span));
    }
    let pairs = node.text().unwrap_or_default().split_whitespace();
    let written = pairs.filter_map(|word| word.split_once('='));
    written.for_each(|(name, _)| tell(name, by, node.span));
}
