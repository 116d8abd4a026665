//! Questions about a host that are no files. Only this folder can build one, so this folder is the one place to
//! review for commands that must not write.

use super::Bytes;
use super::docker::{Engine, Thing};
use std::fmt;

/// A question whose answering changes nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Query(Subject);

/// What a question is about.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// A user by name: `name`, `uid`, `gid`, `comment`, `home`, `shell`.
    User(String),
    /// A user by number.
    Uid(u32),
    /// What `/etc/shadow` says of a user: `password`, `min`, `max`, `warn`, `inactive`, `expires`, all text.
    Shadow(String),
    /// A group by name: `name`, `gid`, `members`.
    Group(String),
    Gid(u32),
    /// What docker's daemon says of a thing.
    Docker(Engine, Thing),
    /// The properties of a systemd unit.
    Unit {
        name: String,
        scope: Scope,
    },
    /// What dpkg knows: `version`, `status`, `architecture`.
    Package(String),
    /// When the index of packages was read last: `seconds`.
    PackageIndex,
    /// A kernel parameter: its text.
    Sysctl(String),
    /// Whether a kernel module is loaded.
    KernelModule(String),
    Hostname,
    /// Whether something is mounted there.
    Mounted(String),
    /// What `uname` says.
    Kernel,
    /// Addresses of interfaces.
    Addresses,
    /// How large and how full a file system is.
    FileSystem(String),
    /// The flags of `chattr` on a file, as letters.
    Flags(String),
    /// Whether somebody takes connections there.
    Reachable(String, u16),
    /// What a command that only reads prints: `rc`, `stdout`, `stderr`.
    Output(Vec<String>),
    /// The same of a command that reads its input, or needs an environment.
    Dialogue(Dialogue),
}

/// A command that only reads, with what it is given. The environment may hold passwords and is never shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Dialogue {
    pub argv: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub directory: Option<String>,
    pub stdin: Bytes,
}

impl Dialogue {
    /// A command alone.
    pub(in crate::host) fn of(argv: Vec<String>) -> Dialogue {
        Dialogue { argv, ..Dialogue::default() }
    }

    /// The question.
    pub(in crate::host) fn query(self) -> Query {
        Query(Subject::Dialogue(self))
    }
}

/// Whose systemd.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Scope {
    #[default]
    System,
    User,
    Global,
}

impl Query {
    pub(in crate::host) fn about(subject: Subject) -> Query {
        Query(subject)
    }

    /// What it asks about.
    pub fn subject(&self) -> &Subject {
        &self.0
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Subject::User(name) => write!(f, "user {name}"),
            Subject::Uid(uid) => write!(f, "uid {uid}"),
            Subject::Shadow(name) => write!(f, "shadow {name}"),
            Subject::Group(name) => write!(f, "group {name}"),
            Subject::Gid(gid) => write!(f, "gid {gid}"),
            Subject::Docker(_, thing) => thing.fmt(f),
            Subject::Unit { name, scope: Scope::System } => write!(f, "unit {name}"),
            Subject::Unit { name, scope } => write!(f, "{scope:?} unit {name}"),
            Subject::Package(name) => write!(f, "package {name}"),
            Subject::PackageIndex => f.write_str("package index"),
            Subject::Sysctl(name) => write!(f, "sysctl {name}"),
            Subject::KernelModule(name) => write!(f, "kernel module {name}"),
            Subject::Flags(path) => write!(f, "flags {path}"),
            Subject::Mounted(path) => write!(f, "mounted {path}"),
            Subject::Kernel => f.write_str("kernel"),
            Subject::Addresses => f.write_str("addresses"),
            Subject::FileSystem(path) => write!(f, "file system {path}"),
            Subject::Hostname => f.write_str("hostname"),
            Subject::Reachable(host, port) => write!(f, "reachable {host} {port}"),
            Subject::Output(argv) => f.write_str(&argv.join(" ")),
            Subject::Dialogue(Dialogue { argv, stdin, .. }) if stdin.0.is_empty() => {
                f.write_str(&argv.join(" "))
            }
            Subject::Dialogue(Dialogue { argv, stdin, .. }) => {
                write!(f, "{} < {}", argv.join(" "), super::text::from_bytes(&stdin.0))
            }
        }
    }
}
