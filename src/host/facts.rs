//! What programs that only read say of a host. Each question is a function here, so that all can be reviewed.

use super::answer::output_of;
use super::{Data, Failure, Probe, Query, Subject};

/// The fingerprint of a key for SSH.
pub fn key_fingerprint(host: &dyn Probe, path: &str) -> Result<String, Failure> {
    said(host, &["ssh-keygen", "-l", "-f", path])
}

/// The table of `cron` of a user; nothing where there is none.
pub fn cron_table(host: &dyn Probe, user: Option<&str>) -> Result<String, Failure> {
    let said = host.ask(&Query::about(cron_subject(user)))?;
    Ok(said.text("stdout").filter(|_| said.number::<i64>("rc") == Some(0)).unwrap_or_default())
}

/// What the question about a table of `cron` is about, for effects.
pub fn cron_subject(user: Option<&str>) -> Subject {
    let argv = match user {
        Some(user) => vec!["crontab", "-u", user, "-l"],
        None => vec!["crontab", "-l"],
    };
    Subject::Output(argv.into_iter().map(str::to_owned).collect())
}

/// What kind of machine pretends to be one.
pub fn virtualization(host: &dyn Probe) -> Result<String, Failure> {
    said(host, &["systemd-detect-virt"])
}

/// What a program printed, without the blanks around it; empty where it failed or is not there.
fn said(host: &dyn Probe, argv: &[&str]) -> Result<String, Failure> {
    let said: Data = host.ask(&output_of(argv))?;
    if said.number::<i64>("rc") != Some(0) {
        return Ok(String::new());
    }
    Ok(said.text("stdout").unwrap_or_default())
}
