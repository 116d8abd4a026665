//! The real thing: an environment of Python for each release of ansible-core, made once.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

static MAKING: Mutex<()> = Mutex::new(());

/// The folder of these tests.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential")
}

/// What is invented: the same for the same seed.
pub fn seed() -> String {
    std::env::var("PROVISION_SEED").unwrap_or_else(|_| "1".into())
}

/// The interpreter of the environment with that release of ansible-core.
pub fn interpreter(release: &str) -> PathBuf {
    let _alone = MAKING.lock().unwrap();
    let made = Command::new(folder().join("environment")).arg(release).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().into()
}

/// What a script of Python writes when it is given a text.
pub fn run(release: &str, script: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(interpreter(release));
    command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{} failed", script.display());
    String::from_utf8(output.stdout).unwrap()
}
