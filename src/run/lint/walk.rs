//! The way through a play: what its tasks set, and what they read.

use super::Lint;
use crate::playbook::{Entry, Keywords, Play, Role, Task};
use crate::run::frame::Frame;
use crate::run::roles::{groups_of, roles_of};
use std::sync::Arc;

impl Lint<'_> {
    pub(super) fn play(&mut self, play: &Play) {
        self.keywords(&play.keywords);
        self.set.extend(play.prompts.iter().map(|prompt| Arc::from(prompt.name.as_str())));
        play.vars_files.iter().for_each(|file| self.value(file));
        self.folder(&play.dir);
        let frame = Frame::play(Keywords::default());
        let groups = groups_of(play);
        for entry in groups.iter().chain(&play.pre_tasks).chain(&play.tasks).chain(&play.post_tasks) {
            for (role, _) in roles_of(entry, &frame) {
                self.role(&role);
                role.handlers.get().into_iter().flatten().for_each(|entry| self.handler(entry, Some(&role)));
            }
            self.entry(entry, None);
        }
        play.handlers.iter().for_each(|entry| self.handler(entry, None));
        let notes = std::mem::take(&mut self.notes);
        self.unheard(&notes);
    }

    fn handler(&mut self, entry: &Entry, role: Option<&Role>) {
        self.notes.handler(entry);
        self.entry(entry, role);
    }

    fn entry(&mut self, entry: &Entry, role: Option<&Role>) {
        match entry {
            Entry::Task(task) => self.task(task, role),
            Entry::Block(block) => {
                self.notes.keywords(&block.keywords);
                self.keywords(&block.keywords);
                let all = block.tasks.iter().chain(&block.rescue).chain(&block.always);
                all.for_each(|entry| self.entry(entry, role));
            }
            Entry::Group(group) => {
                self.keywords(&group.keywords);
                let role = group.role.as_deref().or(role);
                group.entries.iter().for_each(|entry| self.entry(entry, role));
            }
        }
    }

    fn task(&mut self, task: &Task, role: Option<&Role>) {
        self.notes.task(task);
        self.keywords(&task.keywords);
        let own = &task.own;
        self.set.extend(own.register.clone());
        let names = own.loop_control.loop_var.iter().chain(&own.loop_control.index_var);
        self.set.extend(names.filter_map(|name| name.as_str()).map(Arc::from));
        if task.is(&["set_fact"]) {
            self.set.extend(task.action.arguments.iter().map(|argument| argument.name.clone()));
        }
        if task.is(&["include_vars"]) {
            self.set.extend(task.action.argument("name").and_then(|name| name.as_str()).map(Arc::from));
        }
        self.template(task, role);
        self.named_file(task);
        ["mode", "directory_mode"]
            .iter()
            .filter_map(|name| task.action.argument(name))
            .for_each(|mode| self.mode(mode));
        task.conditions().for_each(|condition| self.condition(condition));
        task.templates().for_each(|value| self.value(value));
    }

    fn keywords(&mut self, keywords: &Keywords) {
        self.vars(&keywords.vars);
        keywords.when.iter().for_each(|condition| self.condition(condition));
        keywords.templates().for_each(|value| self.value(value));
    }
}
