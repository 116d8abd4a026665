//! Where roles and their files are looked for.

use std::path::{Path, PathBuf};

/// The directories in which roles and collections are looked for.
#[derive(Clone, Debug, Default)]
pub struct RolePaths {
    /// `roles_path` of the settings, in order.
    pub roles: Vec<PathBuf>,
    /// `collections_path` of the settings, in order; each holds `ansible_collections`.
    pub collections: Vec<PathBuf>,
}

/// The endings of a file that may be named without one, as Ansible tries them.
const ENDINGS: &[&str] = &["yml", "yaml", "json"];

impl RolePaths {
    /// The directory of a role, and those that were tried if there is none.
    pub fn find(
        &self,
        name: &str,
        playbook_dir: &Path,
        asking: Option<&Path>,
    ) -> Result<PathBuf, Vec<PathBuf>> {
        let mut tried = Vec::new();
        if let Some(inside) = self.in_collection(name, playbook_dir) {
            return Ok(inside);
        }
        let beside = asking.and_then(Path::parent).map(Path::to_owned);
        let fixed = [playbook_dir.join("roles")].into_iter();
        let dirs = fixed.chain(beside).chain(self.roles.iter().cloned()).chain([playbook_dir.to_owned()]);
        for dir in dirs {
            let path = dir.join(name);
            if path.is_dir() {
                return Ok(path);
            }
            tried.push(path);
        }
        Err(tried)
    }

    /// `namespace.collection.role`, where that collection is installed or lies beside the playbook.
    fn in_collection(&self, name: &str, playbook_dir: &Path) -> Option<PathBuf> {
        let mut parts = name.splitn(3, '.');
        let (namespace, collection, role) = (parts.next()?, parts.next()?, parts.next()?);
        let inner =
            Path::new("ansible_collections").join(namespace).join(collection).join("roles").join(role);
        let beside = playbook_dir.join("collections");
        let dirs = std::iter::once(&beside).chain(&self.collections);
        dirs.map(|dir| dir.join(&inner)).find(|path| path.is_dir())
    }
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
