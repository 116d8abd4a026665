//! Running programs: the one place that does.

use super::aside::{self, Aside};
use super::streams::Streams;
use super::terminal::{self, Conversation};
use super::{Bytes, Effect, Failure, System, Time, text};
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program to run, and all about its surroundings.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Run {
    pub argv: Vec<String>,
    /// What users see instead of the words.
    pub title: Option<String>,
    /// How a failure of it begins, where roles look for certain words.
    pub blame: Option<String>,
    pub stdin: Option<Bytes>,
    /// Files that are there for the time of the run.
    pub asides: Vec<Aside>,
    /// A terminal of its own, and what is answered there.
    pub terminal: Option<Conversation>,
    pub directory: Option<PathBuf>,
    /// Beside the environment of the call.
    pub environment: Vec<(String, String)>,
    pub umask: Option<u32>,
    /// Whether a failure of the program is left to the module to judge.
    pub any_status: bool,
    /// Whether running it makes the call `changed`.
    pub counts: bool,
    /// Keeps all that it prints, up to a few GiB.
    pub whole_output: bool,
    /// A text that it changes, for users to see.
    pub text: Option<(String, String)>,
    /// What it would have done, for a dry run. Empty: nobody knows, anything may have come into being.
    pub effects: Vec<Effect>,
}

/// What a program left.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Output {
    /// The status; minus the signal when one ended it.
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub start: super::Time,
    pub end: super::Time,
}

/// The most bytes of each output that are kept; the end of a longer one is cut off, and that is said.
const MOST_OUTPUT: u64 = 12 << 20;

/// The most bytes that are kept where all are wanted.
const MOST_WHOLE: u64 = 4 << 30;

impl Run {
    /// A program that changes nothing that counts; its status is judged.
    pub fn quiet(argv: Vec<String>) -> Run {
        Run { argv, ..Run::default() }
    }

    /// A program that changes the host.
    pub fn changing(argv: &[&str]) -> Run {
        Run { argv: argv.iter().map(|word| (*word).to_owned()).collect(), counts: true, ..Run::default() }
    }

    /// The same with what it would have done, for a dry run.
    #[must_use]
    pub fn with_effects(mut self, effects: Vec<Effect>) -> Run {
        self.effects = effects;
        self
    }

    /// The same under a title that users see.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Run {
        self.title = Some(title.into());
        self
    }

    /// The same with words that a failure of it begins with, before what the program complained.
    #[must_use]
    pub fn blamed(mut self, blame: impl Into<String>) -> Run {
        self.blame = Some(blame.into());
        self
    }

    /// What users see of it.
    pub fn shown(&self) -> String {
        self.title.clone().unwrap_or_else(|| super::words::join(&self.argv))
    }

    /// Whether nobody knows all that it does.
    pub fn is_open(&self) -> bool {
        self.effects.is_empty() || self.effects.contains(&Effect::Anything)
    }

    /// That it was not run, for what hangs on it.
    pub fn not_run(&self, place: Option<&str>) -> String {
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        format!("`{}`, which was not run{place}", self.shown())
    }

    /// `run` for a command whose doing nobody knows, `do` for one whose effects are known.
    pub(in crate::host) fn kind(&self) -> &'static str {
        if self.is_open() { "run" } else { "do" }
    }
}

impl Output {
    /// What it printed, as text.
    pub fn stdout(&self) -> String {
        text::from_bytes(&self.stdout)
    }

    /// What it complained, as text.
    pub fn stderr(&self) -> String {
        text::from_bytes(&self.stderr)
    }
}

/// Runs a program to its end; that it fails is for the caller to judge.
pub fn run(system: &System, run: &Run) -> Result<Output, Failure> {
    run_between(system, run, None, None)
}

/// The same with files where it reads and prints.
pub(in crate::host) fn run_between(
    system: &System,
    run: &Run,
    input: Option<File>,
    output: Option<File>,
) -> Result<Output, Failure> {
    if let Some(pretended) = &system.pretended {
        return Ok(pretended(run));
    }
    let asides = aside::write(system, &run.asides)?;
    let run = &asides.in_place(run);
    if let Some(dialogue) = &run.terminal {
        return terminal::run(system, run, dialogue);
    }
    let start = Time::now();
    let mut command = command(system, run)?;
    if let Some(file) = input {
        command.stdin(file);
    }
    if let Some(file) = output {
        command.stdout(file);
    }
    let mut child = command.spawn().map_err(|error| cannot_start(run, &error))?;
    drop(command);
    let most = if run.whole_output { MOST_WHOLE } else { MOST_OUTPUT };
    let streams = Streams::of(&mut child, run.stdin.clone(), [most, MOST_OUTPUT]);
    let mut streams = streams.map_err(|error| lost_sight(run, &error))?;
    let status = wait(system, &mut child, &mut streams, run)?;
    let (stdout, stderr) = streams.printed();
    let status = status.code().unwrap_or_else(|| -status.signal().unwrap_or(1));
    Ok(Output { status, stdout, stderr, start, end: Time::now() })
}

/// Runs a program that must succeed.
pub fn run_well(system: &System, wanted: &Run) -> Result<Output, Failure> {
    let output = run(system, wanted)?;
    if output.status == 0 {
        return Ok(output);
    }
    Err(failed(wanted, &output))
}

/// Runs a program; whether its failure is one, it says itself.
pub(in crate::host) fn run_judged(system: &System, wanted: &Run) -> Result<Output, Failure> {
    if wanted.any_status { run(system, wanted) } else { run_well(system, wanted) }
}

