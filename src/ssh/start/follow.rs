//! An attempt under way: listening to the program, answering it.

use super::Starter;
use super::listen::{Heard, Listener};
use super::trouble::Trouble;
use crate::ssh::line::{Output, Process, Rest};
use crate::ssh::packing::Packing;
use crate::ssh::session::Said;
use crate::ssh::{Become, Failure, Refusal, Secret, Session};
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

/// An attempt under way.
pub(super) struct Start<'a> {
    pub starter: &'a Starter<'a>,
    pub identity: &'a Become,
    pub password: Option<&'a Secret>,
    pub process: Process,
    pub listener: Listener,
    /// Whether the password has been sent.
    pub sent: bool,
    pub delivered: bool,
}

impl Start<'_> {
    /// Follows the program until the agent writes; gives what it wrote.
    pub async fn follow(&mut self) -> Result<Vec<u8>, Trouble> {
        let patience = PATIENCE + DELIVERY;
        timeout(patience, self.listen()).await.unwrap_or_else(|_| Err(self.stuck(patience).into()))
    }

    async fn listen(&mut self) -> Result<Vec<u8>, Trouble> {
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
            Heard::Wants { machine, packing } => self.deliver(&machine, packing).await?,
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

    async fn deliver(&mut self, machine: &str, packing: Packing) -> Result<(), Trouble> {
        let host = self.starter.host;
        let agent =
            self.starter.agents.of(machine).ok_or_else(|| Trouble::Final(self.lacks(machine)))?.clone();
        let path = agent.path.display().to_string();
        let unreadable = |error: std::io::Error| {
            Trouble::Final(Failure::delivery(host, format!("cannot read `{path}`: {error}")))
        };
        let packed = tokio::task::spawn_blocking(move || agent.packed_for(packing)).await;
        let (packing, packed) = packed.map_err(std::io::Error::other).flatten().map_err(unreadable)?;
        self.delivered = true;
        self.write(format!("{} {}\n", packed.len(), packing.word()).as_bytes()).await?;
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

    pub fn into_session(self, first: Vec<u8>) -> Session {
        let said = Said::default();
        let reader = Box::new(Rest::new(first, self.process.output, said.clone()));
        Session { reader, writer: self.process.input, said, delivered: self.delivered }
    }
}
