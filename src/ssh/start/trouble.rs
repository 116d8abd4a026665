//! What programs mean by their last words.

use super::follow::Start;
use super::lacks;
use crate::ssh::{Become, Failure, FailureKind, Method, Refusal};
use std::time::Duration;

/// How an attempt ended that did not end well.
pub(super) enum Trouble {
    Final(Failure),
    /// The program wants a terminal.
    NoTerminal(Failure),
    /// A password is wanted and none is known.
    NoPassword(Failure),
    /// The agent that was there did not start.
    Broken(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Final(failure)
    }
}

/// Words that programs use for it.
const NEEDS_PASSWORD: [&str; 3] =
    ["password is required", "authentication is required", "authentication required"];
const NEEDS_TERMINAL: [&str; 4] =
    ["must have a tty", "a tty is required", "a terminal is required", "no tty present"];
const WRONG_PASSWORD: [&str; 5] =
    ["incorrect password", "authentication fail", "try again", "incorrect authentication", "maximum"];

impl Start<'_> {
    /// Why the program ended before the agent was there.
    pub(super) fn ended(&self, status: Option<u32>) -> Trouble {
        let text = self.listener.text();
        let lower = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if self.listener.begun {
            return self.broken(status, text);
        }
        if let Some(failure) = self.starter.line.failure(self.starter.host, status, &text) {
            return Trouble::Final(failure);
        }
        if self.identity.method == Method::None {
            let reason = format!("the login shell does not run `/bin/sh`: {}", or_nothing(text));
            return Trouble::Final(Failure::delivery(self.starter.host, reason));
        }
        match self.sent {
            true if says(&WRONG_PASSWORD) => Trouble::Final(self.refused(Refusal::PasswordWrong)),
            false if says(&NEEDS_PASSWORD) => Trouble::NoPassword(self.refused(Refusal::PasswordNeeded)),
            _ if says(&NEEDS_TERMINAL) => Trouble::NoTerminal(self.refused(Refusal::Said(text))),
            _ => Trouble::Final(self.refused(Refusal::Said(or_nothing(text)))),
        }
    }

    fn broken(&self, status: Option<u32>, text: String) -> Trouble {
        let status = status.map_or("a signal".to_owned(), |status| format!("status {status}"));
        let reason = format!("it ended with {status} at once: {}", or_nothing(text));
        let failure = Failure::delivery(self.starter.host, reason);
        if self.delivered { Trouble::Final(failure) } else { Trouble::Broken(failure) }
    }

    pub(super) fn refused(&self, reason: Refusal) -> Failure {
        let Become { user, method, .. } = self.identity;
        let program = method.program();
        Failure::new(self.starter.host, FailureKind::Become { user: user.clone(), program, reason })
    }

    pub(super) fn lacks(&self, machine: &str) -> Failure {
        lacks(self.starter.host, self.starter.agents, machine)
    }

    pub(super) fn stuck(&self, after: Duration) -> Failure {
        let said = or_nothing(self.listener.text());
        let seconds = after.as_secs();
        match self.identity.method {
            Method::None => {
                Failure::delivery(self.starter.host, format!("nothing happens for {seconds} seconds: {said}"))
            }
            _ => self.refused(Refusal::Said(format!("nothing more for {seconds} seconds: {said}"))),
        }
    }

    pub(super) fn with_said(&self, why: String) -> String {
        match self.listener.text() {
            said if said.is_empty() => why,
            said => format!("{why}: {said}"),
        }
    }
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing is said".to_owned() } else { text }
}
