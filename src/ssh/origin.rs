//! The place that connections start from.

use std::env;
use std::path::PathBuf;

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
    /// Whether the person seems to have a Kerberos ticket.
    pub kerberos: bool,
}

impl Origin {
    /// This machine and the person at it, by the environment and the list of users.
    pub fn here() -> Origin {
        let (name, home) = listed().unwrap_or_default();
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Origin {
            home: set("HOME").map(PathBuf::from).or(home),
            user: name.or_else(|| env::var("USER").ok()).unwrap_or_default(),
            agent_socket: set("SSH_AUTH_SOCK").map(PathBuf::from),
            ssh: in_path("ssh"),
            kerberos: set("KRB5CCNAME").is_some() || usual_tickets().exists(),
        }
    }
}

/// Name and home of the user who runs this, as `/etc/passwd` has them.
fn listed() -> Option<(Option<String>, Option<PathBuf>)> {
    let own = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut users = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let me = users.find(|fields| fields.get(2) == Some(&own.as_str()))?;
    let field = |index: usize| me.get(index).map(|text| (*text).to_owned());
    Some((field(0), field(5).map(PathBuf::from)))
}

fn usual_tickets() -> PathBuf {
    PathBuf::from(format!("/tmp/krb5cc_{}", rustix::process::getuid().as_raw()))
}

fn in_path(program: &str) -> Option<PathBuf> {
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories).map(|directory| directory.join(program)).find(|path| path.is_file())
}
