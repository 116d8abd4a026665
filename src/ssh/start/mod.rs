//! Starting an agent: become the user, deliver what is missing, wait for the marker.

mod command;
mod listen;

use super::line::{Line, Output, Process, Rest, child};
use super::questions::Questions;
use super::session::Said;
use super::settings::check_user;
use super::{AgentBinaries, Become, Failure, FailureKind, Method, Refusal, Secret, Session};
use command::Attempt;
use listen::{Heard, Listener};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

/// How long a program may say nothing before the agent is there.
const SILENCE: Duration = Duration::from_secs(60);
/// How long its last words may take once it has ended.
const AFTER_END: Duration = Duration::from_secs(2);
/// How long it may take altogether, less the delivery.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long the delivery may take.
const DELIVERY: Duration = Duration::from_secs(900);

/// What is needed to start agents on a host.
pub(super) struct Starter<'a> {
    pub line: &'a Line,
    /// The host's inventory name.
    pub host: &'a str,
    pub agents: &'a AgentBinaries,
    pub questions: &'a Questions,
}

/// How an attempt ended that did not end well.
enum Trouble {
    Final(Failure),
    /// The program wants a terminal.
    NoTerminal(Failure),
    /// A password is wanted and none is known.
    NoPassword(Failure),
    /// The agent that was there did not start.
    Broken(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Final(failure)
    }
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
        match timeout(PATIENCE + DELIVERY, start.follow()).await {
            Ok(Ok(first)) => Ok(start.into_session(first)),
            Ok(Err(trouble)) => Err(trouble),
            Err(_) => Err(start.stuck(PATIENCE + DELIVERY).into()),
        }
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

/// An attempt under way.
struct Start<'a> {
    starter: &'a Starter<'a>,
    identity: &'a Become,
    password: Option<&'a Secret>,
    process: Process,
    listener: Listener,
    /// Whether the password has been sent.
    sent: bool,
    delivered: bool,
}

impl Start<'_> {
    /// Follows the program until the agent writes; gives what it wrote.
    async fn follow(&mut self) -> Result<Vec<u8>, Trouble> {
        let mut status = None;
        let mut patience = SILENCE;
        loop {
            let Ok(output) = timeout(patience, self.process.output.recv()).await else {
                return Err(if patience == SILENCE {
                    self.stuck(SILENCE).into()
                } else {
                    self.ended(status)
                });
            };
            let heard = match output {
                Some(Output::Stdout(bytes)) => self.listener.out(&bytes),
                Some(Output::Stderr(bytes)) => self.listener.err(&bytes),
                // What was written before may still be on its way.
                Some(Output::Ended(with)) => {
                    (status, patience) = (with, AFTER_END);
                    continue;
                }
                None => return Err(self.ended(status)),
            };
            if let Some(heard) = heard
                && let Some(first) = self.act(heard).await?
            {
                return Ok(first);
            }
        }
    }

    async fn act(&mut self, heard: Heard) -> Result<Option<Vec<u8>>, Trouble> {
        let delivery = |reason: String| Err(Trouble::Final(Failure::delivery(self.starter.host, reason)));
        match heard {
            Heard::Agent(first) => return Ok(Some(first)),
            Heard::Wants { machine } => self.deliver(&machine).await?,
            Heard::Prompt => self.answer().await?,
            Heard::Lacks { machine } => return Err(self.lacks(&machine).into()),
            Heard::Nowhere { tried } => return delivery(format!("it can be put nowhere: {tried}")),
            Heard::Fails { why } => return delivery(self.with_said(why)),
            Heard::TooMuch => return delivery("64 kilobytes were written before it".to_owned()),
        }
        Ok(None)
    }

    /// Sends the password, once.
    async fn answer(&mut self) -> Result<(), Trouble> {
        let Some(password) = self.password else {
            return Err(Trouble::NoPassword(self.refused(Refusal::PasswordNeeded)));
        };
        if self.sent {
            return Err(self.refused(Refusal::PasswordWrong).into());
        }
        self.sent = true;
        self.listener.answered();
        let line = zeroize::Zeroizing::new(format!("{}\n", password.reveal()));
        self.write(line.as_bytes()).await
    }

    async fn deliver(&mut self, machine: &str) -> Result<(), Trouble> {
        let host = self.starter.host;
        let agent = self.starter.agents.of(machine).ok_or_else(|| Trouble::Final(self.lacks(machine)))?;
        let unreadable = |error| {
            Trouble::Final(Failure::delivery(
                host,
                format!("cannot read `{}`: {error}", agent.path.display()),
            ))
        };
        let packed = tokio::task::block_in_place(|| agent.packed()).map_err(unreadable)?;
        self.delivered = true;
        self.write(format!("{}\n", packed.len()).as_bytes()).await?;
        self.write(&packed).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let writing = async {
            self.process.input.write_all(bytes).await?;
            self.process.input.flush().await
        };
        // Where the program has ended, what it said tells more than the broken pipe.
        match timeout(DELIVERY, writing).await {
            Ok(_) => Ok(()),
            Err(_) => Err(self.stuck(DELIVERY).into()),
        }
    }

    fn into_session(self, first: Vec<u8>) -> Session {
        let said = Said::default();
        let reader = Box::new(Rest::new(first, self.process.output, said.clone()));
        Session { reader, writer: self.process.input, said, delivered: self.delivered }
    }
}

