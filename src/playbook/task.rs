//! One task.

use super::action::Action;
use super::keyword::{self, Keyword};
use super::keywords::{Keywords, each};
use super::loader::Loader;
use super::loops::{self, Loop, LoopControl};
use crate::source::{Diagnostic, Span};
use crate::vars::{Map, Value, data_of, value_of};
use crate::yaml::Node;
use std::path::Path;
use std::sync::Arc;

/// One task or handler, as written.
#[derive(Clone, Debug)]
pub struct Task {
    /// The whole entry.
    pub span: Span,
    pub name: Option<Value>,
    pub action: Action,
    pub keywords: Keywords,
    pub own: TaskKeywords,
    /// The directory of the file that holds the task.
    pub dir: Arc<Path>,
}

/// What only a task may have.
#[derive(Clone, Debug, Default)]
pub struct TaskKeywords {
    pub repeat: Option<Loop>,
    pub loop_control: LoopControl,
    pub register: Option<Arc<str>>,
    pub until: Vec<Value>,
    pub retries: Option<Value>,
    pub delay: Option<Value>,
    pub changed_when: Vec<Value>,
    pub failed_when: Vec<Value>,
    pub asynchronous: Option<Value>,
    pub poll: Option<Value>,
    /// Topics that a handler listens to.
    pub listen: Vec<Value>,
    pub args: Option<Value>,
    /// Of an `include`: whether it is followed while reading.
    pub is_static: Option<bool>,
}

impl Task {
    /// The conditions that only a task has.
    pub fn conditions(&self) -> impl Iterator<Item = &Value> {
        let own = &self.own;
        let conditions = own.changed_when.iter().chain(&own.failed_when).chain(&own.until);
        conditions.chain(&own.loop_control.break_when)
    }

    /// All values that may hold templates, but those of its keywords.
    pub fn templates(&self) -> impl Iterator<Item = &Value> {
        let action = &self.action;
        let items = self.own.repeat.iter().map(|repeat| &repeat.items);
        let values = items.chain(&self.name).chain(&action.raw).chain(&action.whole).chain(&self.own.listen);
        let times = self.own.retries.iter().chain(&self.own.delay);
        let times = times.chain(&self.own.asynchronous).chain(&self.own.poll);
        let times = times.chain(self.own.loop_control.templates());
        values.chain(action.arguments.iter().map(|argument| &argument.value)).chain(times)
    }

    /// Reads a mapping that is no block.
    pub(super) fn read(loader: &Loader, node: &Node, dir: &Arc<Path>) -> Option<Task> {
        let entries = node.as_map()?;
        let mut task = Unfinished::default();
        for (key, value) in entries {
            task.read(loader, key, value);
        }
        task.own.is_static = task.take_static();
        let action = Action::choose(loader, node, &task.actions, task.own.args.as_ref())?;
        let mut keywords = task.keywords;
        if action.local {
            let key = entries.iter().find(|(key, _)| key.as_str() == Some("local_action"));
            let span = key.map_or(node.span, |(key, _)| key.span);
            keywords.set(Keyword::DelegateTo, Value::text("localhost").at(span));
        }
        Some(Task { span: node.span, name: task.name, action, keywords, own: task.own, dir: dir.clone() })
    }

    /// The task that a play which gathers facts begins with.
    pub fn gather_facts(play: &super::Play) -> Task {
        let mut action = Action::named("gather_facts", play.span);
        for name in ["gather_subset", "gather_timeout", "fact_path"] {
            if let Some(value) = play.setting(name) {
                action.push(name, value.span(), value.clone());
            }
        }
        let name = Some(Value::text("Gathering Facts"));
        let (mut keywords, own) = (Keywords::default(), TaskKeywords::default());
        // Each host has its own, also where a play does all else once.
        keywords.set(Keyword::RunOnce, false.into());
        Task { span: play.span, name, action, keywords, own, dir: play.dir.clone() }
    }

