//! Questions to the person at the terminal.

use crate::report::Stage;
use crate::source::Diagnostic;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// How long it takes to notice that nobody wants to know any more.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A terminal keeps no more of a line, its end included, and drops the rest without a word.
const LONGEST_LINE: usize = 4096;

/// A pipe is read by single bytes, so that what follows a line is left for whoever comes next.
const BYTE: usize = 1;

/// Asks the person, where there is one: questions go to the terminal itself, whatever the outputs are connected to.
#[derive(Default)]
pub struct Asker {
    stage: Stage,
    /// One question at a time.
    turn: Mutex<()>,
    /// Nobody wants to know any more.
    given_up: AtomicBool,
    /// How the terminal was before it began to hide what is typed.
    before: Mutex<Option<Termios>>,
}

impl Asker {
    /// One that shares the terminal with a reporter.
    pub fn beside(stage: Stage) -> Asker {
        Asker { stage, ..Asker::default() }
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// There is no terminal to ask at.
    pub fn secret(&self, prompt: &str) -> Result<Zeroizing<String>, Diagnostic> {
        self.turn(prompt, |mut terminal| {
            self.hide(terminal)?;
            let typed = write!(terminal, "{prompt}: ").and_then(|()| self.line(terminal, LONGEST_LINE));
            self.restore();
            typed?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
        })
    }

    /// Asks for a password; where there is no terminal, it is the next line of the standard input, as scripts pipe it.
    ///
    /// # Errors
    /// There is neither.
    pub fn password(&self, prompt: &str) -> Result<Zeroizing<String>, Diagnostic> {
        self.secret(prompt).or_else(|refused| match self.is_possible() {
            true => Err(refused),
            false => match self.piped(prompt) {
                Ok(Some(line)) => Ok(line),
                Ok(None) => Err(refused),
                Err(error) => {
                    let message = format!("cannot read `{prompt}` from the standard input: {error}");
                    Err(Diagnostic::error(message))
                }
            },
        })
    }

    /// The next line of the standard input; nothing at its end. A terminal there is not that of this program, and would show what
    /// is typed.
    fn piped(&self, prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        if io::stdin().is_terminal() {
            return Ok(None);
        }
        crate::report::complain(&format!("{prompt}: \n"));
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.line(&File::from(io::stdin().as_fd().try_clone_to_owned()?), BYTE)
    }

    /// Asks for a password twice, until both are the same.
    ///
    /// # Errors
    /// Nobody can be asked, or it was typed differently three times.
    pub fn new_password(&self, prompt: &str) -> Result<Zeroizing<String>, Diagnostic> {
        for _ in 0..3 {
            let first = self.password(prompt)?;
            let second = self.password(&format!("{prompt}, again"))?;
            if *first == *second {
                return Ok(first);
            }
        }
        Err(Diagnostic::error("what was typed was not the same twice"))
    }

    /// Asks for a text, which is shown while it is typed; without the line break.
    ///
    /// # Errors
    /// There is no terminal to ask at.
    pub fn text(&self, prompt: &str) -> Result<String, Diagnostic> {
        let typed = self.turn(prompt, |mut terminal| {
            write!(terminal, "{prompt}: ")?;
            self.line(terminal, LONGEST_LINE).map(Option::unwrap_or_default)
        });
        typed.map(|typed| typed.to_string())
    }

    /// Ends the question that is open, and all that come, without an answer: whoever asks is to end. The terminal is as it
    /// was before the question when this is done.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::SeqCst);
        drop(self.turn.lock());
    }

    /// Lets the terminal show what is typed again, where a question hides it.
    pub fn restore(&self) {
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(before), Ok(terminal)) = (before, terminal()) {
            let _ = termios::tcsetattr(&terminal, OptionalActions::Now, &before);
        }
    }

    fn hide(&self, terminal: &File) -> io::Result<()> {
        let before = termios::tcgetattr(terminal)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        Ok(termios::tcsetattr(terminal, OptionalActions::Now, &hidden)?)
    }

    /// Asks a question; only `y` and `yes` are a yes.
    ///
    /// # Errors
    /// There is no terminal to ask at.
    pub fn confirm(&self, question: &str) -> Result<bool, Diagnostic> {
        let answer = self.text(&format!("{question} [y/N]"))?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Whether there is somebody to ask.
    pub fn is_possible(&self) -> bool {
        terminal().is_ok()
    }

    fn turn(
        &self,
        prompt: &str,
        ask: impl FnOnce(&File) -> io::Result<Zeroizing<String>>,
    ) -> Result<Zeroizing<String>, Diagnostic> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let terminal = match terminal() {
            Ok(terminal) => terminal,
            Err(error) => {
                return Err(Diagnostic::error(format!(
                    "cannot ask for `{prompt}`: there is no terminal ({error})"
                ))
                .hint(
                    "passwords can also come from files: `--vault-password-file`, `--become-password-file`, \
                       `--connection-password-file`",
                ));
            }
        };
        let answer = match self.given_up.load(Ordering::SeqCst) {
            true => Err(interrupted()),
            false => self.stage.alone(|| ask(&terminal)),
        };
        answer.map_err(|error| Diagnostic::error(format!("cannot ask for `{prompt}`: {error}")))
    }

    /// The line that comes, read by so many bytes at most, without its end; nothing where the end of all input comes instead.
    fn line(&self, mut input: &File, at_once: usize) -> io::Result<Option<Zeroizing<String>>> {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
        let mut part = Zeroizing::new(vec![0; at_once]);
        while !line.ends_with(b"\n") {
            self.wait(input)?;
            match input.read(&mut part)? {
                0 => break,
                count => line.extend_from_slice(part.get(..count).unwrap_or_default()),
            }
        }
        if line.len() >= LONGEST_LINE {
            return Err(io::Error::other("the line is longer than 4095 bytes: use a file"));
        }
        let text = std::str::from_utf8(&line).map_err(io::Error::other)?;
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        Ok((!line.is_empty()).then(|| Zeroizing::new(text)))
    }

    /// Waits until a line has been typed; an error where nobody wants to know it any more.
    fn wait(&self, input: &File) -> io::Result<()> {
        let mut polled = [PollFd::new(input, PollFlags::IN)];
        loop {
            if self.given_up.load(Ordering::SeqCst) {
                return Err(interrupted());
            }
            match poll(&mut polled, Some(&GLANCE)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn interrupted() -> io::Error {
    io::Error::other("interrupted")
}

fn terminal() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}
