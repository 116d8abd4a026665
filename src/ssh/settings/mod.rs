//! How a host is reached: what variables say first, then what OpenSSH is told to do.

mod algorithms;
mod arguments;
mod config;
#[cfg(test)]
mod differential;
mod hop;
mod openssh;
mod options;
mod paths;
mod tokens;

pub(super) use algorithms::Algorithms;
pub(super) use arguments::{check_user, for_ssh};
pub(super) use hop::Hop;
pub(super) use openssh::OpenSsh;

use super::target::Target;
use super::{Failure, FailureKind, Origin};
use options::Options;
use std::path::PathBuf;
use std::time::Duration;

/// How strictly host keys are looked at: `StrictHostKeyChecking`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Strict {
    Yes,
    Ask,
    AcceptNew,
    No,
}

/// Where keys are held in memory: `IdentityAgent`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum KeyAgent {
    None,
    At(PathBuf),
}

/// Everything that decides how one host is reached.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub address: String,
    pub port: u16,
    pub user: String,
    pub identities: Vec<PathBuf>,
    pub certificates: Vec<PathBuf>,
    pub identities_only: bool,
    pub key_agent: KeyAgent,
    /// The ssh-agent that the host may use: `ForwardAgent`.
    pub forward: Option<PathBuf>,
    /// `HostKeyAlias`.
    pub alias: Option<String>,
    pub strict: Strict,
    /// The user's files, then the system's.
    pub known_hosts: Vec<PathBuf>,
    /// Where new keys are written down.
    pub record_in: Option<PathBuf>,
    pub hash_names: bool,
    /// Hosts on the way, the first one first.
    pub jumps: Vec<Hop>,
    /// `ProxyCommand`, ready for a shell: its streams lead to the host.
    pub proxy: Option<String>,
    pub timeout: Option<Duration>,
    pub attempts: u32,
    /// Interval and count of `ServerAlive*`.
    pub alive: (Option<Duration>, usize),
    pub family: Family,
    pub bind: Option<String>,
    /// Names of authentication methods that may be used, in their order.
    pub methods: Vec<String>,
    pub compression: bool,
    pub algorithms: Algorithms,
    /// Why the built-in client cannot do it.
    pub beyond: Option<String>,
    /// What the built-in client leaves out and the system's `ssh` would try.
    pub left_out: Vec<String>,
}

/// `AddressFamily`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Family {
    Any,
    V4,
    V6,
}

impl Settings {
    /// The settings of a host of the inventory.
    ///
    /// # Errors
    /// Where a variable cannot be used, or OpenSSH's configuration cannot be read.
    pub async fn of_target(target: &Target, origin: &Origin, openssh: &OpenSsh) -> Result<Settings, Failure> {
        let given = arguments::words_of(target)?;
        let options = openssh.options(&given, target.host(), origin).await.map_err(|found| {
            Failure::new(&target.name, FailureKind::Mistake { field: "ssh_config", found })
        })?;
        let baseline = if options.doubt { openssh.baseline(origin).await } else { None };
        let mut settings = read(&options, target.host(), origin, baseline)
            .map_err(|(field, found)| Failure::new(&target.name, FailureKind::Mistake { field, found }))?;
        settings.beyond = settings.beyond.or_else(|| arguments::beyond(&given));
        Ok(settings)
    }
}