    /// The task that a role with a description of its arguments begins with.
    pub(super) fn validate(role: &super::Role, entry_point: &str, about: &Node) -> Task {
        let text = |text: &str| Value::text(text);
        let mut action = Action::named("ansible.builtin.validate_argument_spec", about.span);
        let options = about.entry("options").map_or_else(|| Value::dict(Map::new()), data_of);
        let path = role.path.display().to_string();
        let context = [
            ("argument_spec_name", entry_point),
            ("name", role.short_name()),
            ("path", &path),
            ("type", "role"),
        ];
        let context = context.map(|(name, value)| (text(name), text(value)));
        action.push("argument_spec", about.span, options);
        action.push("validate_args_context", about.span, context.into_iter().collect());
        let said = about.entry("short_description").and_then(Node::text);
        let said = said.map(|said| format!(" - {said}")).unwrap_or_default();
        let name = Some(text(&format!("Validating arguments against arg spec '{entry_point}'{said}")));
        let mut keywords = Keywords::default();
        keywords.tags.push(text("always"));
        Task {
            span: about.span,
            name,
            action,
            keywords,
            own: TaskKeywords::default(),
            dir: role.path.clone(),
        }
    }

    /// Whether the task is one of the words of these names, in any spelling.
    pub fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.action.word())
    }
}

#[derive(Default)]
struct Unfinished<'a> {
    name: Option<Value>,
    keywords: Keywords,
    own: TaskKeywords,
    actions: Vec<(&'a Node, &'a Node)>,
}

impl<'a> Unfinished<'a> {
    fn read(&mut self, loader: &Loader, key: &'a Node, value: &'a Node) {
        let Some(name) = key.as_str() else {
            loader.refuse(Diagnostic::error("a task's keys are keywords and one module").at(key.span));
            return;
        };
        if name == "name" {
            self.name = Some(value_of(value)).filter(|name| !name.is_none());
        } else if !self.keywords.read(loader, name, value) && !self.own.read(loader, name, key, value) {
            self.unshared(loader, name, key, value);
        }
    }

    /// `static`, which once stood beside `include`.
    fn take_static(&mut self) -> Option<bool> {
        let named = |wanted: &str| self.actions.iter().position(|(key, _)| key.as_str() == Some(wanted));
        let at = named("include").and(named("static"))?;
        self.actions.remove(at).1.as_bool()
    }

    /// Reads what is no keyword of a task: the module, or a mistake.
    fn unshared(&mut self, loader: &Loader, name: &str, key: &'a Node, value: &'a Node) {
        match name {
            // As a keyword it stands on plays only.
            "user" => self.actions.push((key, value)),
            _ if self.keywords.read_old(loader, key, value) => {}
            _ if name != "gather_facts"
                && (keyword::PLAY.contains(&name) || keyword::BLOCK.contains(&name)) =>
            {
                let message = format!("`{name}` is no keyword of a task");
                loader.refuse(Diagnostic::error(message).at(key.span));
            }
            _ => self.actions.push((key, value)),
        }
    }
}

impl TaskKeywords {
    fn read(&mut self, loader: &Loader, name: &str, key: &Node, node: &Node) -> bool {
        match name {
            "action" | "local_action" => return false,
            "args" => self.args = Some(value_of(node)),
            "async" => self.asynchronous = Some(value_of(node)),
            "changed_when" => self.changed_when = each(node),
            "delay" => self.delay = Some(value_of(node)),
            "failed_when" => self.failed_when = each(node),
            "listen" => self.listen = each(node),
            "loop_control" => self.loop_control = LoopControl::read(loader, node),
            "poll" => self.poll = Some(value_of(node)),
            "register" => self.register = super::keywords::variable_name(loader, node),
            "retries" => self.retries = Some(value_of(node)),
            "until" => self.until = each(node),
            _ if name == "loop" || name.starts_with("with_") => {
                self.repeat(loader, loops::read(name, key, node))
            }
            _ => return false,
        }
        true
    }

    fn repeat(&mut self, loader: &Loader, repeat: Loop) {
        if let Some(first) = &self.repeat {
            let message = "a task has one loop, this one has two";
            loader.refuse(Diagnostic::error(message).at(repeat.span).label(first.span, "the first"));
        }
        self.repeat = Some(repeat);
    }
}
