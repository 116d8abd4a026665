//! Starting an agent: become the user, deliver what is missing, wait for the marker.

mod command;
mod follow;
mod listen;
mod trouble;

use super::line::{Line, Rest, child};
use super::questions::Questions;
use super::session::Said;
use super::settings::check_user;
use super::{AgentBinaries, Become, Failure, FailureKind, Method, Secret, Session};
use command::Attempt;
use follow::Start;
use listen::Listener;
use trouble::Trouble;

/// What is needed to start agents on a host.
pub(super) struct Starter<'a> {
    pub line: &'a Line,
    /// The host's inventory name.
    pub host: &'a str,
    pub agents: &'a AgentBinaries,
    pub questions: &'a Questions,
}

impl Starter<'_> {
    /// Starts an agent as that user.
    ///
    /// # Errors
    /// Where the user cannot be become, or the agent not be delivered or started.
    pub async fn start(&self, identity: &Become) -> Result<Session, Failure> {
        if identity.method != Method::None {
            check_user("ansible_become_user", &identity.user)
                .map_err(|(field, found)| self.mistake(field, found))?;
        }
        if matches!((self.line, identity.method), (Line::Local, Method::None)) {
            return self.own();
        }
        let mut password = identity.password.clone();
        let mut terminal = password.is_some() && matches!(identity.method, Method::Su | Method::Doas);
        let mut fresh = false;
        loop {
            match self.attempt(identity, password.as_ref(), terminal, fresh).await {
                Ok(session) => return Ok(session),
                Err(Trouble::NoTerminal(_)) if !terminal => terminal = true,
                Err(Trouble::NoPassword(failure)) if identity.ask && password.is_none() => {
                    password = Some(self.questions.once(prompt(identity)).await.ok_or(failure)?);
                    terminal = identity.method != Method::Sudo;
                }
                Err(Trouble::Broken(_)) if !fresh => fresh = true,
                Err(
                    Trouble::Final(failure)
                    | Trouble::NoTerminal(failure)
                    | Trouble::NoPassword(failure)
                    | Trouble::Broken(failure),
                ) => return Err(failure),
            }
        }
    }

    async fn attempt(
        &self,
        identity: &Become,
        password: Option<&Secret>,
        terminal: bool,
        fresh: bool,
    ) -> Result<Session, Trouble> {
        let token = token();
        let attempt = Attempt { identity, token: &token, password: password.is_some(), fresh };
        let command = attempt.command(self.agents);
        let command = command.map_err(|(field, found)| Trouble::Final(self.mistake(field, found)))?;
        let process = self.line.run(&command, terminal).await;
        let process = process.map_err(|reason| {
            Trouble::Final(Failure::unreachable(self.host, format!("no channel: {reason}")))
        })?;
        let listener = Listener::new(&attempt);
        let mut start =
            Start { starter: self, identity, password, process, listener, sent: false, delivered: false };
        let first = start.follow().await?;
        Ok(start.into_session(first))
    }

    /// Starts the agent where it lies.
    fn own(&self) -> Result<Session, Failure> {
        let machine = std::env::consts::ARCH;
        let agent = self.agents.own().ok_or_else(|| lacks(self.host, self.agents, machine))?;
        let started = child::start(tokio::process::Command::new(&agent.path));
        let process = started.map_err(|error| {
            Failure::delivery(self.host, format!("`{}` does not start: {error}", agent.path.display()))
        })?;
        let said = Said::default();
        let reader = Box::new(Rest::new(Vec::new(), process.output, said.clone()));
        Ok(Session { reader, writer: process.input, said, delivered: false })
    }

    fn mistake(&self, field: &'static str, found: String) -> Failure {
        Failure::new(self.host, FailureKind::Mistake { field, found })
    }
}

fn prompt(identity: &Become) -> String {
    format!("{} password", identity.method.program().to_uppercase())
}

/// A word that nothing else writes.
fn token() -> String {
    let mut bytes = [0; 8];
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("provision-{digits}")
}

fn lacks(host: &str, agents: &AgentBinaries, machine: &str) -> Failure {
    let file = agents.missing(machine);
    Failure::delivery(host, format!("there is none for its machine type `{machine}`"))
        .hint(format!("build the agent for `{machine}` and put it at `{}`", file.display()))
}
