//! Trees: `filetree`, `get_path`, `to_paths`, `index_of`; `binary_file`.

use super::files::located;
use super::{Table, texts};
use crate::template::eval::Call;
use crate::template::filters::trees;
use crate::template::{Answer, Error};
use crate::vars::{Map, Value};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

pub const TABLE: Table = &[
    ("filetree", file_tree),
    ("binary_file", binary_file),
    ("get_path", |call| trees::get_path(call).map(|found| vec![found])),
    ("to_paths", |call| trees::to_paths(call).map(|found| vec![found])),
];

/// What lies below folders; of a path that several have, the first one's.
fn file_tree(call: &mut Call) -> Answer<Vec<Value>> {
    let (mut found, mut seen) = (Vec::new(), std::collections::HashSet::new());
    for term in texts(call)? {
        let folder = located(call, "files", term.trim_end_matches('/'))?;
        let root = format!("{}/", folder.display());
        walk(&folder, &mut |path| {
            let below = path.strip_prefix(&folder).unwrap_or(path).to_string_lossy().into_owned();
            if let Some(entry) = entry(&root, path, &below).filter(|_| seen.insert(below)) {
                found.push(entry);
            }
        });
    }
    Ok(found)
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().for_each(|path| visit(path));
    paths.iter().filter(|path| path.is_dir() && !path.is_symlink()).for_each(|path| walk(path, visit));
}

/// A file as the lookup tells it; nothing of sockets and the like.
fn entry(root: &str, path: &Path, below: &str) -> Option<Value> {
    let stat = path.symlink_metadata().ok()?;
    let kind = stat.file_type();
    if kind.is_socket() || kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
        return None;
    }
    let shown = |path: &Path| Value::from(path.to_string_lossy().into_owned());
    let (state, src) = match (kind.is_symlink(), kind.is_dir()) {
        (true, _) => ("link", std::fs::read_link(path).ok().map(|target| shown(&target))),
        (_, true) => ("directory", None),
        _ => ("file", Some(shown(path))),
    };
    let seconds = |seconds: i64, nanoseconds: i64| seconds as f64 + nanoseconds as f64 / 1e9;
    let mut entry = Map::default();
    let mut add = |name: &str, value: Value| drop(entry.insert(name.into(), value));
    add("root", root.into());
    add("path", below.into());
    add("state", state.into());
    if let Some(src) = src {
        add("src", src);
    }
    add("uid", i64::from(stat.uid()).into());
    add("gid", i64::from(stat.gid()).into());
    add("owner", owner_name(stat.uid()).map_or_else(|| i64::from(stat.uid()).into(), Value::from));
    add("group", name_of("/etc/group", stat.gid()).map_or_else(|| i64::from(stat.gid()).into(), Value::from));
    add("mode", format!("0{:03o}", stat.mode() & 0o7777).into());
    add("size", i64::try_from(stat.size()).unwrap_or(i64::MAX).into());
    add("mtime", seconds(stat.mtime(), stat.mtime_nsec()).into());
    add("ctime", seconds(stat.ctime(), stat.ctime_nsec()).into());
    Some(Value::dict(entry))
}

/// The name of the user of this machine that has the number.
pub fn owner_name(uid: u32) -> Option<String> {
    name_of("/etc/passwd", uid)
}

fn name_of(file: &str, id: u32) -> Option<String> {
    let lines = std::fs::read_to_string(file).ok()?;
    let line = lines.lines().find(|line| line.split(':').nth(2) == Some(&id.to_string()))?;
    line.split(':').next().map(str::to_owned)
}

/// A file in base64.
fn binary_file(call: &mut Call) -> Answer<Vec<Value>> {
    use base64::Engine as _;
    let missing = super::Settings::of(&call.args).text("not_exist", "error")?;
    let mut found = Vec::new();
    for term in texts(call)? {
        let path = match located(call, "files", &term) {
            Err(_) if missing == "error" => {
                return Err(Error::failed(format!(
                    "Could not locate file in community.general.binary_file lookup: {term}"
                )));
            }
            Err(_) => {
                found.push(Value::from(if missing == "empty" { "" } else { "empty" }));
                continue;
            }
            Ok(path) => path,
        };
        let failed = |error| Error::failed(format!("`{}` cannot be read: {error}", path.display()));
        found.push(
            base64::engine::general_purpose::STANDARD.encode(std::fs::read(&path).map_err(failed)?).into(),
        );
    }
    Ok(found)
}
