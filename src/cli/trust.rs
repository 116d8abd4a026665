//! `provision trust`: records the host keys of hosts.

use super::args::ProjectArgs;
use super::ready::{Ready, dialer, one};
use super::start::Project;
use crate::report::exit;
use crate::run::Run;
use crate::source::{Diagnostic, Diagnostics};
use crate::ssh::{Dialer, Failure, HostKeys, Kind, ShownKey, Standing, Target};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// Shows the fingerprints of host keys and records them.
#[derive(Args, Clone, Debug)]
pub struct TrustArgs {
    /// Hosts of the inventory, or addresses
    #[arg(value_name = "HOST", required = true)]
    pub hosts: Vec<String>,

    /// Record the keys without asking
    #[arg(long)]
    pub yes: bool,

    /// Where keys are recorded; ~/.ssh/known_hosts if not given
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,

    #[command(flatten)]
    pub project: ProjectArgs,
}

/// Shows what hosts are known by, and records it where the person agrees. Gives the code to exit with: the
/// greatest of what came of each host.
///
/// # Errors
/// The inventory cannot be read, or says something that cannot be used.
pub fn trust(args: &TrustArgs, project: &Project) -> Result<u8, Diagnostics> {
    let ready = Ready::of(project)?;
    project.complain(&ready.warnings());
    let dialer = dialer(&project.settings, ready.desk.clone())?;
    let mut targets = Vec::new();
    for word in &args.hosts {
        targets.extend(self::targets(&ready.run, word).map_err(one)?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| one(Diagnostic::error(format!("cannot start: {error}"))))?;
    let mut code = exit::FINE;
    for mut target in targets {
        target.known_hosts.extend(args.known_hosts.clone());
        code = code.max(runtime.block_on(one_host(&target, &dialer, args, (project, &ready))));
    }
    Ok(code)
}

/// The hosts of the inventory that a word means; what is in no inventory is an address.
fn targets(run: &Arc<Run>, word: &str) -> Result<Vec<Target>, Diagnostic> {
    let named = run.hosts_named(word);
    if named.is_empty() {
        return Ok(vec![address(word)]);
    }
    let target = |name: &crate::report::HostName| match run.views(&[], name)?.first() {
        Some(view) => view.target(),
        None => Ok(Target::named(&**name)),
    };
    named.iter().map(target).collect()
}

/// `user@host:port`, of which only the host must be there.
fn address(word: &str) -> Target {
    let (user, rest) = match word.rsplit_once('@') {
        Some((user, rest)) => (Some(user.to_owned()), rest),
        None => (None, word),
    };
    let bracketed = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match (bracketed, rest.split_once(':')) {
        (Some((host, port)), _) => (host, port.strip_prefix(':')),
        (None, Some((host, port))) if !port.contains(':') => (host, Some(port)),
        _ => (rest, None),
    };
    Target { user, port: port.and_then(|port| port.parse().ok()), ..Target::named(host) }
}

async fn one_host(
    target: &Target,
    dialer: &Dialer,
    args: &TrustArgs,
    (project, ready): (&Project, &Ready),
) -> u8 {
    if target.kind == Kind::Local {
        project.tell(&format!("{}: reached without SSH, there is nothing to trust\n", target.name));
        return exit::FINE;
    }
    let keys = match dialer.keys_of(target).await {
        Ok(keys) => keys,
        Err(failure) => {
            project.complain(&[refused(&failure)]);
            return exit::UNREACHABLE;
        }
    };
    project.tell(&shown(target, &keys, project.settings.output.verbosity > 0));
    if let Some(conflict) = keys.conflict() {
        project.complain(&[refused(&conflict)]);
        return exit::UNREACHABLE;
    }
    match record(target, &keys, args.yes, ready) {
        Ok(Some(said)) => {
            project.tell(&format!("{said}\n"));
            exit::FINE
        }
        Ok(None) => exit::FAILED,
        Err(diagnostic) => {
            project.complain(&[diagnostic]);
            exit::FAILED
        }
    }
}

/// The keys as a person compares them with what the host itself says.
fn shown(target: &Target, keys: &HostKeys, pictures: bool) -> String {
    let name = match keys.name == target.name {
        true => target.name.clone(),
        false => format!("{} ({})", target.name, keys.name),
    };
    let width = keys.keys.iter().map(|key| key.kind.len()).max().unwrap_or(0);
    let line = |key: &ShownKey| {
        let picture = if pictures { format!("{}\n", key.picture.trim_end()) } else { String::new() };
        format!("  {:width$}  {}  {}\n{picture}", key.kind, key.fingerprint, standing(&key.standing))
    };
    let lines: String = keys.keys.iter().map(line).collect();
    format!("{name}\n{lines}")
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Known => "recorded".to_owned(),
        Standing::New => "new".to_owned(),
        Standing::Other { recorded } => format!("new; other keys are recorded at {recorded}"),
        Standing::Revoked { recorded } => format!("revoked at {recorded}"),
    }
}

/// Records what is new where it is agreed to; what was done, or nothing where it was not agreed to.
fn record(target: &Target, keys: &HostKeys, yes: bool, ready: &Ready) -> Result<Option<String>, Diagnostic> {
    let new: Vec<&ShownKey> = keys.keys.iter().filter(|key| key.standing != Standing::Known).collect();
    let name = &target.name;
    if new.is_empty() {
        return Ok(Some(format!("all keys of {name} are recorded already")));
    }
    let count = crate::report::count(new.len(), "key");
    let file = keys.file.as_ref().map_or_else(|| "known_hosts".to_owned(), |file| file.display().to_string());
    if !yes && !ready.desk.asker.is_possible() {
        return Err(Diagnostic::error(format!(
            "{count} of {name} not recorded: there is no terminal to ask at"
        ))
        .hint("compare the fingerprints, then use `--yes`"));
    }
    if !yes && !ready.desk.asker.confirm(&format!("record {count} of {name} in {file}?"))? {
        return Ok(None);
    }
    let failed = |error| Diagnostic::error(format!("cannot record keys in `{file}`: {error}"));
    keys.record(&new).map_err(failed)?;
    Ok(Some(format!("recorded {count} of {name} in {file}")))
}

fn refused(failure: &Failure) -> Diagnostic {
    failure.hints().into_iter().fold(Diagnostic::error(failure.to_string()), Diagnostic::hint)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_may_name_a_user_and_a_port() {
        let read = |word| {
            let target = address(word);
            (target.user, target.name, target.port)
        };
        assert_eq!(read("web"), (None, "web".into(), None));
        assert_eq!(read("me@web:2222"), (Some("me".into()), "web".into(), Some(2222)));
        assert_eq!(read("[fe80::1]:2222"), (None, "fe80::1".into(), Some(2222)));
        assert_eq!(read("fe80::1"), (None, "fe80::1".into(), None));
    }
}
