//! Settings of reaching a host, becoming another user there, and opening vaults.

use std::path::PathBuf;

/// How hosts are reached when no variable says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// `-c`: `ssh`, `local`, or another of Ansible's names; none stands for `ssh`.
    pub kind: Option<String>,
    /// `-u`.
    pub user: Option<String>,
    pub port: Option<u16>,
    /// `--private-key`.
    pub private_key: Option<PathBuf>,
    /// `-T`: seconds until an attempt to connect is given up.
    pub timeout: Option<u64>,
    /// How often an attempt is repeated.
    pub retries: Option<u32>,
    /// `host_key_checking = false`: unknown host keys are accepted. Changed ones never are.
    pub accept_unknown_hosts: bool,
    /// `ssh_args`, for those hosts that need the system's `ssh`; none stands for ours.
    pub ssh_args: Option<String>,
    /// `--ssh-common-args`.
    pub ssh_common_args: Option<String>,
    /// `--ssh-extra-args`.
    pub ssh_extra_args: Option<String>,
    /// The `ssh` to start where one is needed.
    pub ssh_executable: Option<String>,
    /// `-k`: ask for the password, once, before the run.
    pub ask_password: bool,
    /// `--connection-password-file`: a file with the password, or a program that prints it.
    pub password_file: Option<PathBuf>,
}

/// Becoming another user, when no keyword or variable says otherwise.
#[derive(Clone, Debug, Default)]
pub struct Become {
    /// `-b`.
    pub on: bool,
    /// `sudo`, `su`, `doas`; none stands for `sudo`.
    pub method: Option<String>,
    /// None stands for `root`.
    pub user: Option<String>,
    pub executable: Option<String>,
    pub flags: Option<String>,
    /// `-K`: ask for the password, once, before the run.
    pub ask_password: bool,
    /// `--become-password-file`: a file with the password, or a program that prints it.
    pub password_file: Option<PathBuf>,
}

/// Which secrets open vaults.
#[derive(Clone, Debug, Default)]
pub struct Vaults {
    /// In the order in which they are tried, before those that match by name are moved to the front.
    pub identities: Vec<VaultIdentity>,
    /// The password file of the settings, which is tried after those that were typed.
    pub(crate) configured: Option<VaultIdentity>,
    /// Whether the settings want that it is asked.
    pub(crate) ask: bool,
    /// The id to encrypt with; none where there is no choice.
    pub encrypt_with: Option<String>,
    /// `vault_id_match`: only a secret of the same id is tried.
    pub only_matching: bool,
}

/// A secret and the name of what it opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VaultIdentity {
    /// `default` where none was given.
    pub id: String,
    pub secret: VaultSecret,
}

/// Where the password of a vault comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VaultSecret {
    /// Asked for, once.
    Prompt,
    /// A file that holds it, or that prints it where it can be executed. One whose name ends in `-client`, whatever
    /// the extension, is called with `--vault-id ID`.
    File(PathBuf),
}
