//! `import_tasks` and `import_role`, and `include` where it means the same: followed while reading.

use super::block::Group;
use super::loader::{Loader, Statics};
use super::role::{self, RoleParts};
use super::task::Task;
use crate::source::{Diagnostic, Span};
use crate::vars::Value;
use std::path::{Path, PathBuf};

/// What an import brings in; nothing if the task is no import, and no group if it could not be followed.
pub(super) fn follow(loader: &Loader, task: &Task, statics: &Statics) -> Option<Option<Group>> {
    if task.is(&["include"]) {
        let message = "`include` is a word of old Ansible versions";
        let hint = "write `import_tasks` or `include_tasks`";
        loader.refuse(Diagnostic::warning(message).at(task.action.span).hint(hint));
    }
    let is_old_import = task.is(&["include"]) && is_static(loader, task, statics);
    if !is_old_import && !task.is(&["import_tasks", "import_role"]) {
        return None;
    }
    if let Some(repeat) = &task.own.repeat {
        let message = format!("`{}` cannot be repeated", task.action.written);
        let hint = format!("write `{}`", task.action.written.replace("import", "include"));
        loader.refuse(Diagnostic::error(message).at(repeat.span).hint(hint));
        return Some(None);
    }
    Some(if task.is(&["import_role"]) {
        import_role(loader, task, statics)
    } else {
        import_tasks(loader, task, statics)
    })
}

/// Whether an `include` is followed while reading: if it says so, or else if nothing about it needs a host.
fn is_static(loader: &Loader, task: &Task, statics: &Statics) -> bool {
    let is_there = |file: &Value| {
        !file.is_lazy() && loader.text(file, statics).is_some_and(|name| find_tasks(&name, statics).is_ok())
    };
    task.own.is_static.unwrap_or_else(|| {
        !statics.at_run && task.own.repeat.is_none() && task.action.raw.as_ref().is_some_and(is_there)
    })
}

fn import_tasks(loader: &Loader, task: &Task, statics: &Statics) -> Option<Group> {
    let inner = statics.inside(&task.keywords);
    let Some(file) = task.action.raw.as_ref().or_else(|| task.action.argument("file")) else {
        let message = format!("`{}` names no file", task.action.written);
        loader.refuse(Diagnostic::error(message).at(task.action.span));
        return None;
    };
    let name = loader.text(file, &inner)?;
    let path =
        find_tasks(&name, &inner).map_err(|tried| loader.refuse(no_file(&name, file.span(), &tried))).ok()?;
    if inner.trail.contains(&path) {
        loader.refuse(Diagnostic::error(format!("`{name}` imports itself")).at(file.span()));
        return None;
    }
    let mut keywords = task.keywords.clone();
    keywords.vars.extend(parameters(task));
    keywords.tags.extend(keywords.vars.shift_remove("tags"));
    let inner = statics.inside(&keywords);
    Some(Group { span: task.span, keywords, role: None, entries: loader.tasks(&path, &inner) })
}

/// Variables given in the old way, beside the file name.
fn parameters(task: &Task) -> crate::vars::Vars {
    let arguments =
        task.action.arguments.iter().filter(|argument| !matches!(&*argument.name, "file" | "apply"));
    arguments.map(|argument| (argument.name.clone(), argument.value.clone())).collect()
}

/// The file of tasks with this name, seen from a file or a role; those that were tried if there is none.
fn find_tasks(name: &str, statics: &Statics) -> Result<PathBuf, Vec<PathBuf>> {
    let role = statics.role.as_ref().map(|role| role.path.clone());
    let trail = statics.trail.iter().rev().filter_map(|file| file.parent()).map(Path::to_owned);
    let mut dirs: Vec<PathBuf> = [statics.dir.to_path_buf()].into_iter().chain(trail).collect();
    dirs.extend(role.iter().flat_map(|role| [role.join("tasks"), role.to_path_buf()]));
    dirs.extend([statics.playbook_dir.join("tasks"), statics.playbook_dir.to_path_buf()]);
    let mut tried = Vec::new();
    for path in dirs.into_iter().map(|dir| clean(&dir.join(name))) {
        if path.is_file() {
            return Ok(path);
        }
        if !tried.contains(&path) {
            tried.push(path);
        }
    }
    Err(tried)
}

/// The same for a file that is named while the run is under way: in a role, what stands beside its `main.yml` (or the one of its
/// handlers) comes before what is near, which is Ansible's order for `include_tasks` alone.
pub fn find_included(name: &str, statics: &Statics) -> Result<PathBuf, Vec<PathBuf>> {
    let of_role = statics.role.as_ref().and_then(|role| {
        let part = statics.dir.strip_prefix(&role.path).ok()?.components().next()?;
        Some(clean(&role.path.join(part).join(name)))
    });
    match of_role.filter(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => find_tasks(name, statics),
    }
}

/// The path without `.` and `..` where that is a matter of text alone.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The message for a file that is nowhere.
pub fn no_file(name: &str, span: Span, tried: &[PathBuf]) -> Diagnostic {
    let shown: Vec<String> = tried.iter().map(|path| format!("`{}`", path.display())).collect();
    let message = format!("there is no file `{name}`");
    Diagnostic::error(message).at(span).hint(format!("looked for {}", shown.join(", ")))
}

fn import_role(loader: &Loader, task: &Task, statics: &Statics) -> Option<Group> {
    let inner = statics.inside(&task.keywords);
    let parts = RoleParts::of_task(loader, task, &inner)?;
    let group = role::load(loader, &parts, task.keywords.vars.clone(), &inner)?;
    // Its variables are those of a block, too, which counts more than what roles in it say.
    let keywords = task.keywords.clone();
    Some(Group { span: task.span, keywords, role: None, entries: vec![super::Entry::Group(group.into())] })
}
