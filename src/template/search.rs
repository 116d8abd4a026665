//! Where relative files of lookups and templates are looked for.

use super::Context;
use std::path::{Path, PathBuf};

/// The folders in order: of each folder of the context its subfolder for the kind of file
/// (`files`, `templates`, `vars`), then itself; at last those of the playbook.
pub fn folders(context: &Context, kind: &str) -> Vec<PathBuf> {
    let playbook = &context.surroundings.playbook_dir;
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in context.search.iter().chain([playbook]) {
        for candidate in [folder.join(kind), folder.clone()] {
            if !folders.contains(&candidate) {
                folders.push(candidate);
            }
        }
    }
    folders
}

/// The first place where a file or folder of that name exists.
pub fn find(context: &Context, kind: &str, name: &str) -> Option<PathBuf> {
    let name = expanded(name, context);
    if name.is_absolute() {
        return name.exists().then_some(name);
    }
    folders(context, kind).into_iter().map(|folder| folder.join(&name)).find(|path| path.exists())
}

/// A path with `~` at its start replaced by the home folder.
pub fn expanded(name: &str, context: &Context) -> PathBuf {
    match name.strip_prefix("~/") {
        Some(rest) => {
            let home = context.surroundings.services.environment("HOME").unwrap_or_default();
            Path::new(&home).join(rest)
        }
        None => PathBuf::from(name),
    }
}

/// The folders as a message lists them.
pub fn listed(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| format!("`{}`", folder.display())).collect::<Vec<_>>().join(", ")
}
