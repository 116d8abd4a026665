//! Handlers: who is notified, and in which order they run at a flush.

use super::brought::HandlerPlace;
use super::frame::{Frame, FrameKind};
use super::halt::{Halt, Trouble};
use super::interpreter::Interpreter;
use super::task_scope::At;
use crate::playbook::{Entry, Keyword, Role, Task};
use crate::source::Diagnostic;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// A handler, and where it stands.
#[derive(Clone, Debug)]
pub struct Handler {
    pub task: Arc<Task>,
    pub frame: Arc<Frame>,
}

/// The names and topics that were notified and not yet answered.
#[derive(Debug, Default)]
pub struct Notified {
    names: Vec<String>,
    /// The handlers that they mean, where that is known.
    chosen: BTreeSet<HandlerPlace>,
    /// Names that only an earlier run notified.
    remembered: BTreeSet<String>,
    /// Handlers that only those mean.
    on_trial: BTreeSet<HandlerPlace>,
    /// Those of them that failed, for the last flush, and their names.
    put_off: BTreeSet<HandlerPlace>,
    put_off_names: Vec<String>,
}

/// Behind the places that `meta: flush_handlers` has for each host.
const BEHIND_META: u32 = 1 << 24;

impl Notified {
    /// Notes a name that an earlier run left.
    pub fn remember(&mut self, name: &str) {
        if !self.holds(name) {
            self.add(name);
            self.remembered.insert(name.to_owned());
        }
    }

    /// Notes a name; twice is once.
    pub fn add(&mut self, name: &str) {
        self.remembered.remove(name);
        if !self.holds(name) {
            self.names.push(name.to_owned());
        }
    }

    /// Whether any handler is to run.
    fn is_any(&self) -> bool {
        !(self.names.is_empty() && self.chosen.is_empty() && self.put_off.is_empty())
    }

