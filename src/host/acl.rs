//! Access control lists of files, through `getfacl` and `setfacl`.

use super::answer::output_of;
use super::{Data, Failure, Probe, Query, Subject};

/// The entries that `getfacl` prints.
pub fn entries(host: &dyn Probe, argv: &[&str]) -> Result<Vec<String>, Failure> {
    let said = answer(host, &output_of(argv), "getfacl")?;
    let mut lines: Vec<String> = said.lines().map(|line| line.trim().to_owned()).collect();
    lines.retain(|line| !line.starts_with('#'));
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    Ok(lines)
}

/// Whether a `setfacl` would change anything: the command is tried with `--test`, which only looks.
pub fn would_change(host: &dyn Probe, argv: &[&str]) -> Result<bool, Failure> {
    let mut words = argv.to_vec();
    words.insert(1, "--test");
    let said = answer(host, &output_of(&words), "setfacl")?;
    // What stays as it is has a star in place of its entries.
    Ok(said.lines().any(|line| !line.trim_end().ends_with("*,*")))
}

/// What a question about entries is about, for effects.
pub fn subject(argv: &[&str]) -> Subject {
    output_of(argv).subject().clone()
}

fn answer(host: &dyn Probe, query: &Query, program: &str) -> Result<String, Failure> {
    let said = host.ask(query)?;
    match said.number::<i64>("rc") {
        Some(0) => Ok(said.text("stdout").unwrap_or_default()),
        Some(rc) => Err(failed(program, rc, &said)),
        None => {
            Err(host.missing(format!("there is no `{program}` on this host: it is in the package `acl`")))
        }
    }
}

fn failed(program: &str, rc: i64, said: &Data) -> Failure {
    let complaint = said.text("stderr").unwrap_or_default();
    Failure::new(format!("`{program}` failed: {}", complaint.trim())).with("rc", rc)
}
