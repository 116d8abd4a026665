//! Connections: one a host, carrying any number of agents, each as its own user.
//!
//! [`Dialer::open`] connects and logs in, [`Connection::agent`] starts an agent and gives its two streams. How the host is
//! reached is decided per host and is not seen from outside:
//! * The built-in client, for nearly all: keys in files (a passphrase is asked for once a run, and only where the host wants the
//!   key), ssh-agent, certificates, passwords; `ProxyJump` (one connection to a jump host serves all hosts behind it),
//!   `ProxyCommand`, `ForwardAgent`.
//! * The system's `ssh`, once for each agent, where settings ask for what the client has not: `PKCS11Provider`,
//!   `KnownHostsCommand`, `RevokedHostKeys`, `VerifyHostKeyDNS`, `BindInterface`, `ProxyUseFdpass`, only algorithms that it lacks,
//!   flags such as `-S`, `-L` or `-W`, an `ansible_ssh_executable` that is not called `ssh`. Also after a refusal where GSSAPI with
//!   a ticket, host-based authentication or a shared connection (`ControlPath`) could still open the door. With
//!   `ControlMaster=auto` in its arguments several agents share one connection.
//! * A child process on this machine, for `connection: local`.
//!
//! Settings are OpenSSH's: variables first, then arguments, then `ssh_config`, read by us, or by `ssh -G` where our reading is in
//! doubt and `ssh` is installed. Left out: `CheckHostIP`, `UpdateHostKeys` (no key is learnt on the way), forwarded ports, X11.
//!
//! The verdict on host keys is OpenSSH's on every line of `known_hosts`, with one difference: a key that is revoked under the
//! host's name without its port is refused however lax the settings are.
//!
//! An agent that is there already takes one round trip to start after the channel is open; one that is not takes one more and
//! its own length. It lies under its hash in the first directory that is the user's own and lets programs run.

mod agents;
mod asker;
mod auth;
mod bastions;
mod dial;
mod dialer;
mod failure;
mod known_hosts;
mod line;
mod origin;
mod packing;
mod questions;
mod reach;
mod secret;
mod session;
mod settings;
mod start;
mod target;
mod trust;
mod words;

pub use agents::{AgentBinaries, AgentBinary};
pub use asker::{Asker, Nobody};
pub use dialer::{Connection, Dialer, PACE};
pub use failure::{Failure, HostKey, Kind as FailureKind, Refusal};
pub use origin::Origin;
pub use secret::Secret;
pub use session::{Reader, Said, Session, Writer};
pub use target::{Become, Kind, Method, Target, Way};
pub use trust::{HostKeys, ShownKey, Standing};
