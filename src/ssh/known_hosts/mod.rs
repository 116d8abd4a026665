//! Which keys a host is known by. The verdict on every line is that of OpenSSH.

mod file;
mod line;
mod order;
mod pattern;
mod record;
mod verdict;

pub(super) use order::{USUAL, Wanted};
pub(super) use pattern::{glob, list, with_port};
pub(super) use record::append;

use super::HostKey;
use super::settings::Strict;
use file::Entry;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, HashAlg, PublicKeyOrCertificate};
use std::path::PathBuf;
use verdict::Verdict;

/// What is recorded of one host.
#[derive(Clone, Debug)]
pub(super) struct KnownHost {
    /// The name that lines are compared with: with its port, unless that is 22 or there is an alias.
    pub name: String,
    /// The name without a port.
    bare: String,
    entries: Vec<Entry>,
    /// What is recorded without a port, where there is one.
    portless: Vec<Entry>,
    strict: Strict,
}

/// Whether to go on with a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Decision {
    Trusted,
    /// Nothing is recorded, and settings say to record it and go on.
    Record,
    /// Somebody must agree first.
    Ask(HostKey),
    /// Settings say to go on all the same, but passwords must not be sent.
    Doubtful(HostKey),
    Refused(HostKey),
}

impl KnownHost {
    /// Reads what files say of a host.
    pub fn read(files: &[PathBuf], host: &str, port: u16, alias: Option<&str>, strict: Strict) -> KnownHost {
        let bare = alias.unwrap_or(host).to_ascii_lowercase();
        let name = alias.map_or_else(|| with_port(host, port), str::to_ascii_lowercase);
        let entries = file::entries(files, &name);
        let portless = if name == bare { Vec::new() } else { file::entries(files, &bare) };
        KnownHost { name, bare, entries, portless, strict }
    }

    /// What to ask the host for; the types are the usual ones unless set.
    pub fn wanted(&self, set: Option<&[Algorithm]>) -> Wanted {
        let entries = if self.entries.is_empty() { &self.portless } else { &self.entries };
        order::wanted(entries, set)
    }

    /// Whether to go on with a host that shows this, at this time (seconds since 1970).
    pub fn decide(&self, shown: &PublicKeyOrCertificate, now: u64) -> Decision {
        let fingerprint = fingerprint(shown.public_key().key_data());
        match self.judge(shown, now) {
            Verdict::Trusted => Decision::Trusted,
            Verdict::Unknown => self.strict.unknown(HostKey::Unknown { fingerprint }),
            Verdict::Changed(place) => {
                self.strict.wrong(HostKey::Changed { fingerprint, recorded: place.to_string() })
            }
            Verdict::Revoked(place) => {
                self.strict.wrong(HostKey::Revoked { fingerprint, recorded: place.to_string() })
            }
        }
    }

    /// A name with a port of which nothing is recorded may stand without it; only what speaks for the key, or revokes it,
    /// counts there.
    fn judge(&self, shown: &PublicKeyOrCertificate, now: u64) -> Verdict {
        let verdict = verdict::judge(&self.entries, shown, &self.bare, now);
        if verdict != Verdict::Unknown || self.portless.is_empty() {
            return verdict;
        }
        match verdict::judge(&self.portless, shown, &self.bare, now) {
            Verdict::Changed(_) => Verdict::Unknown,
            verdict => verdict,
        }
    }
}

impl Strict {
    fn unknown(self, key: HostKey) -> Decision {
        match self {
            Strict::Yes => Decision::Refused(key),
            Strict::Ask => Decision::Ask(key),
            Strict::AcceptNew | Strict::No => Decision::Record,
        }
    }

    fn wrong(self, key: HostKey) -> Decision {
        match self {
            Strict::No => Decision::Doubtful(key),
            _ => Decision::Refused(key),
        }
    }
}

/// A key's type and fingerprint, as `ssh-keygen -l` shows them.
pub(super) fn fingerprint(key: &KeyData) -> String {
    format!("{} {}", kind_name(key), key.fingerprint(HashAlg::Sha256))
}

/// The type of a key in capitals.
pub(super) fn kind_name(key: &KeyData) -> String {
    match key.algorithm() {
        Algorithm::Ed25519 => "ED25519".to_owned(),
        Algorithm::Ecdsa { .. } => "ECDSA".to_owned(),
        Algorithm::Rsa { .. } => "RSA".to_owned(),
        other => other.as_str().to_owned(),
    }
}
