//! Questions to the person at the terminal.

use crate::report::Stage;
use crate::source::Diagnostic;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Asks the person, where there is one: questions go to the terminal itself, whatever the outputs are connected to.
#[derive(Default)]
pub struct Asker {
    stage: Stage,
    /// One question at a time.
    turn: Mutex<()>,
}

impl Asker {
    /// One that shares the terminal with a reporter.
    pub fn beside(stage: Stage) -> Asker {
        Asker { stage, turn: Mutex::new(()) }
    }

    /// Asks for a secret, which is not shown while it is typed.
    ///
    /// # Errors
    /// There is no terminal to ask at.
    pub fn secret(&self, prompt: &str) -> Result<Zeroizing<String>, Diagnostic> {
        self.turn(prompt, || rpassword::prompt_password(format!("{prompt}: ")).map(Zeroizing::new))
    }

    /// Asks for a secret twice, until both are the same.
    ///
    /// # Errors
    /// There is no terminal to ask at, or it was typed differently three times.
    pub fn new_secret(&self, prompt: &str) -> Result<Zeroizing<String>, Diagnostic> {
        for _ in 0..3 {
            let first = self.secret(prompt)?;
            let second = self.secret(&format!("{prompt}, again"))?;
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
        self.turn(prompt, || {
            let mut terminal = terminal()?;
            write!(terminal, "{prompt}: ")?;
            let mut line = String::new();
            BufReader::new(terminal).read_line(&mut line)?;
            Ok(line.trim_end_matches(['\r', '\n']).to_owned())
        })
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

    fn turn<T>(&self, prompt: &str, ask: impl FnOnce() -> std::io::Result<T>) -> Result<T, Diagnostic> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = terminal() {
            return Err(Diagnostic::error(format!(
                "cannot ask for `{prompt}`: there is no terminal ({error})"
            ))
            .hint(
                "passwords can also come from files: `--vault-password-file`, `--become-password-file`, \
                       `--connection-password-file`",
            ));
        }
        self.stage
            .alone(ask)
            .map_err(|error| Diagnostic::error(format!("cannot ask for `{prompt}`: {error}")))
    }
}

fn terminal() -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}
