//! What all connections of a run share, and how each is opened.

use super::auth::{Entry, Keyring, Login};
use super::line::{Builtin, Line, System};
use super::questions::Questions;
use super::settings::{OpenSsh, Settings, for_ssh};
use super::start::Starter;
use super::target::Kind;
use super::{AgentBinaries, Asker, Become, Failure, FailureKind, Origin, Session, Target};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many connections are set up at the same time, unless told otherwise: the handshakes of more hosts only slow each
/// other down.
pub const PACE: usize = 25;

/// Opens connections; one for a whole run.
#[derive(Clone)]
pub struct Dialer {
    pub(super) shared: Arc<Shared>,
}

/// What the connections of a run have in common.
pub(super) struct Shared {
    pub origin: Origin,
    pub agents: AgentBinaries,
    pub questions: Questions,
    pub keyring: Keyring,
    pub openssh: OpenSsh,
    pub bastions: super::bastions::Bastions,
    pace: Semaphore,
}

impl Dialer {
    /// A dialer that starts from here. At most `pace` connections are being set up at the same time; others wait
    /// their turn, and their timeouts begin when it comes.
    pub fn new(origin: Origin, agents: AgentBinaries, asker: Arc<dyn Asker>, pace: usize) -> Dialer {
        let shared = Shared {
            origin,
            agents,
            questions: Questions::new(asker),
            keyring: Keyring::default(),
            openssh: OpenSsh::default(),
            bastions: super::bastions::Bastions::default(),
            pace: Semaphore::new(pace.max(1)),
        };
        Dialer { shared: Arc::new(shared) }
    }

    /// The programs that can be delivered.
    pub fn agents(&self) -> &AgentBinaries {
        &self.shared.agents
    }

    /// Opens a connection to a host and logs in.
    ///
    /// # Errors
    /// Where a variable cannot be used, the host cannot be reached, shows a key that is not trusted, or lets nobody in.
    pub async fn open(&self, target: &Target) -> Result<Connection, Failure> {
        let shared = &self.shared;
        if target.kind == Kind::Local {
            return Ok(self.connection(target, Line::Local));
        }
        let settings = Settings::of_target(target, &shared.origin, &shared.openssh).await?;
        let _turn = shared.pace.acquire().await;
        if let Some(why) = only_system(&settings, target) {
            let line = self.system(target, &settings, &why)?;
            return Ok(self.connection(target, Line::System(line)));
        }
        match self.builtin(target, &settings).await {
            Err(failure) if self.is_worth_another_try(&failure, &settings) => {
                let line = self.system(target, &settings, "what is left to try")?;
                Ok(self.connection(target, Line::System(line)))
            }
            opened => Ok(self.connection(target, Line::Builtin(opened?))),
        }
    }

    fn connection(&self, target: &Target, line: Line) -> Connection {
        Connection { line, host: target.name.clone(), shared: self.shared.clone() }
    }

    /// Nobody was let in, but the system's `ssh` knows ways that the built-in client does not.
    fn is_worth_another_try(&self, failure: &Failure, settings: &Settings) -> bool {
        let is_refusal = matches!(failure.kind, FailureKind::Auth { .. }) && !settings.left_out.is_empty();
        (is_refusal || failure.is_beyond()) && self.shared.origin.ssh.is_some()
    }

    fn system(&self, target: &Target, settings: &Settings, why: &str) -> Result<System, Failure> {
        let program = target.executable.clone().or_else(|| self.shared.origin.ssh.clone());
        let program = program.ok_or_else(|| {
            Failure::unreachable(&target.name, format!("{why} is beyond the built-in client"))
                .hint("install OpenSSH's `ssh` on this machine, it is used for such hosts")
        })?;
        Ok(System {
            program,
            words: for_ssh(target)?,
            host: target.host().to_owned(),
            user: settings.user.clone(),
            password: target.password.clone(),
        })
    }

    async fn builtin(&self, target: &Target, settings: &Settings) -> Result<Builtin, Failure> {
        let mut dialled = super::dial::dial(&self.shared, target, settings).await?;
        self.log_in(target, settings, &mut dialled).await?;
        Ok(Builtin::new(dialled.handle, dialled.through, settings.forward.is_some()))
    }

    pub(super) async fn log_in(
        &self,
        target: &Target,
        settings: &Settings,
        dialled: &mut super::dial::Dialled,
    ) -> Result<(), Failure> {
        let Shared { keyring, questions, .. } = &*self.shared;
        let login = Login { settings, target, keyring, questions, passwords: !dialled.doubtful };
        let entered = super::dial::within(settings, questions, login.enter(&mut dialled.handle)).await;
        let entry = entered.ok_or_else(|| {
            Failure::unreachable(&target.name, "logging in takes too long").hint("raise `timeout`")
        })?;
        outcome(target, settings, entry)
    }
}

fn outcome(target: &Target, settings: &Settings, entry: Entry) -> Result<(), Failure> {
    let refused = |tried| {
        let failure = Failure::new(&target.name, FailureKind::Auth { user: settings.user.clone(), tried });
        Err(failure)
    };
    match entry {
        Entry::In => Ok(()),
        Entry::Out { tried, skipped } => {
            let left_out = settings.left_out.iter().map(|what| format!("{what} is not tried"));
            let hints = skipped.into_iter().chain(left_out);
            refused(tried).map_err(|failure| hints.fold(failure, Failure::hint))
        }
        Entry::Gone { tried } => refused(tried).map_err(|failure| {
            failure.hint("the host ended the connection, as it does after too many keys (`MaxAuthTries`): name the right one with `ansible_ssh_private_key_file`, or set `IdentitiesOnly yes`")
        }),
    }
}

/// What only the system's `ssh` can do for this host.
fn only_system(settings: &Settings, target: &Target) -> Option<String> {
    let own = |program: &PathBuf| program.file_name().is_some_and(|name| name != "ssh");
    let executable = target.executable.as_ref().filter(|program| own(program));
    let program = executable.map(|program| format!("`{}`", program.display()));
    let algorithms = settings.algorithms.impossible().map(|list| format!("`{list}`"));
    program.or_else(|| settings.beyond.clone()).or(algorithms)
}

/// A connection to a host, for any number of agents.
pub struct Connection {
    line: Line,
    host: String,
    shared: Arc<Shared>,
}

impl Connection {
    /// Starts an agent as that user over this connection, and delivers it first where it is missing. Agents of
    /// several users may be started at the same time.
    ///
    /// # Errors
    /// Where the user cannot be become, or the agent not be delivered or started.
    pub async fn agent(&self, identity: &Become) -> Result<Session, Failure> {
        let Shared { agents, questions, .. } = &*self.shared;
        Starter { line: &self.line, host: &self.host, agents, questions }.start(identity).await
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.line.is_closed()
    }
}
