//! Where text goes in the end. No byte leaves the program's reporters but through here.

use super::redact::Redactor;
use std::fs::{File, OpenOptions};
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::sync::Arc;

/// The output, the error output, and a log of both.
pub struct Sink {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    log: Option<File>,
    redactor: Arc<Redactor>,
    /// Nobody reads any more; what is printed goes nowhere.
    closed: bool,
}

impl Sink {
    /// To the program's own outputs.
    pub fn standard(redactor: Arc<Redactor>) -> Sink {
        Sink::to(Box::new(stdout()), Box::new(stderr()), redactor)
    }

    /// To any two writers.
    pub fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>, redactor: Arc<Redactor>) -> Sink {
        Sink { out, err, log: None, redactor, closed: false }
    }

    /// Also appends everything to a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn logging(mut self, path: &Path) -> std::io::Result<Sink> {
        self.log = Some(OpenOptions::new().create(true).append(true).open(path)?);
        Ok(self)
    }

    /// Prints text as it is, but for its secrets.
    pub fn print(&mut self, text: &str) {
        let text = self.redactor.redact(text).into_owned();
        self.record(&text);
        if self.closed {
            return;
        }
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        self.closed = written.is_err();
    }

    /// Prints text to the error output.
    pub fn complain(&mut self, text: &str) {
        let text = self.redactor.redact(text).into_owned();
        self.record(&text);
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    fn record(&mut self, text: &str) {
        if let Some(log) = &mut self.log {
            let _ = log.write_all(console::strip_ansi_codes(text).as_bytes());
        }
    }
}

/// Prints to the standard output; that nobody reads it is no mistake of anybody.
pub fn tell(text: &str) {
    let _ = stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush());
}

/// Prints to the error output; that nobody reads it is no mistake of anybody.
pub fn complain(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}
