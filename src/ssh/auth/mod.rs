//! Logging in: keys of ssh-agent, keys in files, passwords, in the order in which OpenSSH tries them.

mod candidates;
mod keyring;
mod password;
mod signer;

pub(super) use keyring::Keyring;

use super::line::Gate;
use super::questions::Questions;
use super::settings::Settings;
use super::{Secret, Target};
use candidates::Candidate;
use russh::client::{AuthResult, Handle};
use russh::{MethodKind, MethodSet};

/// What is needed to log in.
pub(super) struct Login<'a> {
    pub settings: &'a Settings,
    pub target: &'a Target,
    pub keyring: &'a Keyring,
    pub questions: &'a Questions,
    /// Whether a password may be sent: not to a host whose key is in doubt.
    pub passwords: bool,
}

/// How an attempt to log in ended.
pub(super) enum Entry {
    In,
    /// What was tried, in order, and what is wrong with what could not be.
    Out {
        tried: Vec<String>,
        skipped: Vec<String>,
    },
    /// The host ended the connection.
    Gone {
        tried: Vec<String>,
    },
}

/// One attempt to log in, as far as it has come.
struct Attempt<'a> {
    login: &'a Login<'a>,
    handle: &'a mut Handle<Gate>,
    /// What the host still accepts; nothing is known at first.
    open: Option<MethodSet>,
    tried: Vec<String>,
    skipped: Vec<String>,
    /// Whether the password was sent.
    spent: bool,
    entered: bool,
}

impl Login<'_> {
    /// Tries everything that settings allow and the host accepts.
    pub async fn enter(&self, handle: &mut Handle<Gate>) -> Entry {
        let mut attempt = Attempt {
            login: self,
            handle,
            open: None,
            tried: Vec::new(),
            skipped: Vec::new(),
            spent: false,
            entered: false,
        };
        for method in &self.settings.methods {
            attempt.method(method).await;
            if attempt.is_over() {
                break;
            }
        }
        attempt.into_entry()
    }
}

impl Attempt<'_> {
    async fn method(&mut self, method: &str) {
        if method == "publickey" {
            return if self.accepts(MethodKind::PublicKey) {
                self.keys().await
            };
        }
        let Some(password) = self.password() else {
            return;
        };
        self.learn_methods().await;
        match method {
            "keyboard-interactive" if self.accepts(MethodKind::KeyboardInteractive) => {
                self.answer(&password).await;
            }
            "password" if self.accepts(MethodKind::Password) => self.send(&password).await,
            _ => {}
        }
    }

    /// The password, as long as it was not refused: trying it twice may lock the account.
    fn password(&self) -> Option<Secret> {
        let may_be_sent = self.login.passwords && !self.spent;
        self.login.target.password.clone().filter(|_| may_be_sent)
    }

    /// Asks what the host accepts, where no answer has told it yet.
    async fn learn_methods(&mut self) {
        if self.open.is_none()
            && let Ok(result) = self.handle.authenticate_none(&self.login.settings.user).await
        {
            self.settle(result);
        }
    }

    fn accepts(&self, method: MethodKind) -> bool {
        self.open.as_ref().is_none_or(|open| open.contains(&method))
    }

    fn is_over(&self) -> bool {
        self.entered || self.handle.is_closed()
    }

    /// Takes an answer in; whether the method is done with, for it succeeded or a further one is wanted.
    fn settle(&mut self, result: AuthResult) -> bool {
        match result {
            AuthResult::Success => self.entered = true,
            AuthResult::Failure { remaining_methods, partial_success } => {
                if !remaining_methods.is_empty() {
                    self.open = Some(remaining_methods);
                }
                return partial_success;
            }
        }
        true
    }

    async fn keys(&mut self) {
        let (candidates, skipped) = candidates::find(self.login, self.handle).await;
        self.skipped.extend(skipped);
        let hash = self.rsa_hash(&candidates).await;
        for mut candidate in candidates {
            if self.is_over() || !self.accepts(MethodKind::PublicKey) {
                return;
            }
            self.tried.push(candidate.name.clone());
            let user = &self.login.settings.user;
            match candidate.offer(self.login, self.handle, user, hash).await {
                Ok(result) => {
                    if self.settle(result) {
                        return;
                    }
                }
                Err(signer::NotSigned(why)) => self.skipped.push(format!("{} {why}", candidate.name)),
            }
        }
    }

    /// RSA keys sign with what the host says it takes, else with what every host of the last ten years takes.
    async fn rsa_hash(&self, candidates: &[Candidate]) -> Option<russh::keys::HashAlg> {
        if !candidates.iter().any(Candidate::is_rsa) {
            return None;
        }
        match self.handle.best_supported_rsa_hash().await {
            Ok(Some(hash)) => hash,
            _ => Some(russh::keys::HashAlg::Sha512),
        }
    }

    fn into_entry(self) -> Entry {
        match () {
            () if self.entered => Entry::In,
            () if self.handle.is_closed() => Entry::Gone { tried: self.tried },
            () => Entry::Out { tried: self.tried, skipped: self.skipped },
        }
    }
}
