//! Calls that go on when the session has ended: `async`. A process of the agent's own carries out one call and
//! writes its result into a file, in the place and shape that Ansible uses.

use super::message::{Outcome, Reply, Request, Sending};
use super::packing::Unpacker;
use super::perform::perform;
use super::{frame, message::ToAgent};
use crate::host::{
    self, Content, ContentSource, Data, Failure, Fields, Host, NoContents, System, json, text,
};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The word with which the agent is started to carry out one call.
pub const JOB: &str = "job";

/// How long a job may take to end by itself when its time is over.
const GRACE: Duration = Duration::from_secs(5);

/// Starts a call in the background, and says under which name its result can be asked for.
pub(super) fn start(system: &System, request: &Request, limit: u64) -> Reply {
    let mut reply = Reply::bare(request.id, Outcome::Changed);
    match begin(system, request, limit) {
        Ok(results) => {
            let id = results.file_name().map(text::from_os).unwrap_or_default();
            reply.result = running(&id).with("results_file", text::from_path(&results));
        }
        Err(failure) => {
            let message = failure.to_string();
            reply.result.set("msg", message.as_str());
            reply.outcome = Outcome::Failed { message };
        }
    }
    reply
}

fn running(id: &str) -> Fields {
    Fields::new().with("started", true).with("finished", false).with("ansible_job_id", id)
}

fn begin(system: &System, request: &Request, limit: u64) -> Result<PathBuf, Failure> {
    let random = host::random_word()?
        .bytes()
        .fold(0, |sum: u64, byte| (sum * 31 + u64::from(byte)) % 1_000_000_000_000);
    let id = format!("j{random}.{}", std::process::id());
    let results = host::job_directory(&|name| variable(system, request, name)).join(&id);
    write(&results, &running(&id))?;
    sweep(results.parent().unwrap_or(Path::new("/")));
    let mut number = 0;
    let call = request.call.clone().with_contents(|content| {
        number += 1;
        at_hand(system, content, &results.with_file_name(format!(".{id}.{number}")))
    })?;
    let sending = Sending {
        timeout: Some(request.sending.timeout.map_or(limit, |timeout| timeout.min(limit))),
        background: Some(limit),
        environment: request.sending.environment.clone(),
        ..Sending::default()
    };
    let request = Request { sending, ..Request::new(request.id, call) };
    spawn(system, &results, request)?;
    Ok(results)
}

fn variable(system: &System, request: &Request, name: &str) -> Option<String> {
    let given =
        request.sending.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    given.or_else(|| host::Probe::variable(system, name))
}

/// A content that does not need the controller any more.
fn at_hand(system: &System, content: Content, path: &Path) -> Result<Content, Failure> {
    let Content::Held { hash, size } = content else { return Ok(content) };
    let cannot = |error: std::io::Error| Failure::at(path, "write", error);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(cannot)?;
    system.copy_content(&content, &mut file)?;
    Ok(Content::OnHost { path: text::from_path(path), hash, size })
}

fn spawn(system: &System, results: &Path, request: Request) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot start a job: {error}"));
    let program = std::env::current_exe().map_err(cannot)?;
    let mut command = Command::new(program);
    command.arg(JOB).arg(results).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    system.tell_runs(&mut command);
    let mut child = command.spawn().map_err(cannot)?;
    let frame = frame::encode(&ToAgent::Request(Box::new(request)))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&frame).map_err(cannot)?;
    }
    // Nobody else waits for it when it ends before the agent does.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Carries out the call that comes from `input`, and writes its result into a file.
