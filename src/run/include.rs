//! `include_tasks` and `include_role`: tasks that are brought in while the play runs.

use super::arguments::mapping;
use super::frame::{Frame, FrameKind};
use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::pipeline::{Item, Running};
use super::result::Ended;
use super::roles::named_and_imported;
use super::task_scope::At;
use crate::control::Arguments;
use crate::playbook::{Entry, Keyword, Keywords, RoleParts, Statics, no_file};
use crate::report::{Event, HIDDEN_LABEL};
use crate::source::{Diagnostic, Severity};
use crate::vars::{Value, Vars};
use std::path::Path;
use std::sync::Arc;

/// The words that bring in tasks while the play runs.
pub const WORDS: &[&str] = &["include_tasks", "include_role", "include"];

/// Tasks that an include has found, and that run when all items of its loop have found theirs.
pub struct Inclusion {
    index: usize,
    /// The file or role, where hosts may bring in different ones.
    varying: Option<String>,
    entries: Vec<Entry>,
    frame: Arc<Frame>,
}

impl Interpreter {
    /// Finds a file of tasks to bring in.
    pub async fn include_tasks(
        &mut self,
        running: Running,
        item: Option<Item>,
        at: &At,
    ) -> Result<(), Trouble> {
        let arguments = self.arguments(&running.task, at).await?;
        self.controller_settles().await?;
        let file = arguments.raw.as_ref().or_else(|| arguments.value("file"));
        let Some(file) = file.and_then(|file| file.str().ok()) else {
            return Err(Diagnostic::error("`include_tasks` names no file").at(arguments.span).into());
        };
        let statics = self.statics(at);
        let span = arguments.raw.as_ref().map_or(arguments.span_of("file"), Value::span);
        let path =
            crate::playbook::find_included(&file, &statics).map_err(|tried| no_file(&file, span, &tried))?;
        let entries = self.run.loader.tasks(&path, &statics);
        self.refuse_mistakes()?;
        self.announce(&running, item.as_ref(), &path.display().to_string()).await?;
        let dir = path.parent().unwrap_or(Path::new("")).into();
        let frame = self.included(&running, item.as_ref(), at, dir);
        let frame = self.applied(&arguments, frame)?;
        let more = arguments.iter().filter(|(name, _)| &***name != "file");
        let asked = [("include", file.into()), ("include_args", mapping(more))];
        self.register_inclusion(&running, item.as_ref(), &asked);
        self.bring_in(running, item, &path.display().to_string(), (entries, frame));
        Ok(())
    }

    /// Finds a role to bring in.
    pub async fn include_role(
        &mut self,
        running: Running,
        item: Option<Item>,
        at: &At,
    ) -> Result<(), Trouble> {
        let arguments = self.arguments(&running.task, at).await?;
        let name =
            arguments.value("name").or_else(|| arguments.value("role")).and_then(|name| name.str().ok());
        let Some(name) = name else {
            return Err(Diagnostic::error("`include_role` names no role").at(arguments.span).into());
        };
        let mut parts = RoleParts::named(&name, arguments.span_of("name"));
        (parts.public, parts.allow_duplicates) = (false, Some(true));
        for (argument, value) in arguments.iter() {
            parts.set(argument, &value.str().unwrap_or_default());
        }
        let statics = self.statics(at);
        let group = self.run.loader.role(&parts, Vars::new(), &statics);
        self.refuse_mistakes()?;
        let Some(group) = group else {
            return Err(Diagnostic::error(format!("`{name}` cannot be read")).into());
        };
        self.announce(&running, item.as_ref(), &name).await?;
        let frame = self.included(&running, item.as_ref(), at, running.task.dir.clone());
        let frame = self.applied(&arguments, frame)?;
        let entry = Entry::Group(Arc::new(group));
        let asked = [("include_args", mapping(arguments.iter()))];
        self.register_inclusion(&running, item.as_ref(), &asked);
        self.bring_in(running, item, &name, (vec![entry], frame));
        Ok(())
    }

    /// What is known around a task for those who read files.
    fn statics(&self, at: &At) -> Statics {
        let mut statics = Statics::new(&self.play.play.dir);
        (statics.dir, statics.at_run) = (at.dir.clone(), true);
        statics.role = at.frame.role().cloned();
        statics.collections = at.frame.collections(std::mem::take(&mut statics.collections));
        statics.trail = at.frame.chain().filter_map(include_dir).map(|dir| dir.join("-")).collect();
        statics.trail.reverse();
        statics.vars = self.scope(at).layers.lists();
        statics
    }

    fn refuse_mistakes(&self) -> Result<(), Trouble> {
        let found = self.run.loader.take_diagnostics();
        let (errors, warnings): (Vec<_>, Vec<_>) =
            found.all.into_iter().partition(|found| found.severity == Severity::Error);
        warnings.into_iter().for_each(|warning| self.run.warn(warning));
        let mut errors = errors.into_iter();
        match errors.next() {
            Some(first) => {
                errors.for_each(|error| self.run.warn(error));
                Err(first.into())
            }
            None => Ok(()),
        }
    }

    async fn announce(&mut self, running: &Running, item: Option<&Item>, file: &str) -> Result<(), Halt> {
        let event = Event::Included {
            host: self.host.name.clone(),
            task: running.info.clone(),
            file: file.to_owned(),
            label: item.map(|item| if running.no_log { HIDDEN_LABEL.to_owned() } else { item.label.clone() }),
        };
        self.finish(super::pipeline::Step::Event(Box::new(event))).await
    }

