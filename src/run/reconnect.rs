//! `wait_for_connection` and `reboot`: hosts that go away and come back.

use super::halt::Trouble;
use super::interpreter::Interpreter;
use super::pipeline::Running;
use super::result::Ended;
use super::task_scope::At;
use crate::control::{Arguments, split_list};
use crate::host::{Fields, Shown};
use crate::report::{Activity, Status};
use crate::source::Diagnostic;
use crate::vars::Map;
use std::time::{Duration, Instant};

/// Where `shutdown` is looked for.
const PROGRAM_FOLDERS: &[&str] = &["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"];
/// How long one attempt may take to connect, if the task does not say.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(12);

impl Interpreter {
    /// Waits until the host can be worked on.
    pub(super) async fn wait_for_connection(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        if self.is_checked(at).await? {
            return Ok(Ended::skipped("a dry run waits for nothing", None));
        }
        let seconds = |name: &str, usual: u64| duration(arguments, name, usual);
        let (delay, sleep) = (seconds("delay", 0)?, seconds("sleep", 1)?);
        let (timeout, connect) = (seconds("timeout", 600)?, seconds("connect_timeout", CONNECT.as_secs())?);
        // What is under way ends on the line that it began on.
        self.drain().await?;
        let began = Instant::now();
        self.run.rest(delay).await?;
        self.lose_line(running);
        loop {
            let last = self.knock(running, connect, "ping", Fields::new(), at).await?;
            if last.status == Status::Ok {
                return Ok(Ended::new(Status::Ok, elapsed(began)));
            }
            if began.elapsed() >= timeout + delay {
                let why = last.message.unwrap_or_default();
                let message = format!("timed out waiting for ping module test: {why}");
                return Ok(Ended::failed(message, elapsed(began)));
            }
            self.run.rest(sleep).await?;
        }
    }

    /// Reboots the host, and waits until it is back.
    pub(super) async fn reboot(
        &mut self,
        running: &Running,
        arguments: &Arguments,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let wanted = Reboot::of(arguments)?;
        let shown =
            Shown::new("reboot", &*running.delegated_to.clone().unwrap_or_else(|| self.host.name.clone()));
        if self.is_checked(at).await? {
            let mut ended = Ended::new(Status::Changed, rebooted(true, 0));
            ended.changes.push(shown);
            return Ok(ended);
        }
        let before = self.shell(running, &wanted.boot_time_command, at).await?;
        if before.status == Status::Unreachable {
            return Ok(before);
        }
        let Some(before) = output(&before) else {
            return Ok(Ended::failed("failed to get host boot time info", rebooted(false, 0)));
        };
        if self.is_own_machine(running, at).await? {
            let message = "Running reboot with local connection would reboot the control node.";
            return Ok(Ended::failed(message, rebooted(false, 0)));
        }
        let began = Instant::now();
        let command = self.shell(running, &wanted.command(), at).await?;
        if command.status == Status::Failed {
            return Ok(wanted.not_rebooted(&command));
        }
        self.lose_line(running);
        self.run.rest(wanted.post_delay).await?;
        let mut ended = match self.is_back(running, &wanted, &before, at).await? {
            None => Ended::new(Status::Changed, rebooted(true, began.elapsed().as_secs())),
            Some(what) => {
                let seconds = wanted.timeout.as_secs();
                let message = format!("Timed out waiting for {what} (timeout={seconds})");
                Ended::failed(message, rebooted(true, began.elapsed().as_secs()))
            }
        };
        ended.changes.push(shown);
        Ok(ended)
    }

    /// Waits until the host has started anew and can be worked on; what was waited for in vain, if so.
    async fn is_back(
        &mut self,
        running: &Running,
        wanted: &Reboot,
        before: &str,
        at: &At,
    ) -> Result<Option<&'static str>, Trouble> {
        let other = |ended: &Ended| output(ended).is_some_and(|found| found != before);
        if !self.until(running, wanted, &wanted.boot_time_command, at, other).await? {
            return Ok(Some("last boot time check"));
        }
        let well = |ended: &Ended| output(ended).is_some();
        if !self.until(running, wanted, &wanted.test_command, at, well).await? {
            return Ok(Some("post-reboot test command"));
        }
        Ok(None)
    }

    /// Runs a command on a host that may be gone until its end is as wished, with growing pauses.
    async fn until(
        &mut self,
        running: &Running,
        wanted: &Reboot,
        command: &str,
        at: &At,
        enough: impl Fn(&Ended) -> bool,
    ) -> Result<bool, Trouble> {
        let began = Instant::now();
        let mut pause = Duration::from_secs(1);
        while began.elapsed() < wanted.timeout {
            let fields = Fields::new().with("_raw_params", command);
            let ended = self.knock(running, wanted.connect, "shell", fields, at).await?;
            if enough(&ended) {
                return Ok(true);
            }
            // A host that still goes down answers: that line must not be taken for one to the new start.
            self.lose_line(running);
            self.activity(Activity::Waiting("the host, which reboots".to_owned()));
            self.run.rest(pause).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(false)
    }

    /// Asks a host that may be gone, for so long at most.
    async fn knock(
        &mut self,
        running: &Running,
        patience: Duration,
        module: &str,
        fields: Fields,
        at: &At,
    ) -> Result<Ended, Trouble> {
        let asked =
            tokio::time::timeout(patience.max(CONNECT) * 4, self.ask_host(running, module, fields, at)).await;
        let gone = |message: &str| Ended::unreachable(message);
        let ended = match asked {
            Err(_) => gone("no answer in time"),
            Ok(Err(Trouble::Unreachable(diagnostic))) => gone(&diagnostic.message),
            Ok(other) => other?,
        };
        if ended.status == Status::Unreachable {
            self.lose_line(running);
        }
        Ok(ended)
    }

    async fn shell(&mut self, running: &Running, command: &str, at: &At) -> Result<Ended, Trouble> {
        self.ask_host(running, "shell", Fields::new().with("_raw_params", command), at).await
    }

    /// Whether the host of a task is this machine.
    async fn is_own_machine(&mut self, running: &Running, at: &At) -> Result<bool, Trouble> {
        let ended = self.shell(running, "cat /proc/sys/kernel/random/boot_id /etc/machine-id", at).await?;
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let own = read("/proc/sys/kernel/random/boot_id") + &read("/etc/machine-id");
        Ok(output(&ended).is_some_and(|found| !found.is_empty() && found == own.trim()))
    }
}

