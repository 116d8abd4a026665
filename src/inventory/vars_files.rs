//! Files in `group_vars` and `host_vars`: read when their group or host is asked for, and only once.

use super::sources::Reader;
use crate::source::{Diagnostic, Diagnostics};
use crate::vars::{Vars, value_of};
use crate::yaml::Node;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What may stand behind the name of a group or host; the first that is there counts alone.
const ENDINGS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

/// The variables of one name, a list for each file.
type Layers = Arc<[Arc<Vars>]>;

/// Reads the files beside inventories and playbooks.
#[derive(Debug)]
pub struct VarsFiles {
    reader: Reader,
    known: Mutex<HashMap<PathBuf, Layers>>,
    listings: Mutex<HashMap<PathBuf, Arc<HashSet<String>>>>,
    found: Mutex<Diagnostics>,
}

impl VarsFiles {
    pub fn new(reader: Reader) -> VarsFiles {
        VarsFiles { reader, known: Mutex::default(), listings: Mutex::default(), found: Mutex::default() }
    }

    /// All that was found wrong or doubtful since the last call.
    pub fn take_diagnostics(&self) -> Diagnostics {
        std::mem::take(&mut *locked(&self.found))
    }

    /// The variables for a name in `group_vars` or `host_vars`, which is `folder`.
    pub fn of(&self, folder: &Path, name: &str) -> Layers {
        let listing = self.listing(folder);
        let found =
            ENDINGS.iter().map(|ending| format!("{name}{ending}")).find(|name| listing.contains(name));
        let Some(key) = found.map(|name| folder.join(name)) else { return Layers::default() };
        if let Some(known) = locked(&self.known).get(&key) {
            return known.clone();
        }
        let files = if key.is_dir() { below(&key) } else { vec![key.clone()] };
        let layers: Layers = files.iter().filter_map(|file| self.read(file)).map(Arc::new).collect();
        locked(&self.known).insert(key, layers.clone());
        layers
    }

    fn listing(&self, folder: &Path) -> Arc<HashSet<String>> {
        if let Some(known) = locked(&self.listings).get(folder) {
            return known.clone();
        }
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names: HashSet<String> =
            names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        locked(&self.listings).entry(folder.to_owned()).or_insert_with(|| Arc::new(names)).clone()
    }

    fn read(&self, path: &Path) -> Option<Vars> {
        let mut found = locked(&self.found);
        let (node, warnings) = found.take(self.reader.node(path))?;
        warnings.into_iter().for_each(|warning| found.push(warning));
        found.take(variables(&node, path))
    }
}

/// The variables that a document is.
///
/// # Errors
///
/// Where it is neither a mapping nor empty.
fn variables(node: &Node, path: &Path) -> Result<Vars, Diagnostic> {
    let Some(entries) = node.as_map() else {
        let message = format!("`{}` must be a mapping of variables, not {}", path.display(), node.kind());
        return if node.is_null() { Ok(Vars::new()) } else { Err(Diagnostic::error(message).at(node.span)) };
    };
    let named = entries.iter().filter_map(|(key, value)| Some((key.text()?, value)));
    Ok(named.map(|(name, value)| (name.into(), value_of(value))).collect())
}

/// The files of a directory and of the directories in it, sorted; hidden ones and backups are passed over.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let path = folder.join(&name);
        let name = name.to_string_lossy();
        let ending =
            path.extension().map_or(String::new(), |ending| format!(".{}", ending.to_string_lossy()));
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() && ending.is_empty() {
            files.extend(below(&path));
        } else if path.is_file() && ENDINGS.contains(&ending.as_str()) {
            files.push(path);
        }
    }
    files
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
