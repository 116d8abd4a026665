//! The ways to a host: each can run any number of programs there.

mod builtin;
pub(super) mod child;
mod gate;
mod process;
mod system;

pub(super) use builtin::{Builtin, NO_COMMON_KEY, dial, lower};
pub(super) use gate::{Gate, Seen};
pub(super) use process::{Output, Process, Rest};
pub(super) use system::System;

use super::Failure;
use tokio::process::Command;

/// A way to a host.
pub(super) enum Line {
    /// Over a connection of our own.
    Builtin(Builtin),
    /// Through the system's `ssh`, once for each program.
    System(System),
    /// On this machine.
    Local,
}

impl Line {
    /// Starts a program: a command for the user's shell, on a terminal if it needs one.
    ///
    /// # Errors
    /// The reason, where it does not start.
    pub async fn run(&self, command: &str, terminal: bool) -> Result<Process, String> {
        match self {
            Line::Builtin(connection) => connection.run(command, terminal).await,
            Line::System(ssh) => ssh.run(command, terminal),
            Line::Local => local(command),
        }
    }

    /// What the way itself says about a program that ended, with this status, before it did anything.
    pub fn failure(&self, host: &str, status: Option<u32>, said: &str) -> Option<Failure> {
        match self {
            Line::System(ssh) => ssh.failure(host, status, said),
            Line::Builtin(connection) if status.is_none() && connection.is_closed() => {
                Some(Failure::unreachable(host, "the connection broke"))
            }
            _ => None,
        }
    }

    /// Whether nothing can be run any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Line::Builtin(connection) if connection.is_closed())
    }
}

fn local(command: &str) -> Result<Process, String> {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command);
    child::start(shell).map_err(|error| format!("`/bin/sh`: {error}"))
}
