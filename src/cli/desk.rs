//! What only the command line can do for a run: questions, secrets, warnings.

use super::Asker;
use crate::report::{Event, Redactor};
use crate::run;
use crate::source::Diagnostic;
use crate::ssh::{self, Secret};
use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// The person at the terminal and the run's secrets, for all who need them.
pub struct Desk {
    pub asker: Asker,
    pub redactor: Arc<Redactor>,
    pub events: Sender<Event>,
    /// What was asked for already, so that it is asked once.
    answered: Mutex<HashMap<String, Option<Secret>>>,
}

impl Desk {
    pub fn new(asker: Asker, redactor: Arc<Redactor>, events: Sender<Event>) -> Desk {
        Desk { asker, redactor, events, answered: Mutex::default() }
    }
}

impl run::Desk for Desk {
    fn decrypt(&self, _text: &str) -> Result<Vec<u8>, String> {
        Err("no vault password was given".to_owned())
    }

    fn secret(&self, text: &str) {
        self.redactor.add(text);
    }

    fn ask(&self, question: &str, echo: bool) -> Option<String> {
        if echo {
            self.asker.text(question).ok()
        } else {
            self.asker.secret(question).ok().map(|typed| typed.to_string())
        }
    }
}

impl ssh::Asker for Desk {
    fn secret(&self, prompt: &str) -> Option<Secret> {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = answered.get(prompt) {
            return known.clone();
        }
        let typed = self.asker.secret(prompt).ok().filter(|typed| !typed.is_empty());
        let secret = typed.map(|typed| Secret::new(typed.as_str()));
        if let Some(secret) = &secret {
            self.redactor.add(secret.reveal());
        }
        answered.insert(prompt.to_owned(), secret.clone());
        secret
    }

    fn confirm(&self, question: &str) -> bool {
        self.asker.confirm(question).unwrap_or(false)
    }

    fn warn(&self, message: &str) {
        let _ = self.events.send(Event::Warning(Box::new(Diagnostic::warning(message))));
    }
}
