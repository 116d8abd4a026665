//! Parse, run, print the error, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    provision::report::confess();
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    ExitCode::from(provision::cli::start(words, provision::cli::carry_out))
}