/// How a host is rebooted.
struct Reboot {
    pre_delay: Duration,
    post_delay: Duration,
    timeout: Duration,
    connect: Duration,
    message: String,
    folders: Vec<String>,
    boot_time_command: String,
    test_command: String,
    reboot_command: Option<String>,
}

impl Reboot {
    fn of(arguments: &Arguments) -> Result<Reboot, Trouble> {
        let seconds = |name: &str, usual: u64| duration(arguments, name, usual);
        let text = |name: &str| arguments.value(name).and_then(|value| value.str().ok());
        let given = |name: &str, usual: &str| text(name).unwrap_or_else(|| usual.to_owned());
        let folders = arguments.value("search_paths").map(split_list).unwrap_or_default();
        let usual = || PROGRAM_FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
        Ok(Reboot {
            pre_delay: seconds("pre_reboot_delay", 0)?,
            post_delay: seconds("post_reboot_delay", 0)?,
            timeout: seconds("reboot_timeout", 600)?,
            connect: seconds("connect_timeout", CONNECT.as_secs())?,
            message: given("msg", "Reboot initiated by Ansible"),
            folders: if folders.is_empty() { usual() } else { folders },
            boot_time_command: given("boot_time_command", "cat /proc/sys/kernel/random/boot_id"),
            test_command: given("test_command", "whoami"),
            reboot_command: text("reboot_command").filter(|command| !command.is_empty()),
        })
    }

    /// The line that reboots. `shutdown` counts in minutes.
    fn command(&self) -> String {
        let path = self.folders.join(":");
        let path = crate::host::words::quote(&path);
        match &self.reboot_command {
            Some(command) => format!("PATH={path}:\"$PATH\"; {command}"),
            None => {
                let message = crate::host::words::quote(&self.message);
                let minutes = self.pre_delay.as_secs() / 60;
                format!("PATH={path}:\"$PATH\"; shutdown -r {minutes} {message}")
            }
        }
    }

    fn not_rebooted(&self, command: &Ended) -> Ended {
        let text = |name: &str| command.field(name).and_then(|text| text.str().ok()).unwrap_or_default();
        let (stdout, stderr) = (text("stdout"), text("stderr"));
        let message = format!("Reboot command failed. Error was: '{}, {}'", stdout.trim(), stderr.trim());
        Ended::failed(message, rebooted(false, 0))
    }
}

/// Seconds, also under the name with `_sec` that the argument had once.
fn duration(arguments: &Arguments, name: &str, usual: u64) -> Result<Duration, Trouble> {
    let old = format!("{name}_sec");
    let Some(value) =
        arguments.value(name).or_else(|| arguments.value(&old)).filter(|value| !value.is_none())
    else {
        return Ok(Duration::from_secs(usual));
    };
    let text = value.to_string();
    let Some(number) = text.trim().parse().ok().filter(|number: &f64| !number.is_nan()) else {
        let message = format!("`{name}` wants a number of seconds, not `{text}`");
        return Err(Diagnostic::error(message).at(arguments.span_of(name)).into());
    };
    // Thirty years can still be added up.
    Ok(Duration::from_secs_f64(number.clamp(0.0, 1e9)))
}

/// What a command that succeeded printed.
fn output(ended: &Ended) -> Option<String> {
    let succeeded = matches!(ended.status, Status::Ok | Status::Changed);
    ended.field("stdout").filter(|_| succeeded)?.str().ok().map(|text| text.trim().to_owned())
}

fn rebooted(really: bool, elapsed: u64) -> Map {
    let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
    Map::from([("rebooted".into(), really.into()), ("elapsed".into(), elapsed.into())])
}

fn elapsed(since: Instant) -> Map {
    Map::from([("elapsed".into(), i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX).into())])
}
