//! What only the command line can do for a run: questions, secrets, warnings.

use super::Asker;
use crate::report::{Event, Redactor};
use crate::run;
use crate::settings::{VaultIdentity, VaultSecret, Vaults};
use crate::source::Diagnostic;
use crate::source::Span;
use crate::ssh::{self, Secret};
use crate::vault::{self, Decryptor, Keyring};
use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use zeroize::Zeroizing;

/// The person at the terminal and the run's secrets, for all who need them.
pub struct Desk {
    pub asker: Arc<Asker>,
    pub redactor: Arc<Redactor>,
    pub events: Sender<Event>,
    /// What was asked for already, so that it is asked once.
    answered: Mutex<HashMap<String, Option<Secret>>>,
    keyring: OnceLock<Keyring>,
}

impl Desk {
    pub fn new(asker: Arc<Asker>, redactor: Arc<Redactor>, events: Sender<Event>) -> Desk {
        Desk { asker, redactor, events, answered: Mutex::default(), keyring: OnceLock::new() }
    }

    /// Gets the passwords of all vaults that were named.
    ///
    /// # Errors
    ///
    /// Where one cannot be had.
    pub fn open_vaults(&self, vaults: &Vaults) -> Result<(), Diagnostic> {
        let secrets = secrets(&vaults.identities, self)?;
        let _ = self.keyring.set(Keyring { secrets, strict: vaults.only_matching });
        Ok(())
    }
}

/// The passwords of vaults, from wherever each is to be had.
///
/// # Errors
/// One cannot be had.
pub fn secrets(identities: &[VaultIdentity], ask: &dyn vault::Ask) -> Result<Vec<vault::Secret>, Diagnostic> {
    let origin = |identity: &VaultIdentity| vault::Origin {
        label: Some(identity.id.clone()),
        place: match &identity.secret {
            VaultSecret::Prompt => vault::Place::Prompt,
            VaultSecret::File(path) => vault::Place::File(path.clone()),
        },
    };
    identities.iter().map(|identity| vault::load(&origin(identity), ask)).collect()
}

impl run::Desk for Desk {
    fn decrypt(&self, text: &str) -> Result<Vec<u8>, String> {
        let none = Keyring::default();
        let keyring = self.keyring.get().unwrap_or(&none);
        let plain = keyring.decrypt(text, Span::NONE).map_err(|diagnostic| diagnostic.message)?;
        Ok(plain.to_vec())
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

impl vault::Ask for Desk {
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Diagnostic> {
        self.asker.password(question.trim_end_matches([':', ' ']))
    }
}
