//! Questions to the person, each asked once a run.

use super::{Asker, Secret};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Asks, one question at a time, and remembers the answers.
#[derive(Clone)]
pub(super) struct Questions {
    asker: Arc<dyn Asker>,
    answers: Arc<Mutex<HashMap<String, Option<Secret>>>>,
    waiting: Arc<AtomicUsize>,
}

impl Questions {
    pub fn new(asker: Arc<dyn Asker>) -> Questions {
        Questions { asker, answers: Arc::default(), waiting: Arc::default() }
    }

    /// The secret that this prompt asks for; the person is asked at the first time only.
    pub async fn once(&self, prompt: String) -> Option<Secret> {
        let asked = self.blocking(move |questions| {
            let mut answers = questions.answers.lock().unwrap_or_else(PoisonError::into_inner);
            let ask = || questions.asker.secret(&prompt);
            answers.entry(prompt.clone()).or_insert_with(ask).clone()
        });
        asked.await.flatten()
    }

    /// The secret that this prompt asks for, asked for anew.
    pub async fn again(&self, prompt: String) -> Option<Secret> {
        self.blocking(move |questions| {
            let _turn = questions.answers.lock().unwrap_or_else(PoisonError::into_inner);
            questions.asker.secret(&prompt)
        })
        .await
        .flatten()
    }

    /// Whether the person agrees.
    pub async fn agreed(&self, question: String) -> bool {
        let asked = self.blocking(move |questions| {
            let _turn = questions.answers.lock().unwrap_or_else(PoisonError::into_inner);
            questions.asker.confirm(&question)
        });
        asked.await.unwrap_or(false)
    }

    pub fn warn(&self, message: &str) {
        self.asker.warn(message);
    }

    /// Whether somebody is being waited for: clocks stand still meanwhile.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    async fn blocking<A: Send + 'static>(
        &self,
        ask: impl FnOnce(&Questions) -> A + Send + 'static,
    ) -> Option<A> {
        let questions = self.clone();
        let _waiting = Waiting::new(&self.waiting);
        tokio::task::spawn_blocking(move || ask(&questions)).await.ok()
    }
}

/// Counts as waiting until it is dropped.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn new(count: &Arc<AtomicUsize>) -> Waiting {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
