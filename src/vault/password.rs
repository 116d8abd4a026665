//! Where vault passwords come from: a file, a program that prints one, or a question.

use super::{DEFAULT, Secret};
use crate::source::Diagnostic;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// Somebody who can be asked for a password.
pub trait Ask {
    /// What was typed in answer to the question.
    ///
    /// # Errors
    ///
    /// Where nobody can be asked, or no answer was given.
    fn password(&self, question: &str) -> Result<Zeroizing<String>, Diagnostic>;
}

/// Where one password is to be had, and the label it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub label: Option<String>,
    pub place: Place,
}

/// Where a password is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The terminal.
    Prompt,
    /// A file that holds it, or an executable that prints it.
    File(PathBuf),
}

impl Origin {
    /// Reads what stands behind `--vault-id`: `label@prompt`, `label@file`, `prompt` or `file`.
    pub fn parse(text: &str) -> Origin {
        let (label, place) = match text.split_once('@') {
            Some((label, place)) => (Some(label).filter(|label| !label.is_empty()), place),
            None => (None, text),
        };
        let place = match place {
            "prompt" | "prompt_ask_vault_pass" => Place::Prompt,
            path => Place::File(expanded(path)),
        };
        Origin { label: label.map(str::to_owned), place }
    }
}

fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => path.into(),
    }
}

/// Gets the password of one origin.
///
/// # Errors
///
/// Where the file cannot be read, the program fails, nobody answers, or the password is empty.
pub fn load(origin: &Origin, ask: &dyn Ask) -> Result<Secret, Diagnostic> {
    let label = origin.label.as_deref();
    let password = match &origin.place {
        Place::Prompt => Zeroizing::new(ask.password(&question(label))?.trim().as_bytes().to_vec()),
        Place::File(path) if is_executable(path) => printed(path, label)?,
        Place::File(path) => written(path)?,
    };
    if password.is_empty() {
        return Err(Diagnostic::error(format!("the vault password from {} is empty", shown(&origin.place))));
    }
    Ok(Secret::new(label, password.to_vec()))
}

fn question(label: Option<&str>) -> String {
    match label {
        None | Some(DEFAULT) => "Vault password: ".into(),
        Some(label) => format!("Vault password ({label}): "),
    }
}

fn shown(place: &Place) -> String {
    match place {
        Place::Prompt => "the terminal".into(),
        Place::File(path) => format!("`{}`", path.display()),
    }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

fn written(path: &Path) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let wrong = |error| Diagnostic::error(format!("vault password file `{}`: {error}", path.display()));
    let bytes = Zeroizing::new(std::fs::read(path).map_err(wrong)?);
    Ok(Zeroizing::new(bytes.trim_ascii().to_vec()))
}

/// Runs a password program. One whose name ends in `-client` is told which label is wanted.
fn printed(path: &Path, label: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut command = Command::new(&path);
    if let (true, Some(label)) = (is_client(&path), label) {
        command.args(["--vault-id", label]);
    }
    let shown = path.display();
    let output = command.stdin(Stdio::inherit()).stderr(Stdio::inherit()).output().map_err(|error| {
        Diagnostic::error(format!("vault password program `{shown}`: {error}"))
            .hint("if it is no program but holds the password, take its executable bit away")
    })?;
    let bytes = Zeroizing::new(output.stdout);
    match output.status.code() {
        Some(0) => Ok(Zeroizing::new(without_breaks(&bytes).to_vec())),
        Some(2) if is_client(&path) => Err(Diagnostic::error(format!(
            "vault password program `{shown}` knows no secret with the label `{}`",
            label.unwrap_or(DEFAULT)
        ))),
        _ => Err(Diagnostic::error(format!("vault password program `{shown}` failed: {}", output.status))),
    }
}

fn is_client(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("-client"))
}

fn without_breaks(bytes: &[u8]) -> &[u8] {
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = bytes.iter().position(|byte| !is_break(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_break(byte)).map_or(start, |last| last + 1);
    &bytes[start..end]
}
