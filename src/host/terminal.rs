//! Programs that want a person at a terminal: they get a terminal, and answers to what they ask.

use super::regex::{Flags, Regex, Text};
use super::{Failure, Output, System, Time, process, text};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{self, OpenptFlags};
use rustix::termios::{self, LocalModes, OptionalActions};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The word with which the agent is started to give a program its terminal.
pub const TERMINAL: &str = "terminal";
/// The most that is kept of what is printed, in bytes.
const MOST_OUTPUT: usize = 12 << 20;
/// The most of it that patterns are looked for in, in scalars.
const MOST_SEARCHED: usize = 64 << 10;

/// What is answered to what a program asks.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Conversation {
    pub answers: Vec<Answer>,
    /// Seconds without anything that is answered; `None` stands for any time.
    pub timeout: Option<u64>,
    /// Whether what is answered is printed, as terminals do.
    pub echo: bool,
}

/// The answers to what a pattern finds.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    pub pattern: String,
    pub texts: Vec<String>,
    /// Whether the one text is answered each time; several are answered in their order, each once.
    pub always: bool,
}

/// Makes this process the first of a session with its standard input as terminal, and becomes the program.
///
/// # Errors
///
/// Where there is no terminal, or no such program.
pub fn become_program(mut words: impl Iterator<Item = std::ffi::OsString>) -> Result<(), String> {
    let program = words.next().ok_or("no program was named")?;
    rustix::process::setsid().map_err(|error| error.to_string())?;
    rustix::process::ioctl_tiocsctty(rustix::stdio::stdin()).map_err(|error| error.to_string())?;
    let error = Command::new(&program).args(words).exec();
    Err(format!("cannot run `{}`: {error}", text::from_os(&program)))
}

/// Runs a program that is asked for at a terminal.
pub(in crate::host) fn run(
    system: &System,
    run: &super::Run,
    dialogue: &Conversation,
) -> Result<Output, Failure> {
    let start = Time::now();
    let (master, child) = begin(system, run, dialogue)?;
    let mut talk = Talk::new(dialogue, master, child)?;
    let ended = talk.hold();
    let (output, status) = (std::mem::take(&mut talk.printed), talk.end(ended.is_err()));
    if let Err(failure) = ended {
        return Err(failure.with("stdout", text::from_bytes(&output)).with("cmd", run.shown()));
    }
    Ok(Output { status, stdout: output, stderr: Vec::new(), start, end: Time::now() })
}

fn begin(system: &System, run: &super::Run, dialogue: &Conversation) -> Result<(File, Child), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(format!("cannot start `{}` at a terminal: {error}", run.shown()))
    };
    let (master, slave) = open(dialogue.echo).map_err(|error| cannot(error.into()))?;
    let own = std::env::current_exe().map_err(cannot)?;
    let mut command = Command::new(own);
    command.arg(TERMINAL).args(run.argv.iter().map(|word| text::to_os(word)));
    process::surroundings(&mut command, system, run);
    let copy = |of: &OwnedFd| of.try_clone().map(Stdio::from).map_err(cannot);
    command.stdin(copy(&slave)?).stdout(copy(&slave)?).stderr(copy(&slave)?);
    Ok((master, command.spawn().map_err(cannot)?))
}

/// Both ends of a new terminal.
fn open(echo: bool) -> rustix::io::Result<(File, OwnedFd)> {
    let master = pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    pty::grantpt(&master)?;
    pty::unlockpt(&master)?;
    let name = pty::ptsname(&master, Vec::new())?;
    let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    if !echo {
        let mut modes = termios::tcgetattr(&slave)?;
        modes.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(&slave, OptionalActions::Now, &modes)?;
    }
    Ok((master.into(), slave))
}

/// A program at its terminal, and how far the talk is.
struct Talk {
    terminal: File,
    child: Child,
    parts: mpsc::Receiver<Vec<u8>>,
    patterns: Vec<(Regex, Answer)>,
    timeout: Option<Duration>,
    printed: Vec<u8>,
    /// From where on nothing has been answered yet.
    open: usize,
}

impl Talk {
    fn new(dialogue: &Conversation, terminal: File, child: Child) -> Result<Talk, Failure> {
        let flags = Flags { dot_all: true, ..Flags::default() };
        let pattern = |answer: &Answer| Ok((Regex::new(&answer.pattern, flags)?, answer.clone()));
        let patterns = dialogue.answers.iter().map(pattern).collect::<Result<_, Failure>>()?;
        let cannot = |error: std::io::Error| Failure::new(format!("no terminal: {error}"));
        let mut reading = terminal.try_clone().map_err(cannot)?;
        let (sender, parts) = mpsc::sync_channel(16);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 16 << 10];
            while let Ok(count @ 1..) = reading.read(&mut buffer) {
                if sender.send(buffer.get(..count).unwrap_or_default().to_vec()).is_err() {
                    return;
                }
            }
        });
        let timeout = dialogue.timeout.map(Duration::from_secs);
        Ok(Talk { terminal, child, parts, patterns, timeout, printed: Vec::new(), open: 0 })
    }

    /// Answers until the program ends.
    fn hold(&mut self) -> Result<(), Failure> {
        loop {
            while self.answer()? {}
            let part = match self.timeout {
                Some(timeout) => self.parts.recv_timeout(timeout),
                None => self.parts.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match part {
                Ok(part) if self.printed.len() < MOST_OUTPUT => self.printed.extend(part),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err(Failure::new("command exceeded timeout")),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Answers the first thing that was asked since; whether there was one.
    fn answer(&mut self) -> Result<bool, Failure> {
        let asked = text::from_bytes(self.printed.get(self.open..).unwrap_or_default());
        let skipped = asked.chars().count().saturating_sub(MOST_SEARCHED);
        let asked: String = asked.chars().skip(skipped).collect();
        let searched = Text::new(&asked);
        let found = self.patterns.iter_mut().filter_map(|(pattern, answer)| {
            let (start, end) = pattern.find_at(&searched, 0)?.span();
            // What finds nothing in particular would be answered for ever.
            (end > 0).then_some((start, end, answer))
        });
        let Some((_, end, answer)) = found.min_by_key(|(start, ..)| *start) else { return Ok(false) };
        let text = match (answer.always, answer.texts.first().cloned()) {
            (_, None) => {
                let message =
                    format!("No remaining responses for '{}', output was '{asked}'", answer.pattern);
                return Err(Failure::new(message));
            }
            (true, Some(text)) => text,
            (false, Some(_)) => answer.texts.remove(0),
        };
        let read: String = asked.chars().skip(end).collect();
        self.open = self.printed.len() - text::to_bytes(&read).len();
        let line = format!("{}\n", text.trim_end_matches('\n'));
        // A program that has gone meanwhile needs no answer.
        let _ = self.terminal.write_all(&text::to_bytes(&line));
        Ok(true)
    }

    /// Waits for the program, which is ended first if so; its status.
    fn end(&mut self, kill: bool) -> i32 {
        if kill {
            process::end_group(&self.child);
            let _ = self.child.kill();
        }
        match self.child.wait() {
            Ok(status) => status.code().unwrap_or_else(|| -status.signal().unwrap_or(1)),
            Err(_) => -1,
        }
    }
}
