//! Packing with a program of the host.

use crate::host::stored::nameless;
use crate::host::{Failure, Probe};
use std::io::{Seek, Write};
use std::process::{Command, Stdio};

/// Passes what `write` writes through a program that reads its input and writes its output only.
pub(super) fn through(
    host: &dyn Probe,
    program: &str,
    write: impl Fn(&mut dyn Write) -> Result<(), Failure>,
    sink: &mut dyn Write,
) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot pack with `{program}`: {error}"));
    let mut kept = nameless().map_err(cannot)?;
    let mut command = Command::new(program);
    command.arg("-c").stdin(Stdio::piped()).stdout(kept.try_clone().map_err(cannot)?).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            host.missing(format!("the archive needs `{program}`, which is not on this host"))
        }
        _ => cannot(error),
    })?;
    let written = match child.stdin.take() {
        Some(mut input) => write(&mut input),
        None => Ok(()),
    };
    let status = child.wait().map_err(cannot)?;
    written?;
    if !status.success() {
        return Err(Failure::new(format!("`{program}` failed: {status}")));
    }
    kept.rewind().map_err(cannot)?;
    std::io::copy(&mut kept, sink).map(drop).map_err(cannot)
}
