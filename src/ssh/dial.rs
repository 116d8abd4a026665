//! From an address to a connection whose host is who it should be.

use super::bastions::through;
use super::dialer::Shared;
use super::known_hosts::{Decision, KnownHost, append};
use super::line::{Builtin, Gate, NO_COMMON_KEY, Seen, dial as shake_hands, lower};
use super::questions::Questions;
use super::reach::{plain, through_program, to_any_address};
use super::settings::{Settings, Strict};
use super::{Failure, FailureKind, HostKey, Target};
use russh::client::{self, Handle};
use russh::keys::Algorithm;
use russh::keys::ssh_key::public::KeyData;
use russh::{Preferred, SshId, kex};
use std::borrow::Cow;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long connecting may take where nothing is set.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long logging in may take at least: PAM on a busy host is slow.
const LOGIN: Duration = Duration::from_secs(30);
/// How often a silent host is asked whether it is there, and how many questions it may miss.
const ALIVE: (Duration, usize) = (Duration::from_secs(20), 4);

/// A connection before anybody has logged in.
pub(super) struct Dialled {
    pub handle: Handle<Gate>,
    pub through: Option<Arc<Builtin>>,
    /// The host's key is not what is recorded, and settings say to go on.
    pub doubtful: bool,
}

/// Shakes hands with a host for the sake of its key of one type; `None` where it has none of that type.
///
/// # Errors
/// Where the host cannot be reached.
pub(super) async fn key_of_type(
    shared: &Arc<Shared>,
    target: &Target,
    settings: &Settings,
    kind: &Algorithm,
) -> Result<Option<KeyData>, Failure> {
    let through = through(shared, target, &settings.jumps).await?;
    let known = Arc::new(KnownHost::read(&[], &settings.address, settings.port, None, Strict::Yes));
    let seen = Seen::default();
    let mut config = config(settings, &known);
    config.preferred.key = vec![kind.clone()].into();
    let connecting = connect(settings, through.as_deref(), config, known, seen.clone());
    let connected = within_timeout(settings, connecting).await;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (seen, connected) {
        (Some((shown, _)), _) => Ok(Some(shown)),
        (None, Err(reason)) if !reason.starts_with(NO_COMMON_KEY) => {
            Err(Failure::unreachable(&target.name, reason))
        }
        (None, _) => Ok(None),
    }
}

/// Connects to a host, over its jump hosts, and looks at its key.
pub(super) async fn dial(
    shared: &Arc<Shared>,
    target: &Target,
    settings: &Settings,
) -> Result<Dialled, Failure> {
    let through = through(shared, target, &settings.jumps).await?;
    let known = Arc::new(known_host(settings));
    let seen = Seen::default();
    let config = config(settings, &known);
    let connecting = connect(settings, through.as_deref(), config, known.clone(), seen.clone());
    let connected = within_timeout(settings, connecting).await;
    let handle = connected.map_err(|reason| failed(target, settings, &seen, reason))?;
    let doubtful = decided(shared, target, settings, &known, &seen).await?;
    Ok(Dialled { handle, through, doubtful })
}

async fn within_timeout(
    settings: &Settings,
    connecting: impl Future<Output = Result<Handle<Gate>, String>>,
) -> Result<Handle<Gate>, String> {
    let timeout = settings.timeout.unwrap_or(TIMEOUT);
    tokio::time::timeout(timeout, connecting).await.unwrap_or_else(|_| {
        Err(format!(
            "`{}` port {} does not answer within {} seconds",
            settings.address,
            settings.port,
            timeout.as_secs()
        ))
    })
}

fn known_host(settings: &Settings) -> KnownHost {
    let Settings { address, port, alias, strict, known_hosts, .. } = settings;
    KnownHost::read(known_hosts, address, *port, alias.as_deref(), *strict)
}

/// Lets a part of logging in run for as long as is patient; time that a person needs to answer does not count.
pub(super) async fn within<T>(
    settings: &Settings,
    questions: &Questions,
    work: impl Future<Output = T>,
) -> Option<T> {
    let patience = settings.timeout.unwrap_or(TIMEOUT).max(LOGIN);
    let step = Duration::from_millis(200);
    let clock = async {
        let mut left = patience;
        while !left.is_zero() {
            tokio::time::sleep(step).await;
            if !questions.is_waiting() {
                left = left.saturating_sub(step);
            }
        }
    };
    tokio::select! {
        done = work => Some(done),
        () = clock => None,
    }
}

