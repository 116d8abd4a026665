//! `for`, and the variable `loop`.

use super::Evaluator;
use super::output::Output;
use super::statement::Flow;
use crate::template::Answer;
use crate::template::python::iterate;
use crate::template::syntax::{name, tree};
use crate::vars::{Kind, Object, Undefined, Value};
use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tree::{For, Name};

/// The variable `loop`.
#[derive(Debug)]
pub struct Loop {
    items: Arc<Vec<Value>>,
    index: AtomicUsize,
    depth: usize,
    changed: Mutex<Option<Vec<Value>>>,
    /// The statement, if it can be called again with other items.
    pub recursive: Option<Arc<For>>,
}

static LOOP: LazyLock<Name> = LazyLock::new(|| name("loop"));

impl Evaluator<'_> {
    pub(super) fn for_loop(&mut self, statement: &Arc<For>, out: &mut Output) -> Answer<()> {
        let iterated = self.eval(&statement.iterated)?;
        let items = iterate::items(&iterated).map_err(|error| self.placed(error, statement.iterated.part))?;
        self.walk(statement, items, 0, out)
    }

    /// Runs the body of a loop for each item.
    pub(super) fn walk(
        &mut self,
        statement: &Arc<For>,
        items: Arc<Vec<Value>>,
        depth: usize,
        out: &mut Output,
    ) -> Answer<()> {
        let items = match &statement.condition {
            Some(condition) => Arc::new(self.chosen(statement, condition, &items)?),
            None => items,
        };
        if items.is_empty() {
            return self.scoped(&statement.otherwise, out).map(drop);
        }
        let mark = self.frames.enter();
        let result = self.nested(statement.part, |ev| ev.rounds(statement, items, depth, out));
        self.frames.leave(mark);
        result
    }

    fn rounds(
        &mut self,
        statement: &Arc<For>,
        items: Arc<Vec<Value>>,
        depth: usize,
        out: &mut Output,
    ) -> Answer<()> {
        let recursive = statement.recursive.then(|| statement.clone());
        let state = Loop {
            items: items.clone(),
            index: AtomicUsize::new(0),
            depth,
            changed: Mutex::default(),
            recursive,
        };
        let state = Arc::new(state);
        let shown = Value::new(crate::vars::Data::Object(state.clone()));
        for (index, item) in items.iter().enumerate() {
            state.index.store(index, Ordering::Relaxed);
            self.frames.renew();
            self.frames.bind(&LOOP, shown.clone());
            self.assign(&statement.target, item.clone())?;
            if self.body(&statement.body, out)? == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    /// The items for which the loop's `if` holds.
    fn chosen(&mut self, statement: &For, condition: &tree::Expr, items: &[Value]) -> Answer<Vec<Value>> {
        let mark = self.frames.enter();
        let mut chosen = Vec::new();
        let mut walk = || -> Answer<()> {
            for item in items {
                self.frames.renew();
                self.assign(&statement.target, item.clone())?;
                if self.truth(condition)? {
                    chosen.push(item.clone());
                }
            }
            Ok(())
        };
        let result = walk();
        self.frames.leave(mark);
        result.map(|()| chosen)
    }
}

impl Loop {
    fn at(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }

    /// How deep recursive calls are, counted from zero.
    pub fn depth(&self) -> usize {
        self.depth
    }

    fn neighbour(&self, index: Option<usize>, which: &str) -> Value {
        let found = index.and_then(|index| self.items.get(index).cloned());
        found.unwrap_or_else(|| {
            let undefined = Undefined::new(format!("loop.{which}"), crate::source::Span::NONE);
            Value::new(crate::vars::Data::Undefined(Arc::new(undefined)))
        })
    }

    /// One of the values in turn.
    pub fn cycle(&self, values: &[Value]) -> Option<Value> {
        values.get(self.at().checked_rem(values.len())?).cloned()
    }

    /// Whether the values differ from those of the round before.
    pub fn changed(&self, values: Vec<Value>) -> bool {
        let mut last = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = last.as_ref() != Some(&values);
        *last = Some(values);
        changed
    }
}

impl Object for Loop {
    fn type_name(&self) -> &str {
        "LoopContext"
    }

    fn kind(&self) -> Kind {
        Kind::Plain
    }

    fn get(&self, key: &Value) -> Option<Value> {
        let (at, length) = (self.at(), self.items.len());
        Some(match key.as_str()? {
            "index" => (at + 1).into(),
            "index0" => at.into(),
            "revindex" => length.saturating_sub(at).into(),
            "revindex0" => length.saturating_sub(at + 1).into(),
            "first" => (at == 0).into(),
            "last" => (at + 1 == length).into(),
            "length" => length.into(),
            "depth" => (self.depth + 1).into(),
            "depth0" => self.depth.into(),
            "previtem" => self.neighbour(at.checked_sub(1), "previtem"),
            "nextitem" => self.neighbour(Some(at + 1), "nextitem"),
            _ => return None,
        })
    }

    fn text(&self) -> String {
        format!("<LoopContext {}/{}>", self.at() + 1, self.items.len())
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