    /// The frame for what is brought in: the include's own keywords do not hold inside, its variables do.
    fn included(&self, running: &Running, item: Option<&Item>, at: &At, dir: Arc<Path>) -> Arc<Frame> {
        let around = at.frame.parent.clone().unwrap_or_else(|| at.frame.clone());
        let mut vars = running.task.keywords.vars.clone();
        // As in Ansible: what the role around was given counts as much as what is given here, and more.
        let around_role = at.frame.role().filter(|_| running.task.is(&["include_role"]));
        vars.extend(around_role.into_iter().flat_map(|role| (*role.params).clone()));
        let loop_variables = at.local.iter().filter(|_| item.is_some());
        vars.extend(loop_variables.map(|(name, value)| (name.clone(), value.clone())));
        around.inside(FrameKind::Include { vars: Arc::new(vars), dir })
    }

    /// The frame with what `apply` puts on everything that is brought in.
    fn applied(&self, arguments: &Arguments, frame: Arc<Frame>) -> Result<Arc<Frame>, Trouble> {
        let Some(apply) = arguments.value("apply") else { return Ok(frame) };
        let keywords = Keywords::of_value(apply)
            .map_err(|message| Trouble::from(Diagnostic::error(message).at(arguments.span_of("apply"))))?;
        Ok(frame.inside(FrameKind::Static { keywords, rescued: false }))
    }

    /// What `register` holds of an include, or of one item of it: what was asked for.
    fn register_inclusion(&mut self, running: &Running, item: Option<&Item>, asked: &[(&str, Value)]) {
        let asked = asked.iter().map(|(name, value)| (Value::from(*name), value.clone()));
        let value: Value = match item {
            Some(item) => asked.chain(item.fields.iter().cloned()).collect(),
            None => asked.chain([("changed".into(), false.into())]).collect(),
        };
        if let Some(promise) = &running.promise {
            promise.settle(value.clone());
        }
        if let Some(items) = running.repeat.and_then(|number| self.loops.open.get_mut(&number)) {
            items.push(Ended { value, ..Ended::ok() });
        }
    }

    fn bring_in(
        &mut self,
        running: Running,
        item: Option<Item>,
        name: &str,
        (entries, frame): (Vec<Entry>, Arc<Frame>),
    ) {
        let action = &running.task.action;
        let written = ["file", "name", "role"].into_iter().filter_map(|name| action.argument(name));
        let varies = self.play.meeting.is_needed() && written.chain(&action.raw).any(Value::is_lazy);
        let index = item.map_or(0, |item| item.index);
        let varying = varies.then(|| name.to_owned());
        entries.iter().for_each(|entry| self.publish(entry));
        self.brought.push(Inclusion { index, varying, entries, frame });
    }

    /// Carries out what the includes of the last task have found.
    pub async fn carry_in(&mut self) -> Result<(), Halt> {
        let depth = self.position.len();
        let brought = std::mem::take(&mut self.brought);
        self.agree_on_ways(&brought).await?;
        for inclusion in &brought {
            self.go_into(inclusion);
            let (entries, frame) = (&inclusion.entries, &inclusion.frame);
            self.play.brought.add(&self.position[..depth], &self.position, entries, frame);
            self.position.truncate(depth);
        }
        for inclusion in brought {
            self.go_into(&inclusion);
            self.note_roles();
            let ended = self.entries(&inclusion.entries, &inclusion.frame).await;
            self.position.truncate(depth);
            ended?;
        }
        Ok(())
    }

    /// Waits until all hosts are through with what an include brings in, where one does so for all, where failures in it count for
    /// all, and where tasks in it act elsewhere than on their own host: nobody runs ahead of them, not even a host that skips it.
    pub async fn stand_behind(&mut self, running: &Running, at: &At) -> Result<(), Halt> {
        if !running.task.is(WORDS) || !self.play.meeting.is_needed() {
            return Ok(());
        }
        let find = || self.run.loader.is_include_seen(&running.task, &self.statics(at));
        let for_all = at.frame.keyword(Keyword::RunOnce).is_some_and(|once| once.as_bool() != Some(false));
        let counts = running.fatal || self.play.max_fail_percentage.is_some();
        if for_all || counts || self.play.is_seen(&running.position, find) {
            let place = self.meet_behind(&running.position).await?;
            self.heed(&place)?;
        }
        Ok(())
    }

    fn go_into(&mut self, inclusion: &Inclusion) {
        self.position.push(u32::try_from(inclusion.index).unwrap_or(u32::MAX));
        let way = inclusion.varying.as_ref().map(|name| self.play.way(&self.position, name));
        self.position.extend(way);
    }

    /// Where hosts bring in different files, those of the first host come first: all say which is theirs.
    async fn agree_on_ways(&mut self, brought: &[Inclusion]) -> Result<(), Halt> {
        let depth = self.position.len();
        let mut vary = false;
        for Inclusion { index, varying, .. } in brought {
            let Some(name) = varying else { continue };
            self.position.push(u32::try_from(*index).unwrap_or(u32::MAX));
            self.play.take_way(&self.position, &self.host.name, name);
            self.position.truncate(depth);
            vary = true;
        }
        if vary {
            self.meet_before_entry(&self.position.clone()).await?;
        }
        Ok(())
    }

    /// Shows the variables of roles that are public to the rest of the play, and of those that their tasks import.
    fn publish(&self, entry: &Entry) {
        let (named, imported) = named_and_imported(entry, &Frame::play(Keywords::default()));
        let imported = imported.iter().filter(|_| !self.run.settings.language.private_role_vars);
        for (role, _) in imported.chain(&named).filter(|(role, _)| role.is_public) {
            self.play.publish(&self.host, role);
        }
    }
}

fn include_dir(frame: &Frame) -> Option<&Arc<Path>> {
    match &frame.kind {
        FrameKind::Include { dir, .. } => Some(dir),
        _ => None,
    }
}
