//! Lists of tasks, and blocks in them.

use super::keyword;
use super::keywords::Keywords;
use super::loader::{Loader, Statics};
use super::role::Role;
use super::task::Task;
use crate::source::{Diagnostic, Span};
use crate::vars::{Value, value_of};
use crate::yaml::Node;
use std::sync::Arc;

/// One element of a list of tasks.
#[derive(Clone, Debug)]
pub enum Entry {
    Task(Arc<Task>),
    Block(Arc<Block>),
    Group(Arc<Group>),
}

impl Entry {
    /// Whether it is such a task, or holds one.
    pub fn has(&self, such: &dyn Fn(&Task) -> bool) -> bool {
        let among = |entries: &[Entry]| entries.iter().any(|entry| entry.has(such));
        match self {
            Entry::Task(task) => such(task),
            Entry::Block(block) => {
                [&block.tasks, &block.rescue, &block.always].into_iter().any(|part| among(part))
            }
            Entry::Group(group) => among(&group.entries),
        }
    }
}

/// Tasks with a common fate.
#[derive(Debug)]
pub struct Block {
    pub span: Span,
    pub name: Option<Value>,
    pub keywords: Keywords,
    pub tasks: Vec<Entry>,
    pub rescue: Vec<Entry>,
    pub always: Vec<Entry>,
}

/// Tasks that an import brought in, or those of a role: they inherit and share no fate.
#[derive(Debug)]
pub struct Group {
    pub span: Span,
    pub keywords: Keywords,
    /// The role whose tasks these are; its own dependencies come as groups before it.
    pub role: Option<Arc<Role>>,
    pub entries: Vec<Entry>,
}

impl Group {
    /// The same group; what is inside is shared.
    #[must_use]
    pub fn shallow(&self) -> Group {
        Group {
            span: self.span,
            keywords: self.keywords.clone(),
            role: self.role.clone(),
            entries: self.entries.clone(),
        }
    }
}

/// Reads a list of tasks; what is wrong in one is reported and the others are read.
pub(super) fn read_entries(loader: &Loader, node: &Node, statics: &Statics) -> Vec<Entry> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(items) = node.as_seq() else {
        let message = format!("tasks are a list, this is {}", node.kind());
        loader.refuse(Diagnostic::error(message).at(node.span).hint("put `- ` before each task"));
        return Vec::new();
    };
    items.iter().filter_map(|item| read_entry(loader, item, statics)).collect()
}

fn read_entry(loader: &Loader, node: &Node, statics: &Statics) -> Option<Entry> {
    if node.is_null() {
        return None;
    }
    if node.as_map().is_none() {
        let message = format!("a task is a mapping, this is {}", node.kind());
        loader.refuse(Diagnostic::error(message).at(node.span));
        return None;
    }
    if node.entry("block").is_some() {
        return Some(Entry::Block(Arc::new(read_block(loader, node, statics))));
    }
    let task = Task::read(loader, node, &statics.dir)?;
    if let Some(group) = super::import::follow(loader, &task, statics) {
        return group.map(|group| Entry::Group(Arc::new(group)));
    }
    Some(Entry::Task(Arc::new(task)))
}

fn read_block(loader: &Loader, node: &Node, statics: &Statics) -> Block {
    let mut keywords = Keywords::default();
    let mut name = None;
    let entries = node.as_map().unwrap_or_default();
    for (key, value) in entries {
        match key.as_str().unwrap_or_default() {
            "name" => name = Some(value_of(value)),
            "block" | "rescue" | "always" => {}
            word if keywords.read(loader, word, value) => {}
            _ if keywords.read_old(loader, key, value) => {}
            word => refuse_on_block(loader, word, key),
        }
    }
    let inner = statics.inside(&keywords);
    let list = |part| node.entry(part).map(|part| read_entries(loader, part, &inner)).unwrap_or_default();
    Block {
        span: node.span,
        name,
        tasks: list("block"),
        rescue: list("rescue"),
        always: list("always"),
        keywords,
    }
}

fn refuse_on_block(loader: &Loader, word: &str, key: &Node) {
    if keyword::TASK.contains(&word) || word.starts_with("with_") {
        let message = format!("`{word}` is for a task and not for a block");
        return loader.refuse(
            Diagnostic::error(message)
                .at(key.span)
                .hint("put the tasks in a file of their own and `include_tasks` it"),
        );
    }
    let known = super::Keyword::names()
        .chain(keyword::COLLECTED.iter().copied())
        .chain(keyword::BLOCK.iter().copied());
    loader.unknown("a block", word, key.span, known);
}
