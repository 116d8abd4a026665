//! Agents in a name space of mounts of their own: what they keep on a host is not that of the machine.

use provision::host::Fields;
use provision::modules;
use provision::wire::{Client, Limits, Outcome, Reply, Request, Session};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tokio::process::{Child, Command};

/// A directory in which an agent may act.
pub struct Place {
    pub work: tempfile::TempDir,
    own: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Place {
        Place { work: tempfile::tempdir().unwrap(), own: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    /// Starts an agent by a command line before its own. `$W` is the directory in the shell commands that come first.
    pub fn start(&self, first: &str, before: &[&str]) -> Child {
        let own = self.own.path();
        let script = format!(
            "mkdir -p /var/lib/provision && mount --bind \"$0\" /var/lib/provision && {first} exec \"$@\""
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", &script]).arg(own).args(before);
        command.arg(env!("CARGO_BIN_EXE_provision-agent")).env("W", self.work.path());
        command.env("HOME", own).env("TMPDIR", own).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.kill_on_drop(true).spawn().unwrap()
    }
}

/// Lets an agent carry out one call; nothing where it died before it answered. The agent ends with the client.
pub async fn ask(child: &mut Child, name: &str, arguments: Fields) -> Option<(Reply, Client)> {
    let (reader, writer) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let nothing = Arc::new(crate::Nothing);
    let session = Client::connect(reader, writer, nothing, Limits::default()).await.ok()?;
    let Session { client, mut replies, .. } = session;
    client.submit(Request::new(1, modules::parse(name, &arguments).unwrap())).await.ok()?;
    let reply = replies.next().await.filter(|reply| !matches!(reply.outcome, Outcome::Lost { .. }))?;
    Some((reply, client))
}

/// The names in a directory.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
