//! The standard streams, which `-` stands for.

use crate::source::Diagnostic;
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Whether a name stands for a stream.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// All that comes from the standard input.
///
/// # Errors
/// It cannot be read.
pub fn read() -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = io::stdin().read_to_end(&mut bytes);
    read.map_err(|error| Diagnostic::error(format!("cannot read the standard input: {error}")))?;
    Ok(bytes)
}

/// Prints bytes as they are: what is asked for in the clear is not hidden.
///
/// # Errors
/// They cannot be written.
pub fn print(bytes: &[u8]) -> Result<(), Diagnostic> {
    let written = io::stdout().write_all(bytes).and_then(|()| io::stdout().flush());
    written.map_err(|error| Diagnostic::error(format!("cannot write to the standard output: {error}")))
}
