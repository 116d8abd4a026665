//! Connections: one a host, carrying any number of agents, each as its own user.
//!
//! [`Dialer::open`] connects and logs in, [`Connection::agent`] starts an agent and gives its two streams. How the host is
//! reached (built-in client, the system's `ssh`, a child process on this machine) is decided per host and is not seen
//! from outside.

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
pub use target::{Become, Kind, Method, Target};
pub use trust::{HostKeys, ShownKey, Standing};
