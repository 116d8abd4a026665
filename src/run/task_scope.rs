//! The scope of one task: its variables, and what evaluation needs beside them.

use super::frame::Frame;
use super::magic::search_dirs;
use super::scope::Layers;
use crate::template::{Context, Memo, Scope, Surroundings};
use crate::vars::{Promise, Value};
use std::path::Path;
use std::sync::Arc;

/// Where an evaluation happens: the task, and the item of its loop.
#[derive(Clone)]
pub struct At {
    pub frame: Arc<Frame>,
    /// Loop variables and the like.
    pub local: Arc<Vec<(Arc<str>, Value)>>,
    /// The directory of the file that holds the task.
    pub dir: Arc<Path>,
    pub memo: Arc<Memo>,
}

impl At {
    /// A task in this frame, outside of any loop.
    pub fn new(frame: Arc<Frame>, dir: Arc<Path>) -> At {
        At { frame, local: Arc::default(), dir, memo: Arc::default() }
    }

    /// The same place with one more local variable.
    #[must_use]
    pub fn with(&self, name: impl Into<Arc<str>>, value: Value) -> At {
        let mut local = (*self.local).clone();
        local.push((name.into(), value));
        At { local: Arc::new(local), ..self.clone() }
    }

    /// The same place, where choices such as random numbers are made anew.
    #[must_use]
    pub fn afresh(&self) -> At {
        At { memo: Arc::default(), ..self.clone() }
    }
}

/// The variables at one place, at one moment.
pub struct TaskScope {
    pub layers: Layers,
    context: Context,
}

impl TaskScope {
    pub fn new(layers: Layers, at: &At, surroundings: &Arc<Surroundings>) -> TaskScope {
        let search = search_dirs(&layers).iter().map(|dir| dir.to_path_buf()).collect();
        let surroundings = surroundings.clone();
        let context = Context { surroundings, search, memo: at.memo.clone(), ..Context::default() };
        TaskScope { layers, context }
    }

    /// The same scope while files of the controller may still change.
    #[must_use]
    pub fn waiting_for(mut self, pending: Option<Arc<Promise>>) -> TaskScope {
        self.context.controller_pending = pending;
        self
    }

    /// Variables outside of any task.
    pub fn plain(layers: Layers, context: Context) -> TaskScope {
        TaskScope { layers, context }
    }

    /// The scope of another host at the same task: its own variables beneath those of the task and of the play.
    pub fn of_host(&self, host: &Arc<super::host::Host>) -> TaskScope {
        let Layers { frame, dir, local, .. } = self.layers.clone();
        let layers = Layers { frame, dir, local, ..host.layers(&self.layers) };
        TaskScope { layers, context: self.context.fresh() }
    }
}

impl Scope for TaskScope {
    fn value(&self, name: &str) -> Option<Value> {
        self.layers.value(name)
    }

    fn names(&self) -> Vec<Arc<str>> {
        self.layers.names()
    }

    fn context(&self) -> &Context {
        &self.context
    }
}
