//! Where a task stands: what it inherits from the blocks, imports, roles and includes around it.

use crate::playbook::{Keyword, Keywords, Role};
use crate::vars::{Value, Vars};
use std::sync::Arc;

/// One step outwards from a task. The outermost frame is the play's.
#[derive(Debug)]
pub struct Frame {
    pub parent: Option<Arc<Frame>>,
    pub kind: FrameKind,
}

/// What a frame stands for.
#[derive(Debug)]
pub enum FrameKind {
    Play(Keywords),
    /// A block, an import, the use of a role: all its keywords hold inside.
    Static {
        keywords: Keywords,
        /// Inside the tasks of a block that has `rescue`.
        rescued: bool,
    },
    Role(Arc<Role>),
    /// A dynamic include: only its variables hold inside.
    Include {
        vars: Arc<Vars>,
        /// Where the included file is looked for next: the directory of the file that includes.
        dir: Arc<std::path::Path>,
    },
}

impl Frame {
    /// The outermost frame.
    pub fn play(keywords: Keywords) -> Arc<Frame> {
        Arc::new(Frame { parent: None, kind: FrameKind::Play(keywords) })
    }

    /// A frame inside this one.
    pub fn inside(self: &Arc<Frame>, kind: FrameKind) -> Arc<Frame> {
        Arc::new(Frame { parent: Some(self.clone()), kind })
    }

    /// A frame for these keywords, or this one where there are none.
    pub fn keywords(self: &Arc<Frame>, keywords: &Keywords) -> Arc<Frame> {
        if keywords.is_empty() {
            return self.clone();
        }
        self.inside(FrameKind::Static { keywords: keywords.clone(), rescued: false })
    }

    /// This frame and those around it, the innermost first.
    pub fn chain(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(Some(self), |frame| frame.parent.as_deref())
    }

    /// The keywords around, the innermost first.
    pub fn all_keywords(&self) -> impl Iterator<Item = &Keywords> {
        self.chain().filter_map(|frame| match &frame.kind {
            FrameKind::Play(keywords) | FrameKind::Static { keywords, .. } => Some(keywords),
            FrameKind::Role(_) | FrameKind::Include { .. } => None,
        })
    }

    /// The value of an inherited keyword that is nearest.
    pub fn keyword(&self, keyword: Keyword) -> Option<&Value> {
        self.all_keywords().find_map(|keywords| keywords.own(keyword))
    }

    /// The role whose tasks these are.
    pub fn role(&self) -> Option<&Arc<Role>> {
        self.chain().find_map(|frame| match &frame.kind {
            FrameKind::Role(role) => Some(role),
            _ => None,
        })
    }

    /// Where roles are looked for that are named without a collection: a role knows its own, else those of the play count.
    pub fn collections(&self, of_play: Vec<Arc<str>>) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        for frame in self.chain() {
            match &frame.kind {
                FrameKind::Role(role) => return [found, role.collections.clone()].concat(),
                FrameKind::Play(keywords) | FrameKind::Static { keywords, .. } => {
                    found.extend(keywords.collections.iter().cloned());
                }
                FrameKind::Include { .. } => {}
            }
        }
        [found, of_play].concat()
    }

    /// All roles around, the innermost first.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.chain().filter_map(|frame| match &frame.kind {
            FrameKind::Role(role) => Some(role),
            _ => None,
        })
    }

    /// Whether a failure here is caught by a `rescue`.
    pub fn is_rescued(&self) -> bool {
        self.chain().any(|frame| matches!(&frame.kind, FrameKind::Static { rescued: true, .. }))
    }
}
