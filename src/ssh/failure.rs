//! Why a host cannot be worked on, and what to do about it.

use std::fmt;

/// What stands between us and the host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A variable says something that cannot be used; the field is its usual name, such as `ansible_user`.
    Mistake { field: &'static str, found: String },
    /// No connection, or it broke before the agent ran.
    Unreachable { reason: String },
    /// The host's key is not the one that is trusted.
    HostKey(HostKey),
    /// The host let nobody in; methods and keys that were tried, in order.
    Auth { user: String, tried: Vec<String> },
    /// The other user could not be become.
    Become { user: String, program: &'static str, reason: Refusal },
    /// The agent could not be brought to the host or not be started there.
    Delivery { reason: String },
}

/// What is wrong with a host's key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostKey {
    /// No key is recorded for the host.
    Unknown { fingerprint: String },
    /// Another key is recorded, possibly of another type; `recorded` is where.
    Changed { fingerprint: String, recorded: String },
    /// The key, or the authority that signed it, is marked as revoked.
    Revoked { fingerprint: String, recorded: String },
}

/// Why another user could not be become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    PasswordNeeded,
    PasswordWrong,
    /// What the program said.
    Said(String),
}

/// Why a host cannot be worked on. Its texts hold no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The host's inventory name.
    pub host: String,
    pub kind: Kind,
    more: Vec<String>,
    /// Whether the system's `ssh` could do what the built-in client cannot.
    beyond: bool,
}

impl Failure {
    /// A failure of a host.
    pub fn new(host: impl Into<String>, kind: Kind) -> Failure {
        Failure { host: host.into(), kind, more: Vec::new(), beyond: false }
    }

    /// The host cannot be reached for this reason.
    pub fn unreachable(host: &str, reason: impl Into<String>) -> Failure {
        Failure::new(host, Kind::Unreachable { reason: reason.into() })
    }

    /// The agent cannot be had there for this reason.
    pub fn delivery(host: &str, reason: impl Into<String>) -> Failure {
        Failure::new(host, Kind::Delivery { reason: reason.into() })
    }

    /// Adds what could help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.more.push(hint.into());
        self
    }

    /// Says that the system's `ssh` could do it.
    pub(super) fn beyond(mut self) -> Failure {
        self.beyond = true;
        self
    }

    /// Whether the system's `ssh` could do it.
    pub(super) fn is_beyond(&self) -> bool {
        self.beyond
    }

    /// Says that the failing host is only on the way to another.
    pub(super) fn on_the_way_to(self, host: &str) -> Failure {
        let hint = format!("`{}` is on the way to `{host}` (`ProxyJump`)", self.host);
        self.hint(hint)
    }

    /// The variable that is wrong, where one is: its span is the place to show.
    pub fn field(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Mistake { field, .. } => Some(field),
            _ => None,
        }
    }

    /// The user who is not known there, if that is why he cannot be become.
    pub fn unknown_user(&self) -> Option<&str> {
        let nobody = |text: &str| text.contains("unknown user") || text.contains("does not exist");
        match &self.kind {
            Kind::Become { user, reason: Refusal::Said(text), .. } if nobody(text) => Some(user),
            _ => None,
        }
    }

    /// Whether the host is there, and only does not let one be somebody else.
    pub fn is_about_becoming(&self) -> bool {
        matches!(self.kind, Kind::Become { .. })
    }

    /// What to do about it, most likely first.
    pub fn hints(&self) -> Vec<String> {
        usual_hint(&self.kind, &self.host).into_iter().chain(self.more.iter().cloned()).collect()
    }
}

fn usual_hint(kind: &Kind, host: &str) -> Option<String> {
    match kind {
        Kind::Mistake { .. } | Kind::Unreachable { .. } | Kind::Delivery { .. } => None,
        Kind::HostKey(HostKey::Unknown { .. }) => Some(format!(
            "compare the fingerprint with what the host itself says, then run `provision trust {host}`"
        )),
        Kind::HostKey(HostKey::Changed { recorded, .. }) => Some(format!(
            "somebody may be listening in; if the host was set up anew, remove {recorded} and run `provision trust {host}`"
        )),
        Kind::HostKey(HostKey::Revoked { recorded, .. }) => {
            Some(format!("{recorded} revokes it: give the host a new key"))
        }
        Kind::Auth { user, .. } => Some(format!(
            "try `ssh {user}@{host}`; set `ansible_user` or `ansible_ssh_private_key_file`, load the key with `ssh-add`, or give a password with `--ask-pass`"
        )),
        Kind::Become { reason: Refusal::PasswordNeeded, .. } => {
            Some("set `ansible_become_password` or run with `--ask-become-pass`".to_owned())
        }
        Kind::Become { reason: Refusal::PasswordWrong, .. } => {
            Some("correct `ansible_become_password`, or what was typed".to_owned())
        }
        Kind::Become { .. } => None,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let host = &self.host;
        match &self.kind {
            Kind::Mistake { field, found } => write!(f, "`{field}` of `{host}` {found}"),
            Kind::Unreachable { reason } => write!(f, "cannot reach `{host}`: {reason}"),
            Kind::HostKey(key) => write!(f, "the host key of `{host}` {key}"),
            Kind::Auth { user, tried } if tried.is_empty() => {
                write!(f, "`{host}` does not let `{user}` in: there was nothing to try")
            }
            Kind::Auth { user, tried } => {
                write!(f, "`{host}` does not let `{user}` in; tried {}", tried.join(", "))
            }
            Kind::Become { user, program, reason } => {
                write!(f, "cannot become `{user}` on `{host}`: `{program}` {reason}")
            }
            Kind::Delivery { reason } => write!(f, "cannot start the agent on `{host}`: {reason}"),
        }
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            HostKey::Unknown { fingerprint } => write!(f, "is not known: {fingerprint}"),
            HostKey::Changed { fingerprint, recorded } => {
                write!(f, "has changed: it is {fingerprint}, and not what {recorded} has")
            }
            HostKey::Revoked { fingerprint, .. } => write!(f, "is revoked: {fingerprint}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::PasswordNeeded => f.write_str("asks for a password and none is given"),
            Refusal::PasswordWrong => f.write_str("does not accept the password"),
            Refusal::Said(text) => write!(f, "says: {text}"),
        }
    }
}

impl std::error::Error for Failure {}
