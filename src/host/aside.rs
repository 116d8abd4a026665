//! Files that a program has for the time of its run: the script itself, what it is told.

use super::change::Draft;
use super::{Content, Failure, Hash, Probe, Run, System, text};
use rustix::fs::Mode;
use std::path::PathBuf;

/// A file that is there for the time of a run; its path takes the place of a word of the command.
#[derive(Clone, PartialEq, Debug)]
pub struct Aside {
    pub word: &'static str,
    pub content: Content,
}

/// The largest script that is kept for the next run of it, in bytes.
const MOST_KEPT: u64 = 4 << 20;

impl Aside {
    /// Where a script stands in a command.
    pub const PROGRAM: &'static str = "{script}";
    /// Where the file of its arguments stands.
    pub const ARGUMENTS: &'static str = "{arguments}";

    /// A script, or a program.
    pub fn program(content: Content) -> Aside {
        Aside { word: Aside::PROGRAM, content }
    }

    /// A file that says what to do.
    pub fn arguments(text: &str) -> Aside {
        Aside { word: Aside::ARGUMENTS, content: Content::inline(text::to_bytes(text)) }
    }
}

/// Files that are removed when the run is over.
pub(in crate::host) struct Asides(Vec<Passed>);

/// A file and the word that it stands for.
struct Passed {
    word: &'static str,
    path: PathBuf,
    interpreter: Vec<String>,
    _file: Draft,
}

/// Writes the files, which only the agent's user can read.
pub(in crate::host) fn write(system: &System, asides: &[Aside]) -> Result<Asides, Failure> {
    let pass = |Aside { word, content }: &Aside| {
        let bytes = bytes(system, content)?;
        let interpreter = if *word == Aside::PROGRAM { interpreter(&bytes) } else { Vec::new() };
        let directory = std::env::temp_dir();
        let file = Draft::passing(&directory, &bytes, Mode::RWXU)?;
        Ok(Passed { word, path: directory.join(&file.name), interpreter, _file: file })
    };
    asides.iter().map(pass).collect::<Result<_, _>>().map(Asides)
}

/// The bytes of a script; the last one that came from the controller is kept, for loops run it again and again.
fn bytes(system: &System, content: &Content) -> Result<Vec<u8>, Failure> {
    let Content::Held { hash, size } = content else { return system.content(content) };
    let kept: Option<(Hash, Vec<u8>)> = system.last_script.borrow().clone();
    if let Some((_, bytes)) = kept.filter(|(known, _)| known == hash) {
        return Ok(bytes);
    }
    let bytes = system.content(content)?;
    system.last_script.replace((*size <= MOST_KEPT).then(|| (*hash, bytes.clone())));
    Ok(bytes)
}

impl Asides {
    /// The run with the paths of its files; an interpreter is started itself, so that the place may forbid running files.
    pub fn in_place(&self, run: &Run) -> Run {
        if self.0.is_empty() {
            return run.clone();
        }
        let mut argv = Vec::new();
        for word in &run.argv {
            let Some(passed) = self.0.iter().find(|passed| passed.word == word) else {
                argv.push(word.clone());
                continue;
            };
            if argv.is_empty() {
                argv.extend(passed.interpreter.clone());
            }
            argv.push(text::from_path(&passed.path));
        }
        Run { argv, title: Some(run.shown()), ..run.clone() }
    }
}

/// What the first line of a script names as its interpreter; nothing for a program, the shell where nothing is named.
pub fn interpreter(bytes: &[u8]) -> Vec<String> {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match first.strip_prefix(b"#!") {
        Some(line) => {
            let line = text::from_bytes(line);
            let (program, argument) = line.trim().split_once([' ', '\t']).unwrap_or((line.trim(), ""));
            let argument = Some(argument.trim().to_owned()).filter(|argument| !argument.is_empty());
            std::iter::once(program.to_owned()).chain(argument).collect()
        }
        None if bytes.starts_with(b"\x7fELF") => Vec::new(),
        None => vec!["/bin/sh".to_owned()],
    }
}
