//! Getting to know a host: its keys, what is recorded of them, and recording them.

use super::dial::key_of_type;
use super::dialer::Dialer;
use super::known_hosts::{Decision, KnownHost, USUAL, append, kind_name};
use super::settings::{Settings, Strict};
use super::{Failure, FailureKind, HostKey, Target};
use futures::future::join_all;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, HashAlg, PublicKey};
use std::io;
use std::path::PathBuf;

/// What is recorded of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is recorded as this host's.
    Known,
    /// Nothing is recorded of the host.
    New,
    /// Other keys are recorded of the host, and this one is not.
    Other {
        recorded: String,
    },
    Revoked {
        recorded: String,
    },
}

/// A key that a host shows.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Such as `ED25519`.
    pub kind: String,
    /// Such as `SHA256:...`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// The fingerprint as a picture, as `ssh-keygen -lv` shows it.
    pub picture: String,
    pub standing: Standing,
    key: KeyData,
}

/// All keys that a host shows.
#[derive(Clone, Debug)]
pub struct HostKeys {
    /// The name that they are recorded under.
    pub name: String,
    /// Where they are recorded.
    pub file: Option<PathBuf>,
    pub keys: Vec<ShownKey>,
    hash_names: bool,
}

impl Dialer {
    /// Asks a host for its keys of all types. Nothing is sent to it beyond the handshakes; hosts on the way are logged in
    /// to as usual.
    ///
    /// # Errors
    /// Where the host cannot be reached or shows no key that could be used.
    pub async fn keys_of(&self, target: &Target) -> Result<HostKeys, Failure> {
        let settings = Settings::of_target(target, &self.shared.origin, &self.shared.openssh).await?;
        let asked = types().map(|kind| key_of_type_owned(self, target, &settings, kind));
        let answers: Result<Vec<_>, Failure> = join_all(asked).await.into_iter().collect();
        let Settings { known_hosts, address, port, alias, .. } = &settings;
        let known = KnownHost::read(known_hosts, address, *port, alias.as_deref(), Strict::Yes);
        let keys: Vec<_> = answers?.into_iter().flatten().map(|key| shown(key, &known)).collect();
        if keys.is_empty() {
            return Err(Failure::unreachable(&target.name, "it shows no key of a type that can be used"));
        }
        Ok(HostKeys { name: known.name, file: settings.record_in, keys, hash_names: settings.hash_names })
    }
}

async fn key_of_type_owned(
    dialer: &Dialer,
    target: &Target,
    settings: &Settings,
    kind: Algorithm,
) -> Result<Option<KeyData>, Failure> {
    key_of_type(&dialer.shared, target, settings, &kind).await
}

/// One algorithm for each type of key.
fn types() -> impl Iterator<Item = Algorithm> {
    USUAL.into_iter().filter(|kind| *kind != Algorithm::Rsa { hash: Some(HashAlg::Sha256) })
}

fn shown(key: KeyData, known: &KnownHost) -> ShownKey {
    let fingerprint = key.fingerprint(HashAlg::Sha256);
    let kind = kind_name(&key);
    let standing = match known.decide(&PublicKey::new(key.clone(), "").into(), 0) {
        Decision::Refused(HostKey::Changed { recorded, .. }) => Standing::Other { recorded },
        Decision::Refused(HostKey::Revoked { recorded, .. }) => Standing::Revoked { recorded },
        Decision::Trusted => Standing::Known,
        _ => Standing::New,
    };
    let picture = fingerprint.to_randomart(&format!("[{kind}]"));
    ShownKey { kind, fingerprint: fingerprint.to_string(), picture, standing, key }
}

impl HostKeys {
    /// Records keys as this host's; those that are recorded already are not written again.
    ///
    /// # Errors
    /// Where the file cannot be written, or settings name none.
    pub fn record(&self, keys: &[&ShownKey]) -> io::Result<()> {
        let no_file = || io::Error::other("`UserKnownHostsFile` is `none`");
        let file = self.file.as_ref().ok_or_else(no_file)?;
        let new = keys.iter().filter(|shown| shown.standing != Standing::Known);
        let new: Vec<_> = new.map(|shown| shown.key.clone()).collect();
        append(file, &self.name, &new, self.hash_names)
    }

    /// Why keys should not be recorded without thought: one is revoked, or others are recorded and none of these.
    pub fn conflict(&self) -> Option<Failure> {
        let is = |wanted: fn(&Standing) -> bool| self.keys.iter().find(|shown| wanted(&shown.standing));
        let known = is(|standing| matches!(standing, Standing::Known)).is_some();
        let other = is(|standing| matches!(standing, Standing::Other { .. })).filter(|_| !known);
        let shown = is(|standing| matches!(standing, Standing::Revoked { .. })).or(other)?;
        let fingerprint = format!("{} {}", shown.kind, shown.fingerprint);
        let key = match &shown.standing {
            Standing::Revoked { recorded } => HostKey::Revoked { fingerprint, recorded: recorded.clone() },
            Standing::Other { recorded } => HostKey::Changed { fingerprint, recorded: recorded.clone() },
            Standing::Known | Standing::New => return None,
        };
        Some(Failure::new(&self.name, FailureKind::HostKey(key)))
    }
}
