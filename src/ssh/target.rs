//! What the variables say of a host, and as whom to act there.

use super::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// How a host is reached.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Kind {
    #[default]
    Ssh,
    /// This machine, through a child process.
    Local,
}

/// What the variables say of a host. `None` leaves it to the settings of OpenSSH.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The inventory name: what messages call the host.
    pub name: String,
    pub kind: Kind,
    /// `ansible_host`; the inventory name where there is none.
    pub address: Option<String>,
    /// `ansible_port`.
    pub port: Option<u16>,
    /// `ansible_user`.
    pub user: Option<String>,
    /// `ansible_password`.
    pub password: Option<Secret>,
    /// `ansible_ssh_private_key_file`.
    pub private_key: Option<PathBuf>,
    /// `ansible_ssh_private_key_passphrase`; asked for where there is none and it is needed.
    pub passphrase: Option<Secret>,
    /// `ansible_ssh_args`, common and extra arguments in the order in which `ssh` is to see them; each is split as
    /// a shell splits words.
    pub arguments: Vec<String>,
    /// `ansible_ssh_executable`.
    pub executable: Option<PathBuf>,
    /// `timeout`: how long connecting may take, from the first packet to the end of authentication.
    pub timeout: Option<Duration>,
    /// `host_key_checking`: `Some(false)` accepts any key, with a warning.
    pub host_key_checking: Option<bool>,
    /// Read in place of `UserKnownHostsFile` and `GlobalKnownHostsFile` where not empty.
    pub known_hosts: Vec<PathBuf>,
    /// Read in place of the user's and the system's `ssh_config`.
    pub config: Option<PathBuf>,
}

/// Where a target leads, and as whom one arrives: what two targets have in common that one connection serves.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Way {
    kind: Kind,
    address: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    private_key: Option<PathBuf>,
    arguments: Vec<String>,
    executable: Option<PathBuf>,
}

impl Target {
    /// The way that leads there; to this machine there is one.
    pub fn way(&self) -> Way {
        if self.kind == Kind::Local {
            return Way { kind: Kind::Local, ..Way::default() };
        }
        Way {
            kind: self.kind,
            address: self.address.clone(),
            port: self.port,
            user: self.user.clone(),
            private_key: self.private_key.clone(),
            arguments: self.arguments.clone(),
            executable: self.executable.clone(),
        }
    }

    /// A host of which no more than the name is known.
    pub fn named(name: impl Into<String>) -> Target {
        Target { name: name.into(), ..Target::default() }
    }

    /// The name that is looked up in settings and known hosts.
    pub fn host(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.name)
    }
}

/// The program that changes the user.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Method {
    #[default]
    None,
    Sudo,
    Su,
    Doas,
}

impl Method {
    /// The method with this name, as `become_method` has it.
    pub fn named(name: &str) -> Option<Method> {
        let name = name.rsplit('.').next().unwrap_or(name);
        [Method::Sudo, Method::Su, Method::Doas].into_iter().find(|method| method.program() == name)
    }

    /// The program's name.
    pub fn program(self) -> &'static str {
        match self {
            Method::None => "",
            Method::Sudo => "sudo",
            Method::Su => "su",
            Method::Doas => "doas",
        }
    }
}

/// As whom to act on a host, and how to become that user.
#[derive(Clone, PartialEq, Debug)]
pub struct Become {
    pub method: Method,
    /// `become_user`.
    pub user: String,
    /// `become_password`.
    pub password: Option<Secret>,
    /// `become_flags`, split as a shell splits words; the method's own where there are none.
    pub flags: Option<String>,
    /// `become_exe`, split likewise.
    pub exe: Option<String>,
    /// Whether a person may be asked where a password is needed and none is given.
    pub ask: bool,
}

impl Become {
    /// Stays the user who connected.
    pub fn nobody_else() -> Become {
        Become {
            method: Method::None,
            user: String::new(),
            password: None,
            flags: None,
            exe: None,
            ask: false,
        }
    }

    /// Becomes a user through a method, without a password.
    pub fn user(method: Method, user: impl Into<String>) -> Become {
        Become { method, user: user.into(), ..Become::nobody_else() }
    }
}
