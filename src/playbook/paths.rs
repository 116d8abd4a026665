//! Where roles and their files are looked for.

use super::loader::Statics;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The directories in which roles and collections are looked for.
#[derive(Clone, Debug, Default)]
pub struct RolePaths {
    /// `roles_path` of the settings, in order.
    pub roles: Vec<PathBuf>,
    /// Those beside the playbooks that were named, then `collections_path` of the settings; each holds `ansible_collections`.
    pub collections: Vec<PathBuf>,
}

/// The directory in which collections lie.
pub const COLLECTIONS: &str = "ansible_collections";

/// The endings of a file that may be named without one, as Ansible tries them.
const ENDINGS: &[&str] = &["yml", "yaml", "json"];

impl RolePaths {
    /// The name of a role, in full where it is one of a collection, and its directory; those that were tried if there is none.
    pub fn find(&self, name: &str, statics: &Statics) -> Result<(String, PathBuf), Vec<PathBuf>> {
        let playbook_dir = &*statics.playbook_dir;
        let mut tried = Vec::new();
        let in_others = statics.collections.iter().map(|collection| format!("{collection}.{name}"));
        let names = std::iter::once(name.to_owned()).chain(in_others);
        for full in names {
            if let Some(path) = self.in_collections(&full, "roles").into_iter().find(|path| path.is_dir()) {
                return Ok((full, path));
            }
        }
        let beside = statics.role.as_ref().and_then(|role| role.path.parent()).map(Path::to_owned);
        let fixed = [playbook_dir.join("roles")].into_iter();
        let dirs = fixed.chain(self.roles.iter().cloned()).chain(beside).chain([playbook_dir.to_owned()]);
        for dir in dirs {
            let path = dir.join(name);
            if path.is_dir() {
                return Ok((name.to_owned(), path));
            }
            tried.push(path);
        }
        Err(tried)
    }

    /// The file of a playbook that is named `namespace.collection.playbook`.
    pub(super) fn playbook(&self, name: &str) -> Option<PathBuf> {
        let stem = name.trim_end_matches(".yml").trim_end_matches(".yaml");
        let places = self.in_collections(stem, "playbooks");
        places.iter().find_map(|path| with_ending(path.parent()?, path.file_name()?.to_str()?))
    }

    /// Where `namespace.collection.name` may be; dots in the name stand for directories.
    fn in_collections(&self, name: &str, folder: &str) -> Vec<PathBuf> {
        let parts: Vec<&str> = name.splitn(3, '.').collect();
        let [namespace, collection, name] = parts[..] else { return Vec::new() };
        let inner = Path::new(COLLECTIONS).join(namespace).join(collection).join(folder);
        let inner = inner.join(name.replace('.', "/"));
        self.collections.iter().map(|dir| dir.join(&inner)).collect()
    }
}

/// The collection that holds a path: `namespace.collection`.
pub(super) fn collection(path: &Path) -> Option<Arc<str>> {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    let mut inside = parts.skip_while(|part| part != COLLECTIONS).skip(1);
    Some(format!("{}.{}", inside.next()?, inside.next()?).into())
}

/// The file `stem` in a directory, tried with the usual endings and then as it is.
pub(super) fn with_ending(dir: &Path, stem: &str) -> Option<PathBuf> {
    let endings = ENDINGS.iter().map(|ending| dir.join(format!("{stem}.{ending}")));
    endings.chain([dir.join(stem)]).find(|path| path.is_file())
}

/// The variables file `stem` in a directory, or all files below the directory of that name, sorted.
pub(super) fn variables(dir: &Path, stem: &str) -> Vec<PathBuf> {
    if let Some(file) = with_ending(dir, stem) {
        return vec![file];
    }
    let mut files = Vec::new();
    below(&dir.join(stem), &mut files);
    files
}

fn below(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, files);
        } else if is_variables_file(&path) {
            files.push(path);
        }
    }
}

fn is_variables_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    let known = ending.is_none_or(|ending| ENDINGS.contains(&ending.as_str()));
    known && !name.starts_with('.') && !name.ends_with('~')
}
