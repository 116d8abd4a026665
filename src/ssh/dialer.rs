//! What all connections of a run share, and how each is opened.

use super::{AgentBinaries, Asker, Become, Failure, Session, Target};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many connections are set up at the same time, unless told otherwise: the handshakes of more hosts only slow each
/// other down, and a server behind a jump host refuses more than `MaxStartups` (10) at once.
pub const PACE: usize = 25;

/// What is known of the place that connections start from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The home directory of the person.
    pub home: Option<PathBuf>,
    /// The person's user name on this machine.
    pub user: String,
    /// `SSH_AUTH_SOCK`.
    pub agent_socket: Option<PathBuf>,
    /// The system's `ssh`, where there is one.
    pub ssh: Option<PathBuf>,
}

/// Opens connections; one for a whole run.
#[derive(Clone)]
pub struct Dialer {
    origin: Arc<Origin>,
    agents: Arc<AgentBinaries>,
    asker: Arc<dyn Asker>,
    pace: Arc<Semaphore>,
}

impl Dialer {
    /// A dialer that starts from here. At most `pace` connections are being set up at the same time; others wait
    /// their turn, and their timeouts begin when it comes.
    pub fn new(origin: Origin, agents: AgentBinaries, asker: Arc<dyn Asker>, pace: usize) -> Dialer {
        let pace = Arc::new(Semaphore::new(pace.max(1)));
        Dialer { origin: Arc::new(origin), agents: Arc::new(agents), asker, pace }
    }

    /// Opens a connection to a host and logs in.
    pub async fn open(&self, target: &Target) -> Result<Connection, Failure> {
        Err(Failure::unreachable(&target.name, "connections are not built in"))
    }
}

/// A connection to a host, for any number of agents.
pub struct Connection;

impl Connection {
    /// Starts an agent as that user over this connection, and delivers it first where it is missing.
    pub async fn agent(&self, identity: &Become) -> Result<Session, Failure> {
        Err(Failure::delivery(&identity.user, "agents are not built in"))
    }
}
