//! Files of the controller: `file`, `directory`, `exists`, ...

use super::Table;
use crate::template::Answer;
use crate::template::eval::Call;
use crate::template::python::types;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub const TABLE: Table = &[
    ("file", |call| Ok(path(call)?.is_file())),
    ("is_file", |call| Ok(path(call)?.is_file())),
    ("directory", |call| Ok(path(call)?.is_dir())),
    ("is_dir", |call| Ok(path(call)?.is_dir())),
    ("link", |call| Ok(path(call)?.is_symlink())),
    ("is_link", |call| Ok(path(call)?.is_symlink())),
    ("exists", |call| Ok(path(call)?.exists())),
    ("link_exists", |call| Ok(path(call)?.symlink_metadata().is_ok())),
    ("abs", |call| Ok(path(call)?.is_absolute())),
    ("is_abs", |call| Ok(path(call)?.is_absolute())),
    ("same_file", same_file),
    ("is_same_file", same_file),
    ("mount", |call| Ok(is_mount(&path(call)?))),
    ("is_mount", |call| Ok(is_mount(&path(call)?))),
];

fn path(call: &mut Call) -> Answer<PathBuf> {
    call.ev.context.reads_controller()?;
    Ok(types::text(&call.only()?)?.into())
}

fn same_file(call: &mut Call) -> Answer<bool> {
    call.ev.context.reads_controller()?;
    let args = call.bind(&["value", "other"])?;
    let identity = |path: String| Path::new(&path).metadata().ok().map(|found| (found.dev(), found.ino()));
    let (left, right) = (identity(args.text("value")?), identity(args.text("other")?));
    Ok(left.is_some() && left == right)
}

/// Another device than its parent, or the root.
fn is_mount(path: &Path) -> bool {
    let (Ok(own), Ok(parent)) = (path.symlink_metadata(), path.join("..").metadata()) else { return false };
    !own.is_symlink() && (own.dev() != parent.dev() || own.ino() == parent.ino())
}