/// Words that programs use for it.
const NEEDS_PASSWORD: [&str; 3] =
    ["password is required", "authentication is required", "authentication required"];
const NEEDS_TERMINAL: [&str; 4] =
    ["must have a tty", "a tty is required", "a terminal is required", "no tty present"];
const WRONG_PASSWORD: [&str; 5] =
    ["incorrect password", "authentication fail", "try again", "incorrect authentication", "maximum"];

impl Start<'_> {
    /// Why the program ended before the agent was there.
    fn ended(&self, status: Option<u32>) -> Trouble {
        let text = self.listener.text();
        let lower = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if self.listener.begun {
            return self.broken(status, text);
        }
        if let Some(failure) = self.starter.line.failure(self.starter.host, status, &text) {
            return Trouble::Final(failure);
        }
        if self.identity.method == Method::None {
            let reason = format!("the login shell does not run `/bin/sh`: {}", or_nothing(text));
            return Trouble::Final(Failure::delivery(self.starter.host, reason));
        }
        match self.sent {
            true if says(&WRONG_PASSWORD) => Trouble::Final(self.refused(Refusal::PasswordWrong)),
            false if says(&NEEDS_PASSWORD) => Trouble::NoPassword(self.refused(Refusal::PasswordNeeded)),
            _ if says(&NEEDS_TERMINAL) => Trouble::NoTerminal(self.refused(Refusal::Said(text))),
            _ => Trouble::Final(self.refused(Refusal::Said(or_nothing(text)))),
        }
    }

    fn broken(&self, status: Option<u32>, text: String) -> Trouble {
        let status = status.map_or("a signal".to_owned(), |status| format!("status {status}"));
        let reason = format!("it ended with {status} at once: {}", or_nothing(text));
        let failure = Failure::delivery(self.starter.host, reason);
        if self.delivered { Trouble::Final(failure) } else { Trouble::Broken(failure) }
    }

    fn refused(&self, reason: Refusal) -> Failure {
        let Become { user, method, .. } = self.identity;
        let program = method.program();
        Failure::new(self.starter.host, FailureKind::Become { user: user.clone(), program, reason })
    }

    fn lacks(&self, machine: &str) -> Failure {
        lacks(self.starter.host, self.starter.agents, machine)
    }

    fn stuck(&self, after: Duration) -> Failure {
        let said = or_nothing(self.listener.text());
        let seconds = after.as_secs();
        match self.identity.method {
            Method::None => {
                Failure::delivery(self.starter.host, format!("nothing happens for {seconds} seconds: {said}"))
            }
            _ => self.refused(Refusal::Said(format!("nothing more for {seconds} seconds: {said}"))),
        }
    }

    fn with_said(&self, why: String) -> String {
        match self.listener.text() {
            said if said.is_empty() => why,
            said => format!("{why}: {said}"),
        }
    }
}

fn lacks(host: &str, agents: &AgentBinaries, machine: &str) -> Failure {
    let file = agents.missing(machine);
    Failure::delivery(host, format!("there is none for its machine type `{machine}`"))
        .hint(format!("build the agent for `{machine}` and put it at `{}`", file.display()))
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing is said".to_owned() } else { text }
}
