//! Lines to agents: which host, as which user, and with what the variables say of the connection.

use super::halt::Trouble;
use super::host::Host;
use super::interpreter::Interpreter;
use super::pipeline::{Lane, LaneKey, Running};
use super::task_scope::At;
use crate::control::truth;
use crate::playbook::Keyword;
use crate::report::Activity;
use crate::source::Diagnostic;
use crate::ssh::{self, Become, Method, Secret, Target};
use crate::vars::Value;
use crate::wire::{Began, Begin, Client, WireError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Variables by which users say how a host is reached: facts never set them.
pub const CONNECTION_VARIABLES: &[&str] = &[
    "ansible_become",
    "ansible_become_exe",
    "ansible_become_flags",
    "ansible_become_method",
    "ansible_become_pass",
    "ansible_become_password",
    "ansible_become_user",
    "ansible_connection",
    "ansible_delegated_vars",
    "ansible_host",
    "ansible_host_key_checking",
    "ansible_password",
    "ansible_port",
    "ansible_private_key_file",
    "ansible_python_interpreter",
    "ansible_remote_tmp",
    "ansible_remote_user",
    "ansible_shell_executable",
    "ansible_shell_type",
    "ansible_ssh_args",
    "ansible_ssh_common_args",
    "ansible_ssh_executable",
    "ansible_ssh_extra_args",
    "ansible_ssh_host",
    "ansible_ssh_host_key_checking",
    "ansible_ssh_pass",
    "ansible_ssh_password",
    "ansible_ssh_pipelining",
    "ansible_ssh_port",
    "ansible_ssh_private_key_file",
    "ansible_ssh_private_key_passphrase",
    "ansible_ssh_timeout",
    "ansible_ssh_transfer_method",
    "ansible_ssh_user",
    "ansible_sudo_pass",
    "ansible_timeout",
    "ansible_user",
    "inventory_hostname",
];

/// The variables that say where a host is and as whom one arrives, in the order in which `target` takes them.
const WAY: [&[&str]; 9] = [
    &["ansible_connection"],
    &["ansible_host", "ansible_ssh_host"],
    &["ansible_user", "ansible_ssh_user"],
    &["ansible_port", "ansible_ssh_port"],
    &["ansible_private_key_file", "ansible_ssh_private_key_file"],
    &["ansible_ssh_executable"],
    &["ansible_ssh_args"],
    &["ansible_ssh_common_args"],
    &["ansible_ssh_extra_args"],
];

/// Those that say how one knocks there, in the order in which `with_manners` takes them.
const MANNERS: [&[&str]; 4] = [
    &["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"],
    &["ansible_ssh_private_key_passphrase"],
    &["ansible_timeout", "ansible_ssh_timeout"],
    &["ansible_host_key_checking", "ansible_ssh_host_key_checking"],
];

/// For how many seconds a lock is waited for where nothing is said: the agent of a run that was killed lets go of it in less.
const LOCK_WAIT: u64 = 30;

/// For how long an agent that was started may be silent where no time is set for connecting.
const GREETING: Duration = Duration::from_secs(30);

impl Interpreter {
    /// Makes the line that a task wants the current one; what is in flight on another is awaited first.
    pub async fn enter_lane(&mut self, running: &Running, at: &At) -> Result<(), Trouble> {
        let host = self.acting_host(running);
        let target = self.target(&host, at).await?;
        let identity = self.identity(&host, at).await?;
        let key = LaneKey {
            host: host.name.clone(),
            way: target.way(),
            identity: identity.clone().map(|known| (known.method, known.user)),
        };
        if self.pipeline.lane.as_ref().is_some_and(|lane| lane.key == key) {
            return Ok(());
        }
        self.drain().await?;
        if let Some(lane) = self.pipeline.lane.take() {
            self.parked.push(lane);
        }
        if let Some(index) = self.parked.iter().position(|lane| lane.key == key) {
            self.pipeline.lane = Some(self.parked.swap_remove(index));
            return Ok(());
        }
        let run = self.run.clone();
        let lane = run.unless_interrupted(self.open(&host, target, key, identity, at)).await??;
        self.pipeline.lane = Some(lane);
        Ok(())
    }

    /// The host on which a task acts.
    pub fn acting_host(&self, running: &Running) -> Arc<Host> {
        let delegated = running.delegated_to.as_ref().map(|name| self.run.host_or_new(name));
        delegated.unwrap_or_else(|| self.host.clone())
    }

    async fn open(
        &mut self,
        host: &Arc<Host>,
        target: Target,
        key: LaneKey,
        identity: Option<Become>,
        at: &At,
    ) -> Result<Lane, Trouble> {
        self.activity(Activity::Connecting);
        let target = self.with_manners(target, host, at).await?;
        let is_local = target.kind == ssh::Kind::Local;
        let connection = self.run.connection(&target).await.map_err(|failure| unreachable(&failure))?;
        let identity = identity.unwrap_or_else(Become::nobody_else);
        let session = connection.agent(&identity).await.map_err(|failure| self.refused(host, &failure))?;
        let said = session.said.clone();
        let greeting =
            Client::connect(session.reader, session.writer, self.run.contents.clone(), self.run.limits);
        let patience = target.timeout.unwrap_or(GREETING);
        let session =
            tokio::time::timeout(patience, greeting).await.unwrap_or(Err(WireError::Silent(patience)));
        let session = session.map_err(|error| lost(&host.name, &error.to_string(), &said.text()))?;
        let is_third = key.identity.as_ref().is_some_and(|(_, user)| user != "root");
        let dry_run = self.run.settings.execution.dry_run;
        let begin = Begin {
            dry_run,
            runs: self.run.services.runs.clone(),
            // A host that is delegated to is locked by its own play, or by nobody; other users than the one who
            // connects and root may have no place for a lock.
            lock: !dry_run && !is_third && Arc::ptr_eq(host, &self.host),
            https: self.run.https(),
            lock_wait: self.run.settings.execution.lock_wait.unwrap_or(LOCK_WAIT),
        };
        match session.client.begin(begin).await {
            Ok(Began::Ready) => {}
            Ok(Began::Locked { holder }) => return Err(locked(&host.name, &holder)),
            Ok(Began::Failed { message }) => return Err(lost(&host.name, &message, "")),
            Err(error) => return Err(lost(&host.name, &error.to_string(), &said.text())),
        }
        session.hello.pending.iter().for_each(|name| self.remember_notification(name));
        self.run.stops(session.client.stopper());
        let (requests, replies, notes) = (session.client, session.replies, session.notes);
        Ok(Lane { requests, replies, notes, key, is_local })
    }

    /// Why nobody works there as another user: the task fails of it. Whom a host does not know in a dry run, an earlier task may be about to make.
    fn refused(&self, host: &Host, failure: &ssh::Failure) -> Trouble {
        match failure.unknown_user().filter(|_| self.run.settings.execution.dry_run && host.would_differ()) {
            Some(user) => Trouble::Depends(format!("the user `{user}`, who is not there yet")),
            None if failure.is_about_becoming() => Trouble::from(explained(failure)),
            None => unreachable(failure),
        }
    }

    /// Closes every line; the next task opens its own again.
    pub fn close_lanes(&mut self) {
        self.pipeline.lane = None;
        self.parked.clear();
        self.run.hang_up(&self.host.name);
    }

    /// Gives up the line of a task that answers no more; the next call opens another.
    pub fn lose_line(&mut self, running: &Running) {
        let host = self.acting_host(running).name.clone();
        self.pipeline.lane = None;
        self.parked.retain(|lane| lane.key.host != host);
        self.run.hang_up(&host);
    }

    /// As whom a task acts on a host; nothing for the user who connects.
    async fn identity(&mut self, host: &Arc<Host>, at: &At) -> Result<Option<Become>, Trouble> {
        let wanted = match self.variable(host, &["ansible_become"], at).await? {
            Some(value) => truth(&value),
            None => self.flag_or(at, Keyword::Become, self.run.settings.becoming.on).await?,
        };
        if !wanted {
            return Ok(None);
        }
        let run = self.run.clone();
        let settings = &run.settings.becoming;
        let user =
            self.either(host, &["ansible_become_user"], Keyword::BecomeUser, &settings.user, at).await?;
        let method = self
            .either(host, &["ansible_become_method"], Keyword::BecomeMethod, &settings.method, at)
            .await?;
        let method = method.unwrap_or_else(|| "sudo".to_owned());
        let Some(method) = Method::named(&method) else {
            return Err(Diagnostic::error(format!(
                "`become_method` knows sudo, su and doas, not `{method}`"
            ))
            .into());
        };
        let passwords = ["ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"];
        let password =
            self.variable(host, &passwords, at).await?.and_then(|value| value.str().ok()).map(Secret::new);
        Ok(Some(Become {
            method,
            user: user.unwrap_or_else(|| "root".to_owned()),
            password: password.or_else(|| run.passwords.becoming.clone()),
            flags: self
                .either(host, &["ansible_become_flags"], Keyword::BecomeFlags, &settings.flags, at)
                .await?,
            exe: self
                .either(host, &["ansible_become_exe"], Keyword::BecomeExe, &settings.executable, at)
                .await?,
            ask: false,
        }))
    }

    /// A variable, else a keyword, else a setting.
    async fn either(
        &mut self,
        host: &Arc<Host>,
        names: &[&str],
        keyword: Keyword,
        setting: &Option<String>,
        at: &At,
    ) -> Result<Option<String>, Trouble> {
        let given = self.variable(host, names, at).await?.and_then(|value| value.str().ok());
        self.unless_given(given, keyword, setting, at).await
    }

    /// What a variable says, else a keyword, else a setting.
    async fn unless_given(
        &mut self,
        given: Option<String>,
        keyword: Keyword,
        setting: &Option<String>,
        at: &At,
    ) -> Result<Option<String>, Trouble> {
        if given.is_some() {
            return Ok(given);
        }
        match self.said(at, keyword).await? {
            Some(value) if value.is_none() => Ok(None),
            Some(value) => Ok(value.str().ok()),
            None => Ok(setting.clone()),
        }
    }

    /// The first of these variables that a host has.
    async fn variable(
        &mut self,
        host: &Arc<Host>,
        names: &[&str],
        at: &At,
    ) -> Result<Option<Value>, Trouble> {
        let [value] = self.variables(host, [names], at).await?;
        Ok(value)
    }

    /// Of each of these lists, the first variable that a host has; a delegated host has its own beneath those of the task
    /// and the play.
    async fn variables<const COUNT: usize>(
        &mut self,
        host: &Arc<Host>,
        names: [&[&str]; COUNT],
        at: &At,
    ) -> Result<[Option<Value>; COUNT], Trouble> {
        let own = Arc::ptr_eq(host, &self.host);
        let host = host.clone();
        let values = self.evaluate(at, |engine, scope| {
            let other = (!own).then(|| scope.of_host(&host));
            let scope = other.as_ref().unwrap_or(scope);
            let mut values = [const { None }; COUNT];
            for (value, names) in values.iter_mut().zip(names) {
                let found = names.iter().find_map(|name| scope.layers.given(name));
                *value = found.map(|value| engine.resolve(&value, scope)).transpose()?;
            }
            Ok(values)
        });
        let is_said = |value: &Value| !value.is_none() && !value.is_omit();
        Ok(values.await?.map(|value| value.filter(is_said)))
    }

    /// Where a task acts, and as whom one connects; all that may differ from task to task.
    async fn target(&mut self, host: &Arc<Host>, at: &At) -> Result<Target, Trouble> {
        let run = self.run.clone();
        let settings = &run.settings.connection;
        let [kind, address, user, port, key, executable, args, common, extra] =
            self.variables(host, WAY, at).await?.map(|value| value.and_then(|value| value.str().ok()));
        let kind = self.unless_given(kind, Keyword::Connection, &settings.kind, at).await?;
        let implicit = host.is_implicit_localhost && kind.is_none();
        let port = self.unless_given(port, Keyword::Port, &None, at).await?;
        let arguments = [
            args.or_else(|| settings.ssh_args.clone()),
            common.or_else(|| settings.ssh_common_args.clone()),
            extra.or_else(|| settings.ssh_extra_args.clone()),
        ];
        Ok(Target {
            kind: if implicit { ssh::Kind::Local } else { kind_named(kind.as_deref())? },
            address,
            user: self.unless_given(user, Keyword::RemoteUser, &settings.user, at).await?,
            port: port.and_then(|port| port.parse().ok()).or(settings.port),
            private_key: key.map(|path| run.expand(&path)).or_else(|| settings.private_key.clone()),
            arguments: arguments.into_iter().flatten().filter(|given| !given.trim().is_empty()).collect(),
            executable: executable.or_else(|| settings.ssh_executable.clone()).map(PathBuf::from),
            ..Target::named(&*host.name)
        })
    }

    /// The target with all that is to be known where a connection is opened.
    async fn with_manners(&mut self, target: Target, host: &Arc<Host>, at: &At) -> Result<Target, Trouble> {
        let run = self.run.clone();
        let settings = &run.settings.connection;
        let [password, passphrase, timeout, checking] = self.variables(host, MANNERS, at).await?;
        let text = |value: Option<Value>| value.and_then(|value| value.str().ok());
        let timeout = text(timeout).and_then(|seconds| seconds.parse().ok()).or(settings.timeout);
        let unchecked = settings.accept_unknown_hosts.then_some(false);
        Ok(Target {
            password: text(password).map(Secret::new).or_else(|| run.passwords.connection.clone()),
            passphrase: text(passphrase).map(Secret::new),
            timeout: timeout.map(Duration::from_secs),
            host_key_checking: checking.map(|value| truth(&value)).or(unchecked),
            ..target
        })
    }
}

fn kind_named(name: Option<&str>) -> Result<ssh::Kind, Trouble> {
    match name {
        Some("local" | "ansible.builtin.local") => Ok(ssh::Kind::Local),
        None | Some("ssh" | "smart" | "paramiko" | "paramiko_ssh" | "ansible.builtin.ssh") => {
            Ok(ssh::Kind::Ssh)
        }
        Some(other) => {
            let message = format!("`connection` knows ssh and local, not `{other}`");
            Err(Diagnostic::error(message).into())
        }
    }
}

fn unreachable(failure: &ssh::Failure) -> Trouble {
    Trouble::Unreachable(Box::new(explained(failure)))
}

fn explained(failure: &ssh::Failure) -> Diagnostic {
    failure.hints().into_iter().fold(Diagnostic::error(failure.to_string()), Diagnostic::hint)
}

/// The most lines that are told of what a host said.
const MOST_LINES: usize = 20;

fn lost(host: &str, why: &str, said: &str) -> Trouble {
    let diagnostic = Diagnostic::error(format!("the agent on `{host}` cannot be used: {why}"));
    let last: Vec<&str> = said.lines().rev().take(MOST_LINES).collect();
    let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
    let hint = Some(last).filter(|said| !said.is_empty()).map(|said| format!("the host said: {said}"));
    Trouble::Unreachable(Box::new(diagnostic.maybe_hint(hint)))
}

fn locked(host: &str, holder: &str) -> Trouble {
    let message = format!("`{host}` is being worked on: {holder}");
    Trouble::Unreachable(Box::new(
        Diagnostic::error(message).hint("wait for the other run with `--lock-wait SECONDS`, or stop it"),
    ))
}
