//! Where a host is in a play, and how hosts wait for each other.

use crate::report::HostName;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::watch;

/// The way to a task: the section of the play, the task in it, the item of an include, the task in there.
/// Every host meets its tasks in ascending order.
pub type Position = Vec<u32>;

/// Where the hosts of a batch are, for those who must not run ahead of others.
#[derive(Debug)]
pub struct Meeting {
    places: Mutex<HashMap<HostName, Position>>,
    changed: watch::Sender<u64>,
    /// Whether hosts wait for each other at all: not with the strategy `free`.
    together: bool,
}

impl Meeting {
    /// A batch of these hosts, all before the first task.
    pub fn new(hosts: &[HostName], together: bool) -> Meeting {
        let places = hosts.iter().map(|host| (host.clone(), Position::new())).collect();
        Meeting {
            places: Mutex::new(places),
            changed: watch::Sender::new(0),
            together: together && hosts.len() > 1,
        }
    }

    /// Whether there is anybody to wait for.
    pub fn is_needed(&self) -> bool {
        self.together
    }

    /// Says that everything of this host before `position` is done.
    pub fn reach(&self, host: &HostName, position: &[u32]) {
        if self.together {
            self.places().insert(host.clone(), position.to_vec());
            self.changed.send_modify(|count| *count += 1);
        }
    }

    /// Says that this host takes no further part.
    pub fn leave(&self, host: &HostName) {
        self.places().remove(host);
        self.changed.send_modify(|count| *count += 1);
    }

    /// Waits until every other host has done everything before `position`.
    pub async fn wait(&self, host: &HostName, position: &[u32]) {
        self.reach(host, position);
        let mut changes = self.changed.subscribe();
        while self.together && !self.all_at(position) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// What everybody has come to, where hosts wait for each other.
    pub fn slowest(&self) -> Option<Position> {
        self.places().values().min().filter(|_| self.together).cloned()
    }

    /// What this host was last known to be before.
    pub fn place(&self, host: &HostName) -> Option<Position> {
        self.places().get(host).cloned()
    }

    /// Waits until fewer than `most` of those that come before this host in `order` are at this position, where it is.
    pub async fn wait_turn(&self, host: &HostName, position: &[u32], order: &[HostName], most: usize) {
        let mut changes = self.changed.subscribe();
        let is_full = || {
            let places = self.places();
            let before = order.iter().take_while(|other| *other != host);
            let here = before.filter(|other| places.get(*other).is_some_and(|place| place == position));
            here.take(most).count() == most
        };
        while is_full() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// The hosts that are at this very position, sorted by the caller's order.
    pub fn present(&self, position: &[u32], order: &[HostName]) -> Vec<HostName> {
        let places = self.places();
        let here = order.iter().filter(|host| places.get(*host).is_some_and(|place| place == position));
        here.cloned().collect()
    }

    fn all_at(&self, position: &[u32]) -> bool {
        self.places().values().all(|place| place.as_slice() >= position)
    }

    fn places(&self) -> MutexGuard<'_, HashMap<HostName, Position>> {
        self.places.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn nobody_runs_ahead_of_the_slowest() {
        let hosts: Vec<HostName> = ["a".into(), "b".into()].into();
        let meeting = Arc::new(Meeting::new(&hosts, true));
        let other = meeting.clone();
        let waiting = tokio::spawn(async move { other.wait(&"a".into(), &[1, 2]).await });
        meeting.reach(&hosts[1], &[1, 1]);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        meeting.reach(&hosts[1], &[1, 2]);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn turns_are_taken_in_order() {
        let hosts: Vec<HostName> = ["a".into(), "b".into()].into();
        let meeting = Arc::new(Meeting::new(&hosts, true));
        hosts.iter().for_each(|host| meeting.reach(host, &[1]));
        let (other, order) = (meeting.clone(), hosts.clone());
        let waiting = tokio::spawn(async move { other.wait_turn(&"b".into(), &[1], &order, 1).await });
        meeting.wait_turn(&hosts[0], &[1], &hosts, 1).await;
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        meeting.reach(&hosts[0], &[1, u32::MAX]);
        waiting.await.unwrap();
    }
}
