//! The handlers that there are, in the order in which they run: the one in which Ansible reads them.

use super::frame::{Frame, FrameKind};
use crate::playbook::{Entry, Group, Play, Role, Task};
use std::sync::Arc;

/// A handler, and where it stands.
#[derive(Clone, Debug)]
pub struct Handler {
    pub task: Arc<Task>,
    pub frame: Arc<Frame>,
}

/// Roles with the frames of their tasks. A role that is used twice has its handlers twice, with the variables of each use.
type Uses = Vec<(Arc<Role>, Arc<Frame>)>;

/// The handlers of a play: those of its roles, its own, and those of the roles that tasks import.
pub fn play_handlers(play: &Play, frame: &Arc<Frame>) -> Vec<Handler> {
    let mut imported = Uses::new();
    let groups = play.roles.iter().map(|group| Entry::Group(Arc::new(group.shallow())));
    let roles: Uses = groups.flat_map(|group| used_by(&group, frame, &mut imported)).collect();
    let tasks = play.pre_tasks.iter().chain(&play.post_tasks).chain(&play.tasks);
    let own = handlers_of(&play.handlers, frame);
    [of_uses(&roles), own, of_uses(&imported), imported_handlers(tasks, frame)].concat()
}

/// The handlers of the roles that entries bring in.
pub fn imported_handlers<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    frame: &Arc<Frame>,
) -> Vec<Handler> {
    let mut uses = Uses::new();
    import(entries, frame, &mut uses);
    of_uses(&uses)
}

fn of_uses(uses: &Uses) -> Vec<Handler> {
    let handlers = |(role, frame): &(Arc<Role>, _)| role.handlers.get().map(|all| handlers_of(all, frame));
    uses.iter().filter_map(handlers).flatten().collect()
}

/// Each role behind those that its own tasks import.
fn import<'e>(entries: impl IntoIterator<Item = &'e Entry>, frame: &Arc<Frame>, imported: &mut Uses) {
    for entry in entries {
        let own = used_by(entry, frame, imported);
        imported.extend(own);
    }
}

/// The role that an entry is a use of, behind what it depends on; what the tasks in there import is added to `imported`.
fn used_by(entry: &Entry, frame: &Arc<Frame>, imported: &mut Uses) -> Uses {
    match entry {
        Entry::Task(_) => {}
        Entry::Block(block) => {
            let all = block.tasks.iter().chain(&block.rescue).chain(&block.always);
            import(all, &frame.keywords(&block.keywords), imported);
        }
        Entry::Group(group) => return used_by_group(group, &frame.keywords(&group.keywords), imported),
    }
    Uses::new()
}

fn used_by_group(group: &Group, frame: &Arc<Frame>, imported: &mut Uses) -> Uses {
    let is_role = |entry: &Entry| matches!(entry, Entry::Group(group) if group.role.is_some());
    match &group.role {
        Some(role) => {
            let inside = frame.inside(FrameKind::Role(role.clone()));
            import(&group.entries, &inside, imported);
            vec![(role.clone(), inside)]
        }
        None if group.entries.iter().any(is_role) => {
            group.entries.iter().flat_map(|entry| used_by(entry, frame, imported)).collect()
        }
        None => {
            import(&group.entries, frame, imported);
            Uses::new()
        }
    }
}

/// The handlers in a list, in the order of definition.
pub fn handlers_of(entries: &[Entry], frame: &Arc<Frame>) -> Vec<Handler> {
    entries.iter().flat_map(|entry| handlers_in(entry, frame)).collect()
}

fn handlers_in(entry: &Entry, frame: &Arc<Frame>) -> Vec<Handler> {
    match entry {
        Entry::Task(task) => vec![Handler { task: task.clone(), frame: frame.clone() }],
        Entry::Block(block) => {
            let inner = frame.inside(FrameKind::Static { keywords: block.keywords.clone(), rescued: false });
            handlers_of(&block.tasks, &inner)
        }
        Entry::Group(group) => {
            let mut inner = frame.keywords(&group.keywords);
            if let Some(role) = &group.role {
                inner = inner.inside(FrameKind::Role(role.clone()));
            }
            handlers_of(&group.entries, &inner)
        }
    }
}