fn config(settings: &Settings, known: &KnownHost) -> client::Config {
    let wanted = known.wanted(settings.algorithms.host_keys.as_deref());
    let (interval, most) = settings.alive;
    let alive = if interval.is_some() { (interval, most) } else { (Some(ALIVE.0), ALIVE.1) };
    client::Config {
        client_id: SshId::Standard(Cow::Borrowed(concat!("SSH-2.0-provision_", env!("CARGO_PKG_VERSION")))),
        preferred: preferred(settings, wanted),
        nodelay: true,
        channel_buffer_size: 32,
        keepalive_interval: alive.0,
        keepalive_max: alive.1,
        ..client::Config::default()
    }
}

fn preferred(settings: &Settings, wanted: super::known_hosts::Wanted) -> Preferred {
    let base = if settings.compression { Preferred::COMPRESSED } else { Preferred::DEFAULT };
    let algorithms = settings.algorithms.clone();
    let compression = match settings.compression {
        true => Cow::Borrowed(&[russh::compression::ZLIB_LEGACY, russh::compression::NONE][..]),
        false => Cow::Borrowed(&[russh::compression::NONE][..]),
    };
    Preferred {
        key: wanted.keys.into(),
        host_key_certificates: wanted.certificates.into(),
        kex: algorithms.kex.map_or(base.kex, |names| with_extensions(names).into()),
        cipher: algorithms.ciphers.map_or(base.cipher, Cow::from),
        mac: algorithms.macs.map_or(base.mac, Cow::from),
        compression,
    }
}

/// Markers of the protocol travel in the same list.
fn with_extensions(mut names: Vec<kex::Name>) -> Vec<kex::Name> {
    names.extend([kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT]);
    names
}

async fn connect(
    settings: &Settings,
    through: Option<&Builtin>,
    config: client::Config,
    known: Arc<KnownHost>,
    seen: Seen,
) -> Result<Handle<Gate>, String> {
    if let Some(through) = through {
        let stream = through.stream_to(&settings.address, settings.port).await?;
        return shake_hands(config, stream, known, seen, settings.forward.clone())
            .await
            .map_err(|error| lower(&error));
    }
    if let Some(command) = &settings.proxy {
        let stream = through_program(command)?;
        return shake_hands(config, stream, known, seen, settings.forward.clone())
            .await
            .map_err(|error| lower(&error));
    }
    let stream = to_any_address(settings).await?;
    shake_hands(config, stream, known, seen, settings.forward.clone()).await.map_err(|error| lower(&error))
}

/// Why there is no connection: the key, if the handshake ended for its sake.
fn failed(target: &Target, settings: &Settings, seen: &Seen, reason: String) -> Failure {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, Decision::Refused(key))) = &*seen {
        return refused_key(target, settings, key.clone());
    }
    let unreachable = Failure::unreachable(&target.name, reason);
    match settings.jumps.last() {
        Some(hop) => unreachable.hint(format!("it is reached through `{}`", hop.host)),
        None => unreachable,
    }
}

fn refused_key(target: &Target, settings: &Settings, key: HostKey) -> Failure {
    let failure = Failure::new(&target.name, FailureKind::HostKey(key));
    match &settings.record_in {
        Some(file) => failure.hint(format!("known keys are in `{}`", file.display())),
        None => failure,
    }
}

/// Carries out what was decided about the host's key; whether it stays in doubt.
async fn decided(
    shared: &Shared,
    target: &Target,
    settings: &Settings,
    known: &KnownHost,
    seen: &Seen,
) -> Result<bool, Failure> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some((key, decision)) = seen else {
        return Err(Failure::unreachable(&target.name, "it showed no key"));
    };
    let record = || {
        let file = settings.record_in.as_ref()?;
        append(file, &known.name, &[key], settings.hash_names).err()
    };
    match decision {
        Decision::Trusted => {}
        Decision::Record => warn_unrecorded(shared, target, record()),
        Decision::Ask(key) => {
            let question = format!("the host key of `{}` {key}; trust it from now on?", target.name);
            if !shared.questions.agreed(question).await {
                return Err(refused_key(target, settings, key));
            }
            warn_unrecorded(shared, target, record());
        }
        Decision::Doubtful(key) => {
            let name = &target.name;
            shared
                .questions
                .warn(&format!("the host key of `{name}` {key}; going on, for host keys are not checked"));
            return Ok(true);
        }
        Decision::Refused(key) => return Err(refused_key(target, settings, key)),
    }
    Ok(false)
}

fn warn_unrecorded(shared: &Shared, target: &Target, error: Option<std::io::Error>) {
    if let Some(error) = error {
        shared.questions.warn(&format!(
            "the host key of `{}` is not written down: {}",
            target.name,
            plain(&error)
        ));
    }
}