fn failed(run: &Run, output: &Output) -> Failure {
    if let Some(blame) = &run.blame {
        return Failure::new(format!("{blame}: {}", output.stderr()));
    }
    let said = [output.stderr(), output.stdout()].into_iter().map(|text| text.trim().to_owned());
    let said = said.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let last: Vec<&str> = said.lines().rev().take(20).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let message = format!("`{}` failed with status {}: {}", run.shown(), output.status, last.join("\n"));
    Failure::new(message)
        .with("rc", output.status)
        .with("stdout", output.stdout())
        .with("stderr", output.stderr())
}

fn cannot_start(run: &Run, error: &std::io::Error) -> Failure {
    let code = error.raw_os_error().unwrap_or(2);
    let program = run.argv.first().map_or("", String::as_str);
    let failure = Failure::new(format!("Error executing command: cannot run `{program}`: {error}"));
    failure.with("rc", code).with("cmd", run.shown()).with("stdout", "").with("stderr", "")
}

fn command(system: &System, run: &Run) -> Result<Command, Failure> {
    let (program, arguments) = run.argv.split_first().ok_or("no program was named")?;
    let mut command = Command::new(text::to_os(program));
    if let Some(umask) = run.umask {
        return command_with_umask(system, run, umask);
    }
    command.args(arguments.iter().map(|word| text::to_os(word)));
    surroundings(&mut command, system, run);
    command.process_group(0);
    Ok(command)
}

/// The shell sets the mask and becomes the program: there is no safe way to set it between fork and exec.
fn command_with_umask(system: &System, run: &Run, umask: u32) -> Result<Command, Failure> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("umask {umask:04o} && exec \"$@\"")).arg("sh");
    command.args(run.argv.iter().map(|word| text::to_os(word)));
    surroundings(&mut command, system, run);
    command.process_group(0);
    Ok(command)
}

/// Gives a command its environment, directory and streams.
pub(in crate::host) fn surroundings(command: &mut Command, system: &System, run: &Run) {
    system.tell_runs(command);
    for (name, value) in system.environment.iter().chain(&run.environment) {
        command.env(text::to_os(name), text::to_os(value));
    }
    if let Some(directory) = &run.directory {
        command.current_dir(system.real(directory));
    }
    let stdin = if run.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
}

/// How long an output may be silent after the program ended, when a child that it left behind holds it open.
const SILENCE: Duration = Duration::from_millis(150);

/// Waits for the program and for what it prints; past the deadline all of its group is ended. A child that the program
/// left behind, and that holds an output open, is not waited for.
fn wait(system: &System, child: &mut Child, streams: &mut Streams, run: &Run) -> Result<ExitStatus, Failure> {
    let lost = |error: std::io::Error| lost_sight(run, &error);
    let (mut pause, mut heard, mut ended) = (Duration::from_millis(1), Instant::now(), None);
    loop {
        if system.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(end_late(child, run));
        }
        if system.deadline.is_none() && !streams.is_open() {
            return child.wait().map_err(lost);
        }
        if streams.attend(pause) {
            heard = Instant::now();
            continue;
        }
        pause = (pause * 2).min(Duration::from_millis(50));
        if let Some(status) = child.try_wait().map_err(lost)? {
            let ended = *ended.get_or_insert_with(Instant::now);
            if !streams.may_print() || heard.max(ended).elapsed() >= SILENCE {
                return Ok(status);
            }
        }
    }
}

fn end_late(child: &mut Child, run: &Run) -> Failure {
    end_group(child);
    let _ = child.wait();
    Failure::new(format!("`{}` took too long and was ended", run.shown())).with("timedout", true)
}

fn lost_sight(run: &Run, error: &std::io::Error) -> Failure {
    Failure::new(format!("lost sight of `{}`: {error}", run.shown()))
}

/// Ends a program and all that it started.
pub(in crate::host) fn end_group(child: &Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::NoContents;

    fn shell(text: &str, input: Vec<u8>, seconds: Option<u64>) -> Result<Output, Failure> {
        let mut system = System::below("/".into(), Box::new(NoContents));
        system.deadline = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let argv = ["/bin/sh", "-c", text].map(str::to_owned).to_vec();
        run(&system, &Run { stdin: Some(Bytes(input)), ..Run::quiet(argv) })
    }

    /// No pipe holds a megabyte: whoever feeds one stream to its end before the others waits for ever.
    #[test]
    fn all_streams_flow_side_by_side() {
        let input: Vec<u8> = (0..1 << 20).map(|at| (at % 251) as u8).collect();
        let output = shell("tee /dev/stderr", input.clone(), None).unwrap();
        assert!(output.stdout == input && output.stderr == input);
    }

    #[test]
    fn a_program_need_not_read() {
        let output = shell("exec <&-; sleep 0.1; echo done", vec![b'x'; 1 << 20], None).unwrap();
        assert_eq!((output.status, output.stdout()), (0, "done\n".to_owned()));
    }

    #[test]
    fn what_ends_without_a_sound_is_noticed_before_its_deadline() {
        let began = Instant::now();
        let output = shell("exec >&- 2>&-; sleep 0.3; exit 3", Vec::new(), Some(60)).unwrap();
        assert_eq!(output.status, 3);
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_deadline_ends_what_prints_without_end() {
        let failure = shell("yes & yes", Vec::new(), Some(1)).unwrap_err();
        assert!(failure.to_string().contains("took too long"), "{failure}");
    }
}
