//! Names bound by a template: `set`, loops, macros.

use crate::template::syntax::tree::Name;
use crate::vars::Value;
use std::sync::Arc;

#[derive(Default)]
struct Frame {
    names: Vec<(Name, Value)>,
    parent: Option<usize>,
    /// Whether it is of a template without context, which sees no variables.
    alone: bool,
}

/// All frames of an evaluation. A frame lives until the one below it ends, unless a macro was
/// defined in it.
#[derive(Default)]
pub struct Frames {
    all: Vec<Frame>,
    current: Option<usize>,
    /// Frames up to here are seen by a macro and must stay.
    kept: usize,
}

/// Where to go back to.
#[derive(Clone, Copy)]
pub struct Mark {
    current: Option<usize>,
    length: usize,
}

impl Frames {
    /// Begins a frame below the current one.
    pub fn enter(&mut self) -> Mark {
        self.enter_below(self.current)
    }

    /// Begins a frame below another one, or one that sees no other.
    pub fn enter_below(&mut self, parent: Option<usize>) -> Mark {
        self.push(Frame { names: Vec::new(), parent, alone: false })
    }

    /// Begins a frame that sees no other, and no variables.
    pub fn enter_alone(&mut self) -> Mark {
        self.push(Frame { names: Vec::new(), parent: None, alone: true })
    }

    fn push(&mut self, frame: Frame) -> Mark {
        let mark = Mark { current: self.current, length: self.all.len() };
        self.all.push(frame);
        self.current = Some(mark.length);
        mark
    }

    /// Whether the variables of the scope are seen: not in templates without context, their macros included.
    pub fn sees_variables(&self) -> bool {
        let mut at = self.current;
        while let Some(frame) = at.and_then(|index| self.all.get(index)) {
            if frame.alone {
                return false;
            }
            at = frame.parent;
        }
        true
    }

    /// Sees no frame until the mark is left.
    pub fn hide(&mut self) -> Mark {
        let mark = Mark { current: self.current, length: self.all.len() };
        self.current = None;
        mark
    }

    /// Ends everything begun since the mark.
    pub fn leave(&mut self, mark: Mark) {
        self.current = mark.current;
        self.all.truncate(mark.length.max(self.kept));
    }

    /// Empties the current frame for the next round of a loop.
    pub fn renew(&mut self) {
        let Some(current) = self.current else { return };
        if current >= self.kept
            && let Some(frame) = self.all.get_mut(current)
        {
            frame.names.clear();
            self.all.truncate(current + 1);
            return;
        }
        let Some(frame) = self.all.get(current) else { return };
        self.all.push(Frame { names: Vec::new(), parent: frame.parent, alone: frame.alone });
        self.current = Some(self.all.len() - 1);
    }

    /// The current frame, which stays from now on.
    pub fn keep(&mut self) -> Option<usize> {
        self.kept = self.kept.max(self.all.len());
        self.current
    }

    pub fn value(&self, name: &Name) -> Option<&Value> {
        let mut at = self.current;
        while let Some(frame) = at.and_then(|index| self.all.get(index)) {
            if let Some((_, value)) = frame.names.iter().rev().find(|(bound, _)| Arc::ptr_eq(bound, name)) {
                return Some(value);
            }
            at = frame.parent;
        }
        None
    }

    /// Binds a name in the current frame.
    pub fn bind(&mut self, name: &Name, value: Value) {
        let Some(frame) = self.current.and_then(|index| self.all.get_mut(index)) else { return };
        match frame.names.iter_mut().find(|(bound, _)| Arc::ptr_eq(bound, name)) {
            Some((_, old)) => *old = value,
            None => frame.names.push((name.clone(), value)),
        }
    }

    /// What the current frame binds itself.
    pub fn own(&self) -> Vec<(Name, Value)> {
        self.current
            .and_then(|index| self.all.get(index))
            .map(|frame| frame.names.clone())
            .unwrap_or_default()
    }
}
