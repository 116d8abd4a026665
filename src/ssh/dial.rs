//! From an address to a connection whose host is who it should be.

use super::dialer::{Dialer, Shared};
use super::known_hosts::{Decision, KnownHost, append};
use super::line::{Builtin, Gate, NO_COMMON_KEY, Seen, dial as shake_hands, lower};
use super::questions::Questions;
use super::settings::{Family, Hop, Settings, Strict};
use super::{Failure, FailureKind, HostKey, Target};
use russh::client::{self, Handle};
use russh::keys::Algorithm;
use russh::keys::ssh_key::public::KeyData;
use russh::{Preferred, SshId, kex};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::process::Command;
use tokio::sync::Mutex;

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

/// Connections to hosts on the way: every one is shared by all hosts behind it.
#[derive(Default)]
pub(super) struct Bastions(Mutex<HashMap<String, Bastion>>);

/// One of them, once it is open; locked while it is being opened.
type Bastion = Arc<Mutex<Option<Arc<Builtin>>>>;

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
    let known = Arc::new(known_host(target, settings));
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

fn known_host(target: &Target, settings: &Settings) -> KnownHost {
    let Settings { address, port, alias, strict, known_hosts, .. } = settings;
    let _ = target;
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

/// Tries the addresses of a name one after the other, as often as settings say.
async fn to_any_address(settings: &Settings) -> Result<TcpStream, String> {
    let mut reason = String::new();
    for attempt in 0..settings.attempts {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        for address in addresses(settings).await? {
            match to_address(settings, address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => reason = format!("`{address}`: {}", plain(&error)),
            }
        }
    }
    Err(reason)
}

async fn addresses(settings: &Settings) -> Result<Vec<SocketAddr>, String> {
    let name = settings.address.as_str();
    let found = lookup_host((name, settings.port)).await;
    let found = found.map_err(|error| format!("the name `{name}` is not known: {}", plain(&error)))?;
    let fits = |address: &SocketAddr| match settings.family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    };
    let found: Vec<_> = found.filter(fits).collect();
    if found.is_empty() {
        Err(format!("the name `{name}` has no address that may be used"))
    } else {
        Ok(found)
    }
}

async fn to_address(settings: &Settings, address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(bind) = settings.bind.as_ref().and_then(|bind| bind.parse().ok()) {
        socket.bind(SocketAddr::new(bind, 0))?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// An error without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
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

/// The connection to the last of the hosts on the way.
async fn through(
    shared: &Arc<Shared>,
    target: &Target,
    jumps: &[Hop],
) -> Result<Option<Arc<Builtin>>, Failure> {
    match jumps.split_last() {
        None => Ok(None),
        Some((last, before)) => Ok(Some(Box::pin(bastion(shared, target, last, before)).await?)),
    }
}

async fn bastion(
    shared: &Arc<Shared>,
    target: &Target,
    hop: &Hop,
    before: &[Hop],
) -> Result<Arc<Builtin>, Failure> {
    let slot = {
        let mut all = shared.bastions.0.lock().await;
        all.entry(format!("{before:?} {hop:?} {:?}", target.config)).or_default().clone()
    };
    let mut slot = slot.lock().await;
    if let Some(open) = slot.as_ref().filter(|open| !open.is_closed()) {
        return Ok(open.clone());
    }
    let opened = Arc::new(open_bastion(shared, target, hop, before).await?);
    *slot = Some(opened.clone());
    Ok(opened)
}

/// A host on the way is reached with its own settings; none of the target's own words hold for it but the file they are
/// read from, as with OpenSSH.
async fn open_bastion(
    shared: &Arc<Shared>,
    target: &Target,
    hop: &Hop,
    before: &[Hop],
) -> Result<Builtin, Failure> {
    let through =
        Target { config: target.config.clone(), known_hosts: target.known_hosts.clone(), ..hop.target() };
    let way = |failure: Failure| failure.on_the_way_to(&target.name);
    let mut settings = Settings::of_target(&through, &shared.origin, &shared.openssh).await.map_err(way)?;
    if let Some(what) = &settings.beyond {
        let failure = Failure::unreachable(&hop.host, format!("{what} is beyond the built-in client"));
        return Err(way(failure.beyond()));
    }
    if !before.is_empty() {
        settings.jumps = before.to_vec();
    }
    let mut dialled = dial(shared, &through, &settings).await.map_err(way)?;
    let dialer = Dialer { shared: shared.clone() };
    dialer.log_in(&through, &settings, &mut dialled).await.map_err(way)?;
    Ok(Builtin::new(dialled.handle, dialled.through, false))
}

/// The streams of a `ProxyCommand`; the program ends with them.
fn through_program(command: &str) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + 'static, String> {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(format!("exec {command}"));
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let program = shell.spawn().map_err(|error| format!("`/bin/sh`: {}", plain(&error)))?;
    match (program.stdout, program.stdin) {
        (Some(from), Some(to)) => Ok(tokio::io::join(from, to)),
        _ => Err("no pipes to `ProxyCommand`".to_owned()),
    }
}
