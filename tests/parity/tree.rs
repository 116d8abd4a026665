//! Trees of files: copied before a run, and listed after it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Copies a tree with its modes and links.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), &target).unwrap();
        } else if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Every file below a directory: its path, its mode, and what is in it.
pub fn listed(root: &Path) -> String {
    let mut out = String::new();
    list(root, root, &mut out);
    out
}

fn list(root: &Path, directory: &Path, out: &mut String) {
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(root).unwrap().display();
        let found = path.symlink_metadata().unwrap();
        let mode = found.permissions().mode() & 0o7777;
        if found.is_symlink() {
            out.push_str(&format!("{name} -> {}\n", std::fs::read_link(&path).unwrap().display()));
        } else if found.is_dir() {
            out.push_str(&format!("{name}/ {mode:04o}\n"));
            list(root, &path, out);
        } else {
            let content = std::fs::read(&path).unwrap();
            out.push_str(&format!("{name} {mode:04o} {:?}\n", String::from_utf8_lossy(&content)));
        }
    }
}
