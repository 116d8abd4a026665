//! Whether what an include brings in acts elsewhere than on the host that includes it, as far as its files say without a host.

use super::loader::{Loader, Statics};
use super::{Task, find_included, paths};
use crate::yaml::{Node, parse_str};
use std::collections::HashSet;
use std::path::PathBuf;

/// Keywords and words of tasks that leave something where other hosts find it.
const SEEN: &[&str] = &[
    "add_host",
    "any_errors_fatal",
    "delegate_to",
    "fetch",
    "group_by",
    "local_action",
    "run_once",
    "set_stats",
    "synchronize",
];

/// A file of tasks that is wanted: by its name, or as a part of a role.
enum Wanted {
    Tasks(String),
    Role { name: String, part: String },
}

impl Loader {
    /// Whether others could see what a task brings in that includes a file or a role. Of computed names nothing is known.
    pub fn is_include_seen(&self, task: &Task, statics: &Statics) -> bool {
        let plain = |name: &str| {
            let value = task.action.argument(name).filter(|value| !value.is_lazy());
            value.and_then(|value| value.str().ok())
        };
        let raw = task.action.raw.as_ref().filter(|raw| !raw.is_lazy()).and_then(|raw| raw.str().ok());
        let wanted = wanted(task.action.word(), raw, &plain);
        wanted.is_some_and(|wanted| self.is_seen(&wanted, statics, &mut HashSet::new()))
    }

    /// Each file is looked into once. What cannot be read is seen by nobody: it is told where it is brought in.
    fn is_seen(&self, wanted: &Wanted, statics: &Statics, looked: &mut HashSet<PathBuf>) -> bool {
        let path = match wanted {
            Wanted::Tasks(name) => find_included(name, statics).ok(),
            Wanted::Role { name, part } => {
                let role = self.paths.find(name, statics).ok();
                role.and_then(|(_, dir)| paths::with_ending(&dir.join("tasks"), part))
            }
        };
        let Some(path) = path.filter(|path| looked.insert(path.clone())) else { return false };
        let text = std::fs::read_to_string(&path).ok();
        let Some(node) = text.and_then(|text| parse_str(&text).ok()) else { return false };
        let mut inner = statics.clone();
        inner.dir = path.parent().unwrap_or(&path).into();
        if matches!(wanted, Wanted::Role { .. }) {
            (inner.role, inner.trail) = (None, Vec::new());
        }
        self.are_seen(&node, &inner, looked)
    }

    fn are_seen(&self, tasks: &Node, statics: &Statics, looked: &mut HashSet<PathBuf>) -> bool {
        let keys = tasks.as_seq().into_iter().flatten().filter_map(Node::as_map).flatten();
        keys.filter_map(|(key, value)| Some((key.text()?, value))).any(|(key, value)| {
            let word = key.rsplit('.').next().unwrap_or(key);
            match word {
                "block" | "rescue" | "always" => self.are_seen(value, statics, looked),
                _ if SEEN.contains(&word) => true,
                _ => wanted(word, value.text().map(str::to_owned), &|name| text(value, name))
                    .is_some_and(|wanted| self.is_seen(&wanted, statics, looked)),
            }
        })
    }
}

/// What a word brings in, with its free text or its arguments.
fn wanted(word: &str, raw: Option<String>, argument: &dyn Fn(&str) -> Option<String>) -> Option<Wanted> {
    match word {
        "include_tasks" | "import_tasks" | "include" => {
            Some(Wanted::Tasks(raw.or_else(|| argument("file"))?))
        }
        "include_role" | "import_role" => Some(Wanted::Role {
            name: argument("name").or_else(|| argument("role"))?,
            part: argument("tasks_from").unwrap_or_else(|| "main".to_owned()),
        }),
        _ => None,
    }
}

fn text(node: &Node, name: &str) -> Option<String> {
    node.entry(name).and_then(Node::text).map(str::to_owned)
}
