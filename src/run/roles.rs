//! The roles of a play, in the order in which their variables and handlers count: Ansible notes one when it has read its tasks, so
//! what these import comes before it.

use super::frame::{Frame, FrameKind};
use super::handlers::{Handler, handlers_of, role_handlers};
use crate::playbook::{Entry, Group, Play, Role};
use std::sync::Arc;

/// A role with the frame of its tasks.
type Framed = (Arc<Role>, Arc<Frame>);

/// Several of them.
pub type Roles = Vec<Framed>;

/// Every role that an entry brings in without being asked at run time, with the frame of its tasks.
pub fn roles_of(entry: &Entry, frame: &Arc<Frame>) -> Roles {
    match entry {
        Entry::Task(_) => Vec::new(),
        Entry::Block(block) => {
            let inner = frame.keywords(&block.keywords);
            let inside = block.tasks.iter().chain(&block.rescue).chain(&block.always);
            inside.flat_map(|entry| roles_of(entry, &inner)).collect()
        }
        Entry::Group(group) => {
            let (inner, role) = entered(group, frame);
            group.entries.iter().flat_map(|entry| roles_of(entry, &inner)).chain(role).collect()
        }
    }
}

/// The same in two parts: the roles that are named there and those that they depend on, and what the tasks of these import.
pub fn named_and_imported(entry: &Entry, frame: &Arc<Frame>) -> (Roles, Roles) {
    let (mut named, mut imported) = (Vec::new(), Vec::new());
    match entry {
        Entry::Group(group) if group.role.is_none() => {
            let inner = frame.keywords(&group.keywords);
            for entry in &group.entries {
                let (of_it, imported_there) = named_and_imported(entry, &inner);
                named.extend(of_it);
                imported.extend(imported_there);
            }
        }
        Entry::Group(group) => {
            let (inner, role) = entered(group, frame);
            named.extend(role);
            imported.extend(group.entries.iter().flat_map(|entry| roles_of(entry, &inner)));
        }
        _ => imported.extend(roles_of(entry, frame)),
    }
    (named, imported)
}

/// The frame of the tasks of a group, and the role that it is.
fn entered(group: &Group, frame: &Arc<Frame>) -> (Arc<Frame>, Option<Framed>) {
    let inner = frame.keywords(&group.keywords);
    let Some(role) = &group.role else { return (inner, None) };
    let inner = inner.inside(FrameKind::Role(role.clone()));
    (inner.clone(), Some((role.clone(), inner)))
}

/// The groups of `roles`, as entries.
pub fn groups_of(play: &Play) -> Vec<Entry> {
    play.roles.iter().map(|group| Entry::Group(Arc::new(group.shallow()))).collect()
}

/// Roles of a play that are not run.
pub fn idle_roles(play: &Play, frame: &Arc<Frame>) -> Vec<Arc<Role>> {
    let entries = play.idle_roles.iter().map(|group| Entry::Group(Arc::new(group.shallow())));
    entries.flat_map(|entry| roles_of(&entry, frame)).map(|(role, _)| role).collect()
}

/// The roles in `roles`, and those that tasks import.
fn named_and_imported_of(play: &Play, frame: &Arc<Frame>) -> (Roles, Roles) {
    let parts = groups_of(play).into_iter().map(|group| named_and_imported(&group, frame));
    let (named, imported): (Vec<Roles>, Vec<Roles>) = parts.unzip();
    let tasks = play.pre_tasks.iter().chain(&play.post_tasks).chain(&play.tasks);
    let imported = imported.into_iter().flatten().chain(tasks.flat_map(|entry| roles_of(entry, frame)));
    (named.into_iter().flatten().collect(), imported.collect())
}

/// Every role of a play, dependencies before those that want them.
pub fn play_roles(play: &Play, frame: &Arc<Frame>) -> Roles {
    let (named, imported) = named_and_imported_of(play, frame);
    named.into_iter().chain(imported).collect()
}

/// The handlers of the roles in `roles`, those of the play, then those of roles that tasks import.
pub fn play_handlers(play: &Play, frame: &Arc<Frame>) -> Vec<Handler> {
    let (named, imported) = named_and_imported_of(play, frame);
    let of_roles = |roles: &Roles| -> Vec<Handler> {
        roles.iter().flat_map(|(role, frame)| role_handlers(role, frame)).collect()
    };
    [of_roles(&named), handlers_of(&play.handlers, frame), of_roles(&imported)].concat()
}
