//! The system's `ssh`, asked what it would do.

use super::arguments::{self, Flag};
use super::config;
use super::options::Options;
use crate::ssh::Origin;
use crate::ssh::session::printable;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::OnceCell;

/// How long `ssh -G` may take: a `Match exec` in it may run anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// What OpenSSH is told to do, by its own account where it is installed.
#[derive(Debug, Default)]
pub(in crate::ssh) struct OpenSsh {
    /// What it does for no host in particular and without configuration: its defaults.
    baseline: OnceCell<Option<Options>>,
}

impl OpenSsh {
    /// The options for a host, read by us; as `ssh -G` says where that is in doubt and `ssh` is installed.
    pub(super) async fn options(
        &self,
        flags: &[Flag],
        host: &str,
        origin: &Origin,
    ) -> Result<Options, String> {
        let own = config::read(flags, host, origin);
        match &origin.ssh {
            Some(program) if own.as_ref().map_or(true, |own| own.doubt) => {
                ask(program, &arguments::to_words(flags), host).await
            }
            _ => own,
        }
    }

    /// The defaults of the installed version.
    pub(super) async fn baseline(&self, origin: &Origin) -> Option<&Options> {
        let defaults = || async {
            let program = origin.ssh.as_deref()?;
            ask(program, &["-F".to_owned(), "none".to_owned()], "localhost").await.ok()
        };
        self.baseline.get_or_init(defaults).await.as_ref()
    }
}

async fn ask(program: &Path, words: &[String], host: &str) -> Result<Options, String> {
    let mut command = Command::new(program);
    command.arg("-G").args(words).arg("--").arg(host);
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    let shown = program.display();
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| format!("keeps `{shown} -G` busy for more than 30 seconds"))?;
    let output = output.map_err(|error| format!("cannot be read: `{shown}`: {error}"))?;
    if !output.status.success() {
        let said = printable(&String::from_utf8_lossy(&output.stderr));
        return Err(format!("is refused by `{shown}`: {said}"));
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

/// Keywords whose value is a list of words; the value of every other is one word, blanks included.
const LISTS: [&str; 2] = ["userknownhostsfile", "globalknownhostsfile"];

pub(super) fn parse(text: &str) -> Options {
    let mut options = Options::default();
    options.doubt = true;
    for line in text.lines() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        let words = match keyword {
            _ if LISTS.contains(&keyword) => value.split(' ').map(str::to_owned).collect(),
            // Its tokens have been replaced already; what is left are percent signs.
            "hostname" => vec![value.replace('%', "%%")],
            _ => vec![value.to_owned()],
        };
        options.set(keyword, words);
    }
    options
}
