//! What includes have brought into a play: roles, whose handlers and names all hosts share.

use super::frame::Frame;
use super::handlers::{Handler, role_handlers};
use super::position::Position;
use super::roles::{Roles, roles_of};
use crate::playbook::{Entry, Play, Role};
use crate::vars::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Where a handler is found: at the inclusion of its role, or at none where the play has it from the beginning, and its number there.
pub type HandlerPlace = (Position, usize);

/// Roles by the places at which they were included.
#[derive(Default)]
pub struct Brought(Mutex<BTreeMap<Position, Inclusion>>);

struct Inclusion {
    /// Of the task that includes, which may do so for several items.
    task: Position,
    roles: Roles,
}

impl Brought {
    /// Keeps what a task brings in at a place behind it: what the first host says that comes there.
    pub fn add(&self, task: &[u32], place: &[u32], entries: &[Entry], frame: &Arc<Frame>) {
        let roles: Roles = entries.iter().flat_map(|entry| roles_of(entry, frame)).collect();
        if !roles.is_empty() {
            let inclusion = Inclusion { task: task.to_vec(), roles };
            self.all().entry(place.to_vec()).or_insert(inclusion);
        }
    }

    /// The handlers of the roles that were included by tasks before a position.
    pub fn handlers(&self, position: &[u32]) -> Vec<(HandlerPlace, Handler)> {
        let mut handlers = Vec::new();
        for (place, inclusion) in self.all().iter().filter(|(_, inclusion)| *inclusion.task < *position) {
            let here =
                inclusion.roles.iter().flat_map(|(role, frame)| role_handlers(role, frame)).enumerate();
            handlers.extend(here.map(|(number, handler)| ((place.clone(), number), handler)));
        }
        handlers
    }

    /// The roles that were included by tasks before a position.
    pub fn roles(&self, position: &[u32]) -> Vec<Arc<Role>> {
        let all = self.all();
        let before = all.values().filter(|inclusion| *inclusion.task < *position);
        before.flat_map(|inclusion| &inclusion.roles).map(|(role, _)| role.clone()).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Position, Inclusion>> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

/// Whether a play has a task with one of these words.
pub fn has_task(play: &Play, words: &[&str]) -> bool {
    let mut entries = [&play.pre_tasks, &play.tasks, &play.post_tasks].into_iter().flatten();
    let mut of_roles = play.roles.iter().flat_map(|group| &group.entries);
    of_roles.any(|entry| entry.has(&|task| task.is(words)))
        || entries.any(|entry| entry.has(&|task| task.is(words)))
}

/// The names of the roles of a play.
#[derive(Clone, Debug)]
pub struct RoleNames {
    /// Those that the play or a task names, each as often as they do.
    pub own: Value,
    /// Those that others depend on, each once.
    pub dependent: Value,
    /// All of them, each once.
    pub all: Value,
}

impl RoleNames {
    /// Of roles in the order in which they came.
    pub fn of(roles: &[Arc<Role>]) -> RoleNames {
        let (own, wanted): (Vec<&Arc<Role>>, Vec<&Arc<Role>>) =
            roles.iter().partition(|role| role.parents.is_empty());
        let distinct = |roles: &mut dyn Iterator<Item = &&Arc<Role>>| {
            let names: indexmap::IndexSet<&str> = roles.map(|role| &*role.name).collect();
            names.into_iter().map(Value::from).collect::<Value>()
        };
        RoleNames {
            own: own.iter().map(|role| Value::text(role.name.clone())).collect(),
            dependent: distinct(&mut wanted.iter()),
            all: distinct(&mut own.iter().chain(&wanted)),
        }
    }
}
