//! What counts for all hosts of a batch: failures that halt them all.

use super::frame::Frame;
use super::halt::Halt;
use super::include;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::position::Position;
use super::task_scope::At;
use crate::playbook::Keyword;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// Words that put files of a host on the controller.
const ELSEWHERE: &[&str] = &["fetch", "synchronize"];

/// Where tasks failed in a way that counts for all hosts, wherever one of them is caught.
#[derive(Debug, Default)]
pub struct Breaks {
    places: Mutex<HashSet<Position>>,
}

impl Breaks {
    fn places(&self) -> MutexGuard<'_, HashSet<Position>> {
        self.places.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

impl Interpreter {
    /// Halts all other hosts, too, for a failure of this one, which is halted for no other that there is.
    pub fn halt_all(&mut self, position: &[u32]) {
        let mut places = self.play.breaks.places();
        places.insert(position.to_vec());
        self.heeded.extend(places.iter().cloned());
    }

    /// Halts where a failure in front of this place counts for all, once for each.
    pub fn heed(&mut self, place: &[u32]) -> Result<(), Halt> {
        if self.play.had_too_many_failures(place) {
            return Err(Halt::Stopped);
        }
        let known = self.heeded.len();
        self.heeded
            .extend(self.play.breaks.places().iter().filter(|broken| broken.as_slice() < place).cloned());
        if self.heeded.len() > known { Err(Halt::Failed) } else { Ok(()) }
    }

    /// Where a failure counts for all hosts, and where a task acts elsewhere than on its own host, nobody goes on before all are
    /// through: what follows may build on it.
    pub async fn stand_together(&mut self, running: &Running, at: &At) -> Result<(), Halt> {
        let handlers = self.play.has_fatal_handlers && running.task.is(&["meta"]);
        let counts = running.fatal || handlers || self.play.max_fail_percentage.is_some();
        let acts_elsewhere = at.frame.keyword(Keyword::DelegateTo).is_some() || running.task.is(ELSEWHERE);
        if !(counts || acts_elsewhere) || running.once || !self.play.meeting.is_needed() {
            return Ok(());
        }
        let place = match running.task.is(include::WORDS) {
            true => self.meet_before_entry(&running.position).await?,
            false => self.meet_behind(&running.position).await?,
        };
        self.heed(&place)
    }

    /// The same behind handlers, which only some have.
    pub async fn stand_behind_handlers(&mut self, frame: &Arc<Frame>) -> Result<(), Halt> {
        let at = At::new(frame.clone(), self.play.play.dir.clone());
        let counts = self.play.has_fatal_handlers
            || self.play.max_fail_percentage.is_some()
            || self.guess(&at, Keyword::AnyErrorsFatal, false).await?;
        if !counts || !self.play.meeting.is_needed() {
            return Ok(());
        }
        let place = self.meet_behind(&self.position.clone()).await?;
        self.heed(&place)
    }
}