    /// Whether a name is noted.
    pub fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// The handlers in a list, in the order of definition.
pub fn handlers_of(entries: &[Entry], frame: &Arc<Frame>) -> Vec<Handler> {
    entries.iter().flat_map(|entry| handlers_in(entry, frame)).collect()
}

/// Those of one use of a role: a role that is used twice has its handlers twice, with the variables of each use.
pub fn role_handlers(role: &Role, frame: &Arc<Frame>) -> Vec<Handler> {
    role.handlers.get().map(|entries| handlers_of(entries, frame)).unwrap_or_default()
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

/// The order in which handlers of one name are looked for, of which the first is meant: those of a role or block in the order
/// of definition, and what is defined last before what is defined first.
fn searched(handlers: &[(HandlerPlace, Handler)]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(handlers.len());
    let mut end = handlers.len();
    for together in handlers.chunk_by(|(_, one), (_, next)| Arc::ptr_eq(&one.frame, &next.frame)).rev() {
        order.extend(end - together.len()..end);
        end -= together.len();
    }
    order
}

/// A name as it may be notified: alone, and behind its role, whose collection may be left out.
fn in_role(handler: &Handler, name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some(role) = handler.frame.role() {
        names.extend([&*role.name, role.short_name()].map(|role| format!("{role} : {name}")));
    }
    names
}

impl Handler {
    /// Whether its failure may count for all hosts.
    pub fn is_fatal(&self) -> bool {
        let says =
            self.task.keywords.own(Keyword::AnyErrorsFatal).or(self.frame.keyword(Keyword::AnyErrorsFatal));
        says.is_some_and(|says| says.as_bool() != Some(false))
    }
}

impl Interpreter {
    /// Runs every handler that was notified, in the order of definition. What a handler notifies runs too if it comes later,
    /// else at the next flush.
    /// Where nothing under way can notify any, nothing is awaited; but none is begun before it is known that no task has failed.
    /// `rescued`: a failure of one is caught by a `rescue` around the flush.
    /// What only an earlier run notified may fail before the `last` flush: the task that mends it may be still to come.
    pub async fn flush(&mut self, rescued: bool, last: bool) -> Result<(), Halt> {
        if self.pipeline.may_notify() || self.notified.is_any() {
            self.drain().await?;
        }
        if self.notified.is_any() && self.play.magic.brings_in {
            // The handlers of a role that another host includes are those of all.
            self.meet().await?;
        }
        let depth = self.position.len();
        let mut names = self.take_notified().await?;
        if last {
            let Notified { chosen, put_off, put_off_names, .. } = &mut self.notified;
            chosen.append(put_off);
            names.append(put_off_names);
        }
        let mut next = Bound::Unbounded;
        while let Some(place) = self.notified.chosen.range((next, Bound::Unbounded)).next().cloned() {
            self.notified.chosen.remove(&place);
            let on_trial = self.notified.on_trial.remove(&place) && !last;
            match self.handle(&place, depth, rescued || on_trial).await {
                Err(Halt::Failed) if on_trial => _ = self.notified.put_off.insert(place.clone()),
                ended => ended?,
            }
            names.extend(self.take_notified().await?);
            next = Bound::Excluded(place);
        }
        self.put_off(&mut names).await?;
        self.settle_notes(&names);
        self.position.truncate(depth);
        Ok(())
    }

    /// Takes the names away whose handlers are to run once more at the last flush.
    async fn put_off(&mut self, names: &mut Vec<String>) -> Result<(), Halt> {
        if self.notified.put_off.is_empty() {
            return Ok(());
        }
        for name in std::mem::take(names) {
            let all = self.chosen(std::slice::from_ref(&name)).await?;
            match all.is_disjoint(&self.notified.put_off) {
                true => names.push(name),
                false => self.notified.put_off_names.push(name),
            }
        }
        Ok(())
    }

    /// Whether it is at a handler, or was halted at one.
    pub fn is_flushing(&self) -> bool {
        self.position.contains(&BEHIND_META)
    }

    /// Finds the handlers that the names mean which were notified by now.
    async fn take_notified(&mut self) -> Result<Vec<String>, Halt> {
        let names = std::mem::take(&mut self.notified.names);
        if !names.is_empty() {
            let (old, new): (Vec<String>, Vec<String>) =
                names.iter().cloned().partition(|name| self.notified.remembered.contains(name));
            let (old, new) = (self.chosen(&old).await?, self.chosen(&new).await?);
            self.notified.on_trial.extend(old.difference(&new).cloned());
            self.notified.on_trial.retain(|place| !new.contains(place));
            self.notified.chosen.extend(old.into_iter().chain(new));
        }
        Ok(names)
    }

    async fn handle(&mut self, place: &HandlerPlace, depth: usize, rescued: bool) -> Result<(), Halt> {
        let mut all = self.all_handlers().into_iter().enumerate();
        let Some((index, (_, handler))) = all.find(|(_, (found, _))| found == place) else { return Ok(()) };
        self.position.truncate(depth);
        self.position.extend([BEHIND_META, u32::try_from(index).unwrap_or(u32::MAX)]);
        let kind = FrameKind::Static { keywords: handler.task.keywords.clone(), rescued };
        let at = At::new(handler.frame.inside(kind), handler.task.dir.clone());
        self.handling = true;
        let ended = self.perform(&handler.task, &at).await;
        self.handling = false;
        ended?;
        self.drain().await
    }

    /// Which handlers these names mean. Of several with one name the first that is asked answers, to the name and to a topic;
    /// of those without a name, each.
    async fn chosen(&mut self, names: &[String]) -> Result<BTreeSet<HandlerPlace>, Halt> {
        let handlers = self.all_handlers();
        let mut chosen = BTreeSet::new();
        let mut known = vec![false; names.len()];
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut heard: BTreeSet<(String, String)> = BTreeSet::new();
        for index in searched(&handlers) {
            let (place, handler) = &handlers[index];
            let name = self.handler_name(handler).await?;
            let own = in_role(handler, &name);
            let topics: Vec<String> =
                self.topics(handler).await?.iter().flat_map(|topic| in_role(handler, topic)).collect();
            for (notified, known) in names.iter().zip(&mut known) {
                let by_name = own.contains(notified) && named.insert(notified.clone());
                let by_topic = topics.contains(notified)
                    && (name.is_empty() || heard.insert((notified.clone(), name.clone())));
                if by_name || by_topic {
                    *known = true;
                    chosen.insert(place.clone());
                }
            }
        }
        if let Some((missing, _)) = names.iter().zip(&known).find(|(_, known)| !**known) {
            self.missing_handler(missing)?;
        }
        Ok(chosen)
    }

    fn missing_handler(&self, name: &str) -> Result<(), Halt> {
        let message = format!(
            "The requested handler '{name}' was not found in either the main handlers list nor in the listening handlers list"
        );
        if self.run.settings.execution.missing_handler_warns {
            self.run.warn(Diagnostic::warning(message));
            return Ok(());
        }
        self.run.fail_host(&self.host.name, Diagnostic::error(message));
        Err(Halt::EndHost)
    }

    async fn handler_name(&mut self, handler: &Handler) -> Result<String, Halt> {
        let Some(name) = handler.task.name.clone() else { return Ok(String::new()) };
        let at = At::new(handler.frame.clone(), handler.task.dir.clone());
        match self.text_of(&Some(name), &at).await {
            Ok(name) => Ok(name.unwrap_or_default()),
            Err(Trouble::Halt(halt)) => Err(halt),
            // A name that cannot be told on this host is nobody's.
            Err(_) => Ok(String::new()),
        }
    }

    async fn topics(&mut self, handler: &Handler) -> Result<Vec<String>, Halt> {
        let at = At::new(handler.frame.clone(), handler.task.dir.clone());
        let mut topics = Vec::new();
        for topic in handler.task.own.listen.clone() {
            match self.evaluate(&at, |engine, scope| engine.resolve(&topic, scope)).await {
                Ok(value) => topics.extend(match value.as_items() {
                    Some(items) => items.iter().filter_map(|item| item.str().ok()).collect(),
                    None => vec![value.str().unwrap_or_default()],
                }),
                Err(Trouble::Halt(halt)) => return Err(halt),
                Err(_) => {}
            }
        }
        Ok(topics)
    }

    /// All handlers by now: those of the play, then those that came while it ran, also through handlers of this flush.
    fn all_handlers(&self) -> Vec<(HandlerPlace, Handler)> {
        let flush = self.position.iter().position(|step| *step == BEHIND_META);
        let mut here = self.position.clone();
        if let Some(depth) = flush {
            here.truncate(depth + 1);
            here.push(u32::MAX);
        }
        let own = self.play.handlers.iter().cloned().enumerate();
        let own = own.map(|(number, handler)| ((Vec::new(), number), handler));
        own.chain(self.play.brought.handlers(&here)).collect()
    }
}
