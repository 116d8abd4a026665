//! The system's `ssh`, for what the built-in client cannot do.

use super::child;
use super::process::Process;
use crate::ssh::{Failure, FailureKind, HostKey, Secret};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::process::Command;

/// How to start `ssh` for a host.
pub(in crate::ssh) struct System {
    pub program: PathBuf,
    /// Its arguments, without the host.
    pub words: Vec<String>,
    pub host: String,
    /// Who logs in, for messages.
    pub user: String,
    pub password: Option<Secret>,
}

impl System {
    /// Starts a program on the host, over a connection of its own unless settings share one (`ControlMaster`).
    pub fn run(&self, command: &str, terminal: bool) -> Result<Process, String> {
        let mut ssh = Command::new(&self.program);
        ssh.arg(if terminal { "-tt" } else { "-T" });
        let answers = self.password.as_ref().map(Answers::prepare).transpose();
        let answers = answers.map_err(|error| format!("cannot pass the password on: {error}"))?;
        match &answers {
            Some(answers) => answers.offer_to(&mut ssh),
            None => _ = ssh.args(["-o", "BatchMode=yes"]),
        }
        ssh.args(&self.words).arg("--").arg(&self.host).arg(command);
        let process = child::start(ssh).map_err(|error| format!("`{}`: {error}", self.program.display()))?;
        if let (Some(answers), Some(password)) = (answers, &self.password) {
            tokio::spawn(answers.give(password.clone()));
        }
        Ok(process)
    }

    /// What `ssh` means, where it ended before anything ran on the host.
    pub fn failure(&self, host: &str, status: Option<u32>, said: &str) -> Option<Failure> {
        if status != Some(255) {
            return None;
        }
        let fingerprint = || format!("`ssh` says: {said}");
        let kind = match said {
            _ if said.contains("IDENTIFICATION HAS CHANGED") => {
                let recorded = "the recorded key".to_owned();
                FailureKind::HostKey(HostKey::Changed { fingerprint: fingerprint(), recorded })
            }
            _ if said.contains("REVOKED") => {
                let recorded = "a recorded key".to_owned();
                FailureKind::HostKey(HostKey::Revoked { fingerprint: fingerprint(), recorded })
            }
            _ if said.contains("Host key verification failed") => {
                FailureKind::HostKey(HostKey::Unknown { fingerprint: fingerprint() })
            }
            _ if said.contains("Permission denied") || said.contains("authentication failures") => {
                FailureKind::Auth {
                    user: self.user.clone(),
                    tried: vec![format!("what `ssh` tries: {said}")],
                }
            }
            _ => FailureKind::Unreachable { reason: fingerprint() },
        };
        Some(Failure::new(host, kind))
    }
}

/// A program that tells `ssh` the password, and the pipe that it reads it from: the password is in no argument, no
/// environment and no file.
struct Answers {
    directory: PathBuf,
}

const PROGRAM: &str = "#!/bin/sh\ncase $1 in *assword*) exec cat \"${0%/*}/answer\" ;; esac\nexit 1\n";
/// How long `ssh` may take to ask.
const PATIENCE: Duration = Duration::from_secs(120);

impl Answers {
    fn prepare(_: &Secret) -> io::Result<Answers> {
        let mut random = [0; 8];
        let _ = rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty());
        let directory =
            std::env::temp_dir().join(format!("provision-ask-{:016x}", u64::from_le_bytes(random)));
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        let answers = Answers { directory };
        let mut program =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(answers.program())?;
        program.write_all(PROGRAM.as_bytes())?;
        mknodat(CWD, answers.pipe(), FileType::Fifo, Mode::from_raw_mode(0o600), 0)?;
        Ok(answers)
    }

    fn program(&self) -> PathBuf {
        self.directory.join("ask")
    }

    fn pipe(&self) -> PathBuf {
        self.directory.join("answer")
    }

    fn offer_to(&self, ssh: &mut Command) {
        ssh.env("SSH_ASKPASS", self.program())
            .env("SSH_ASKPASS_REQUIRE", "force")
            .env("DISPLAY", "provision");
        ssh.args(["-o", "NumberOfPasswordPrompts=1"]);
    }

    /// Waits for the question and answers it, once.
    async fn give(self, password: Secret) {
        let _ = tokio::time::timeout(PATIENCE, answer(&self.pipe(), &password)).await;
    }
}

async fn answer(pipe: &Path, password: &Secret) {
    loop {
        if let Ok(mut sender) = pipe::OpenOptions::new().open_sender(pipe) {
            let line = zeroize::Zeroizing::new(format!("{}\n", password.reveal()));
            let _ = sender.write_all(line.as_bytes()).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}
