//! Links.

use super::File;
use crate::host::{Change, Failure, Fields, Plan, Probe, Stat, text};
use std::path::{Path, PathBuf};

/// A symbolic link.
pub fn symbolic(file: &File, host: &dyn Probe, path: PathBuf, found: Option<Stat>) -> Result<Plan, Failure> {
    let before = host.link_at(&path)?;
    let target = match (&file.src, &before) {
        (Some(src), _) => text::to_path(&super::super::argument::expand(src, host)?),
        (None, Some(before)) => before.clone(),
        (None, None) => return Err("`src` is missing: what the new link leads to".into()),
    };
    let changed = before.as_ref() != Some(&target);
    if changed || file.src.is_some() {
        target_is_there(file, host, &path, &target)?;
    }
    let mut plan = Plan::nothing();
    if changed {
        plan.changes = make_room(file, host, &path, found.as_ref())?;
        plan.push(Change::Link { path: path.clone(), target: target.clone(), before });
    }
    let result = Fields::new().with("dest", text::from_path(&path)).with("src", text::from_path(&target));
    plan.changes.extend(attributes(file, host, &path, &target, changed)?);
    Ok(Plan { result, ..plan })
}

/// Attributes go to what the link leads to, or to the link itself where links are not followed.
fn attributes(
    file: &File,
    host: &dyn Probe,
    path: &Path,
    target: &Path,
    changed: bool,
) -> Result<Vec<Change>, Failure> {
    if file.follow {
        let target = path.parent().unwrap_or(Path::new("/")).join(target);
        let place = host.resolve(&target)?;
        let Some(stat) = host.stat(&place)? else { return Ok(Vec::new()) };
        let changes = file.attributes.changes(host, &place, &stat)?;
        if !changes.is_empty() {
            host.resolve_to_write(if changed { &target } else { path })?;
        }
        return Ok(changes);
    }
    match host.stat(path)?.filter(|_| !changed) {
        Some(stat) => file.attributes.changes(host, path, &stat),
        None => {
            let before = host.me();
            let after = file.attributes.owner(host, before)?;
            let change = Change::Owner { path: path.to_owned(), before, after };
            Ok(if after == before { Vec::new() } else { vec![change] })
        }
    }
}

fn target_is_there(file: &File, host: &dyn Probe, path: &Path, target: &Path) -> Result<(), Failure> {
    let is_directory = host.stat(path)?.is_some_and(|stat| stat.is_directory());
    let start = if is_directory { path } else { path.parent().unwrap_or(Path::new("/")) };
    let absolute = start.join(target);
    if file.force || host.exists(&absolute)? || host.doubt().is_some() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` does not exist; `force: true` makes the link all the same",
        absolute.display()
    ))
    .with("path", text::from_path(path))
    .with("src", text::from_path(target)))
}

/// What must go before a link can be put in place. Files and links are replaced at once, by the link itself.
fn make_room(
    file: &File,
    host: &dyn Probe,
    path: &Path,
    found: Option<&Stat>,
) -> Result<Vec<Change>, Failure> {
    let Some(stat) = found else {
        let parent = path.parent().unwrap_or(Path::new("/"));
        if host.is_directory(parent)? || host.doubt().is_some() {
            return Ok(Vec::new());
        }
        return Err(Failure::new(format!("the directory `{}` does not exist", parent.display())));
    };
    let refuse = |why: &str| {
        Failure::new(format!("cannot put a link at `{}`: {why}", path.display()))
            .with("path", text::from_path(path))
    };
    if stat.is_link() {
        return Ok(Vec::new());
    }
    if stat.is_directory() {
        if !host.list(path)?.is_empty() {
            return Err(refuse("it is a directory that is not empty"));
        }
        if !file.force {
            return Err(refuse("it is a directory; `force: true` replaces it"));
        }
        return Ok(vec![Change::Remove { path: path.to_owned(), kind: stat.kind }]);
    }
    if file.force { Ok(Vec::new()) } else { Err(refuse("it is a file; `force: true` replaces it")) }
}

/// A hard link.
pub fn hard(file: &File, host: &dyn Probe, path: PathBuf, found: Option<Stat>) -> Result<Plan, Failure> {
    let src = file.src.as_deref().unwrap_or_default();
    let target = path
        .parent()
        .unwrap_or(Path::new("/"))
        .join(text::to_path(&super::super::argument::expand(src, host)?));
    let Some(source) = host.stat(&target)? else {
        return Err(host.missing(format!("`{}` does not exist", target.display())));
    };
    let result = Fields::new().with("dest", text::from_path(&path)).with("src", src);
    let same = |stat: &Stat| stat.inode == source.inode && stat.device == source.device && stat.inode != 0;
    if found.as_ref().is_some_and(same) {
        let stat = found.unwrap_or(source);
        return Ok(Plan { result, ..file.attributes.plan(host, &path, &stat)? });
    }
    let mut plan = Plan::from(make_room(file, host, &path, found.as_ref())?);
    plan.push(Change::HardLink { path: path.clone(), target });
    plan.changes.extend(file.attributes.changes(host, &path, &source)?);
    Ok(Plan { result, ..plan })
}
