//! Commands on the controller: `pipe`, `lines`; and its environment: `env`, `config`.

use super::{Settings, Table, texts};
use crate::template::eval::Call;
use crate::template::{Answer, Error, Services};
use crate::vars::{Data, Value};
use rustix::process::{Pid, Signal, kill_process};
use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

pub const TABLE: Table = &[("pipe", pipe), ("lines", lines), ("env", environment), ("config", config)];

/// How long a command goes on at most when the user has asked to stop.
const PATIENCE: Duration = Duration::from_millis(200);

/// What a command prints. It runs once, however often the expression is evaluated.
fn output(call: &mut Call, command: &str) -> Answer<String> {
    let folder = call.ev.context.surroundings.playbook_dir.clone();
    let services = call.ev.context.surroundings.services.clone();
    let part = call.part;
    let value = call.ev.once(part, || {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(command).current_dir(&folder).stdin(Stdio::null());
        shell.stderr(Stdio::inherit());
        let ran = run(shell, &*services);
        let ran = ran.map_err(|error| Error::failed(format!("`{command}` cannot be run: {error}")))?;
        match ran.status.success() {
            true => Ok(String::from_utf8_lossy(&ran.stdout).into_owned().into()),
            false => {
                let code = ran.status.code().map_or("a signal".to_owned(), |code| format!("code {code}"));
                Err(Error::failed(format!("`{command}` ended with {code}")))
            }
        }
    })?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// Waits for a command, unless the user asks to stop.
fn run(mut shell: Command, services: &dyn Services) -> io::Result<Output> {
    services.prepare_command(&mut shell);
    let child = shell.stdout(Stdio::piped()).spawn()?;
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    loop {
        match ended.recv_timeout(PATIENCE) {
            Ok(output) => return output,
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
            Err(mpsc::RecvTimeoutError::Timeout) if services.is_interrupted() => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
    process.map_or(Ok(()), |process| kill_process(process, Signal::TERM))?;
    Err(io::ErrorKind::Interrupted.into())
}

fn pipe(call: &mut Call) -> Answer<Vec<Value>> {
    let commands = texts(call)?;
    commands.iter().map(|command| Ok(output(call, command)?.trim_end().into())).collect()
}

fn lines(call: &mut Call) -> Answer<Vec<Value>> {
    let mut all = Vec::new();
    for command in texts(call)? {
        all.extend(output(call, &command)?.lines().map(Value::from));
    }
    Ok(all)
}

fn environment(call: &mut Call) -> Answer<Vec<Value>> {
    let default = Settings::of(&call.args).default();
    let mut found = Vec::new();
    for name in texts(call)? {
        let name = name.split_whitespace().next().unwrap_or("");
        let value = call.ev.context.surroundings.services.environment(name).map(Value::from);
        let value = value.or_else(|| default.clone()).unwrap_or_else(|| "".into());
        if let Data::Undefined(undefined) = value.data() {
            return Err(Error::undefined(undefined));
        }
        found.push(value);
    }
    Ok(found)
}

fn config(call: &mut Call) -> Answer<Vec<Value>> {
    let settings = Settings::of(&call.args);
    let missing = settings.text("on_missing", "error")?;
    let plugin = plugin(&settings)?;
    let mut found = Vec::new();
    for name in texts(call)? {
        let known = match &plugin {
            Some(plugin) => of_plugin(plugin, &name),
            None => Some(&*name),
        };
        match known.and_then(|known| call.ev.context.surroundings.services.setting(known)) {
            Some(value) => found.push(value),
            None if missing == "skip" => {}
            None if missing == "warn" => {
                let warning = crate::source::Diagnostic::warning(format!("there is no setting `{name}`"));
                call.ev.warn(warning.at(call.ev.span(call.part)));
            }
            None => return Err(Error::failed(format!("there is no setting `{name}`"))),
        }
    }
    Ok(found)
}

/// Options of plugins that are settings, too: of which plugin, and what they are called there and here.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("connection/ssh", "remote_user", "DEFAULT_REMOTE_USER"),
    ("connection/ssh", "port", "DEFAULT_REMOTE_PORT"),
    ("connection/ssh", "private_key_file", "DEFAULT_PRIVATE_KEY_FILE"),
    ("connection/ssh", "timeout", "DEFAULT_TIMEOUT"),
    ("connection/ssh", "host_key_checking", "HOST_KEY_CHECKING"),
    ("become/sudo", "become_user", "DEFAULT_BECOME_USER"),
    ("become/su", "become_user", "DEFAULT_BECOME_USER"),
    ("shell/sh", "remote_tmp", "DEFAULT_REMOTE_TMP"),
];

/// The plugin of which options are asked for, as `type/name`.
fn plugin(settings: &Settings) -> Answer<Option<String>> {
    let (kind, name) = (settings.text("plugin_type", "")?, settings.text("plugin_name", "")?);
    match (kind.is_empty(), name.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(format!("{kind}/{name}"))),
        _ => Err(Error::failed(
            "Both plugin_type and plugin_name are required, cannot use one without the other",
        )),
    }
}

/// What an option of a plugin is called among the settings.
fn of_plugin(plugin: &str, name: &str) -> Option<&'static str> {
    let found = OPTIONS.iter().find(|(of, option, _)| *of == plugin && *option == name);
    found.map(|(_, _, setting)| *setting)
}