///
/// # Errors
///
/// Where there is no call, or its result cannot be written.
pub fn carry_out(
    input: &mut impl Read,
    results: &Path,
    host: impl FnOnce(Box<dyn ContentSource>) -> Host,
) -> Result<(), String> {
    // Not part of the session that started it: nothing that ends there ends the job.
    let _ = rustix::process::setsid();
    let read = frame::read::<ToAgent>(input, &mut Unpacker::default()).map_err(|error| error.to_string())?;
    let Some((ToAgent::Request(request), _)) = read else { return Err("no call came".to_owned()) };
    let limit = Duration::from_secs(request.sending.background.unwrap_or(0));
    let given_up = results.to_owned();
    std::thread::spawn(move || {
        std::thread::sleep(limit + GRACE);
        let _ = write(&given_up, &too_long());
        remove_contents(&given_up);
        std::process::exit(1);
    });
    let _held = hold_contents(results);
    let reply = perform(&mut host(Box::new(NoContents)), &request);
    let written = write(results, &result(reply)).map_err(|failure| failure.to_string());
    remove_contents(results);
    written
}

/// A result as Ansible's modules print it.
fn result(reply: Reply) -> Fields {
    let Reply { outcome, mut result, .. } = reply;
    match outcome {
        Outcome::Failed { .. } if result.get("timedout") == Some(&Data::Bool(true)) => return too_long(),
        Outcome::Failed { .. } => result.set("failed", true),
        Outcome::Skipped { .. } => result.set("skipped", true),
        _ => {}
    }
    let changed =
        outcome == Outcome::Changed || (result.get("failed").is_some() && result.get("rc").is_some());
    result.with("changed", changed)
}

fn too_long() -> Fields {
    Fields::new().with("msg", "Timeout exceeded").with("failed", true).with("child_pid", std::process::id())
}

fn write(results: &Path, result: &Fields) -> Result<(), Failure> {
    host::write_own(results, json::print(&Data::Map(result.clone())).as_bytes(), 0o600)
}

/// Removes the contents that were kept for a job.
fn remove_contents(results: &Path) {
    contents(results).into_iter().for_each(|path| drop(std::fs::remove_file(path)));
}

/// Locks the contents of a job for as long as the files are open: what nobody has locked is left over.
fn hold_contents(results: &Path) -> Vec<File> {
    let files = contents(results).into_iter().filter_map(|path| File::open(path).ok());
    files.filter(|file| flock(file, FlockOperation::NonBlockingLockShared).is_ok()).collect()
}

/// The contents that are kept for a job.
fn contents(results: &Path) -> Vec<PathBuf> {
    let id = results.file_name().map(text::from_os).unwrap_or_default();
    let directory = results.parent().unwrap_or(Path::new("/"));
    hidden(directory)
        .into_iter()
        .filter(|(name, _)| name.starts_with(&format!(".{id}.")))
        .map(|(_, path)| path)
        .collect()
}

/// Removes contents of jobs that were killed. A job that has only been started has not locked its own yet.
fn sweep(directory: &Path) {
    for (_, path) in hidden(directory) {
        let Ok(file) = File::open(&path) else { continue };
        let age =
            file.metadata().and_then(|about| about.modified()).ok().and_then(|time| time.elapsed().ok());
        let old = age.is_some_and(|age| age > Duration::from_secs(60));
        if old && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// What is named like a content of a job.
fn hidden(directory: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let named = entries.map(|entry| (text::from_os(&entry.file_name()), entry.path()));
    named.filter(|(name, _)| is_content(name)).collect()
}

/// `.j123.4567.1`: the name of a job and a number.
fn is_content(name: &str) -> bool {
    let parts: Vec<&str> = name.strip_prefix(".j").unwrap_or_default().split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn what_killed_jobs_left_is_removed() {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str, age: u64| {
            let file = File::create(place.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        };
        for name in [".j1.2.1", ".j3.4.1", "j1.2", ".j1.2", ".jx.2.1", ".other"] {
            file(name, 600);
        }
        file(".j5.6.1", 0);
        let held = hold_contents(&place.path().join("j3.4"));
        assert_eq!(held.len(), 1);
        sweep(place.path());
        let there =
            std::fs::read_dir(place.path()).unwrap().map(|entry| text::from_os(&entry.unwrap().file_name()));
        let mut there: Vec<String> = there.collect();
        there.sort();
        assert_eq!(there, [".j1.2", ".j3.4.1", ".j5.6.1", ".jx.2.1", ".other", "j1.2"]);
    }
}
