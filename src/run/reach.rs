//! Which tasks no host comes to, as far as that is known before any host is touched.

use super::Run;
use super::tags;
use super::view::View;
use crate::playbook::{Keywords, Play};
use crate::vars::Value;
use std::cell::OnceCell;
use std::sync::Arc;

/// The conditions and tags around a place in a play.
pub struct Reach {
    run: Arc<Run>,
    play: Arc<Play>,
    conditions: Vec<Value>,
    tags: Vec<Value>,
    /// Whether these are handlers, which tags do not choose.
    handlers: bool,
    /// What the hosts of the play see, made when it is first asked for.
    views: OnceCell<Vec<View>>,
}

/// How much there was around a place before it was entered.
#[derive(Clone, Copy)]
pub struct Around {
    conditions: usize,
    tags: usize,
}

impl Reach {
    pub fn new(run: &Arc<Run>, play: &Arc<Play>) -> Reach {
        let (run, play) = (run.clone(), play.clone());
        Reach { run, play, conditions: Vec::new(), tags: Vec::new(), handlers: false, views: OnceCell::new() }
    }

    /// Goes into what these keywords are for; tells how to leave it.
    pub fn enter(&mut self, keywords: &Keywords) -> Around {
        let around = Around { conditions: self.conditions.len(), tags: self.tags.len() };
        self.conditions.extend(keywords.when.iter().cloned());
        self.tags.extend(keywords.tags.iter().cloned());
        around
    }

    pub fn leave(&mut self, around: Around) {
        self.conditions.truncate(around.conditions);
        self.tags.truncate(around.tags);
    }

    /// From here on there are handlers.
    pub fn turn_to_handlers(&mut self) {
        self.handlers = true;
    }

    /// Whether no host comes here. What hangs on a fact or a result may be anything, so somebody may come.
    pub fn nobody(&self) -> bool {
        self.is_not_chosen() || self.is_for_nobody()
    }

    fn is_not_chosen(&self) -> bool {
        let known = !self.handlers && self.tags.iter().all(|tag| !tag.is_lazy());
        known && !self.run.tags.choose(&self.tags.iter().flat_map(tags::split).collect::<Vec<_>>())
    }

    /// Whether it is certain that a host comes here.
    pub fn somebody(&self) -> bool {
        let comes = |view: &View| {
            self.conditions.iter().all(|condition| view.holds(condition).is_ok_and(|holds| holds))
        };
        !self.nobody() && (self.conditions.is_empty() || self.views().iter().any(comes))
    }

    fn is_for_nobody(&self) -> bool {
        let stays_away = |view: &View| {
            self.conditions.iter().any(|condition| view.holds(condition).is_ok_and(|holds| !holds))
        };
        !self.conditions.is_empty() && !self.views().is_empty() && self.views().iter().all(stays_away)
    }

    fn views(&self) -> &[View] {
        self.views.get_or_init(|| self.run.views_in(&self.play))
    }
}
