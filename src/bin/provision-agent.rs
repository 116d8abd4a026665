//! The agent: speaks with a controller over its standard input and output.

use provision::host::{NoContents, System, TERMINAL, become_program, users};
use provision::wire::{Identity, JOB, carry_out, own_host, serve};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("provision-agent: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Moves the stream out of reach of every program that is started, then serves; or carries out one call on its own.
fn run() -> Result<(), String> {
    let mut words = std::env::args_os().skip(1);
    match words.next().as_deref().and_then(OsStr::to_str) {
        Some(JOB) => {
            let results = words.next().ok_or("a job needs a file for its result")?;
            return carry_out(&mut std::io::stdin().lock(), Path::new(&results), own_host);
        }
        Some(TERMINAL) => return become_program(words),
        _ => {}
    }
    let (input, output) = private_stream().map_err(|error| error.to_string())?;
    serve(input, output, identity(), own_host)
}

fn private_stream() -> rustix::io::Result<(File, File)> {
    let input = fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let output = fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok((input.into(), output.into()))
}

/// Who the agent is: the name of its file is the hash that it was delivered under.
fn identity() -> Identity {
    let path = std::env::current_exe().ok();
    let name =
        path.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    let uid = rustix::process::geteuid().as_raw();
    let system = System::new(Box::new(NoContents));
    let user =
        users::user_with(&system, uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
    Identity { build: name.unwrap_or_default(), user, uid }
}