type Mistake = (&'static str, String);

fn read(
    options: &Options,
    host: &str,
    origin: &Origin,
    baseline: Option<&Options>,
) -> Result<Settings, Mistake> {
    let user = options.one("user").unwrap_or(&origin.user).to_owned();
    let port = port(options)?;
    let names = tokens::Names { host, port, user: &user, origin };
    let address = names.host_name(options.one("hostname"));
    let expand = paths::Expander { names: &names, address: &address };
    let user_files = expand.files(options.words("userknownhostsfile"), paths::USER_KNOWN_HOSTS);
    let global_files = expand.files(options.words("globalknownhostsfile"), paths::GLOBAL_KNOWN_HOSTS);
    let jumps = hop::chain(options.some("proxyjump")).map_err(|found| ("ProxyJump", found))?;
    Ok(Settings {
        port,
        identities: expand.identities(options.all("identityfile")),
        certificates: expand.each(options.all("certificatefile")),
        identities_only: options.on("identitiesonly", false),
        key_agent: key_agent(options, &expand, origin),
        forward: forward(options, &expand, origin),
        alias: options.one("hostkeyalias").map(str::to_owned),
        strict: strict(options),
        record_in: user_files.first().cloned(),
        known_hosts: user_files.into_iter().chain(global_files).collect(),
        hash_names: options.on("hashknownhosts", false),
        jumps,
        proxy: options.some("proxycommand").map(|command| names.expand(command, &address)),
        timeout: options.number("connecttimeout").map(Duration::from_secs),
        attempts: options.number("connectionattempts").unwrap_or(1).max(1),
        alive: alive(options),
        family: family(options),
        bind: options.one("bindaddress").map(str::to_owned),
        methods: methods(options),
        compression: options.on("compression", false),
        algorithms: Algorithms::read(options, baseline),
        beyond: beyond(options),
        left_out: left_out(options, &expand, origin),
        address,
        user,
    })
}

fn port(options: &Options) -> Result<u16, Mistake> {
    match options.one("port") {
        None => Ok(22),
        Some(text) => match text.parse() {
            Ok(0) | Err(_) => {
                Err(("ansible_port", format!("is `{text}`: a port is a number from 1 to 65535")))
            }
            Ok(port) => Ok(port),
        },
    }
}

fn strict(options: &Options) -> Strict {
    match options.one("stricthostkeychecking").unwrap_or("ask").to_ascii_lowercase().as_str() {
        "yes" | "true" => Strict::Yes,
        "accept-new" => Strict::AcceptNew,
        "no" | "off" | "false" => Strict::No,
        _ => Strict::Ask,
    }
}

fn key_agent(options: &Options, expand: &paths::Expander, origin: &Origin) -> KeyAgent {
    let from_environment = || origin.agent_socket.clone().map_or(KeyAgent::None, KeyAgent::At);
    match options.one("identityagent") {
        None => from_environment(),
        Some(word) if word.eq_ignore_ascii_case("none") => KeyAgent::None,
        Some("SSH_AUTH_SOCK") => from_environment(),
        Some(word) => match word.strip_prefix('$') {
            Some(name) if !name.starts_with('{') => {
                std::env::var_os(name).map_or(KeyAgent::None, |path| KeyAgent::At(path.into()))
            }
            _ => KeyAgent::At(expand.path(word)),
        },
    }
}

fn forward(options: &Options, expand: &paths::Expander, origin: &Origin) -> Option<PathBuf> {
    match options.one("forwardagent")? {
        "yes" | "true" => origin.agent_socket.clone(),
        "no" | "false" => None,
        word => match word.strip_prefix('$') {
            Some(name) if !name.starts_with('{') => std::env::var_os(name).map(PathBuf::from),
            _ => Some(expand.path(word)),
        },
    }
}

fn alive(options: &Options) -> (Option<Duration>, usize) {
    let interval = options.number("serveraliveinterval").filter(|seconds| *seconds > 0);
    (interval.map(Duration::from_secs), options.number("serveralivecountmax").unwrap_or(3))
}

fn family(options: &Options) -> Family {
    match options.one("addressfamily") {
        Some("inet") => Family::V4,
        Some("inet6") => Family::V6,
        _ => Family::Any,
    }
}

/// OpenSSH's order, less what is switched off.
const METHODS: [(&str, &str); 3] = [
    ("publickey", "pubkeyauthentication"),
    ("keyboard-interactive", "kbdinteractiveauthentication"),
    ("password", "passwordauthentication"),
];

fn methods(options: &Options) -> Vec<String> {
    let on = |name: &str| METHODS.iter().any(|(method, switch)| *method == name && !off(options, switch));
    let preferred = options.one("preferredauthentications");
    let usual = || METHODS.iter().map(|(method, _)| *method).collect::<Vec<_>>();
    let names = preferred.map_or_else(usual, |list| list.split(',').collect());
    names.into_iter().filter(|name| on(name)).map(str::to_owned).collect()
}

fn off(options: &Options, switch: &str) -> bool {
    !options.on(switch, true) && !matches!(options.one(switch), Some("unbound" | "host-bound"))
}

/// What only the system's `ssh` can do.
fn beyond(options: &Options) -> Option<String> {
    let set = |keyword: &str, name: &str| options.some(keyword).map(|_| format!("`{name}`"));
    set("pkcs11provider", "PKCS11Provider")
        .or_else(|| set("knownhostscommand", "KnownHostsCommand"))
        .or_else(|| set("revokedhostkeys", "RevokedHostKeys"))
        .or_else(|| set("bindinterface", "BindInterface"))
        .or_else(|| options.on("proxyusefdpass", false).then(|| "`ProxyUseFdpass`".to_owned()))
        .or_else(|| options.on("verifyhostkeydns", false).then(|| "`VerifyHostKeyDNS`".to_owned()))
}

/// What is worth a try by the system's `ssh` where the built-in client is not let in.
fn left_out(options: &Options, expand: &paths::Expander, origin: &Origin) -> Vec<String> {
    let gssapi = origin.kerberos && options.on("gssapiauthentication", false);
    let hostbased = options.on("hostbasedauthentication", false);
    let shared = options.some("controlpath").is_some_and(|path| expand.path(path).exists());
    let ways = [
        (gssapi, "GSSAPI"),
        (hostbased, "host-based authentication"),
        (shared, "the shared connection (`ControlPath`)"),
    ];
    ways.iter().filter(|(is_there, _)| *is_there).map(|(_, way)| (*way).to_owned()).collect()
}
