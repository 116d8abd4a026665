//! What programs that only read say of a host. Each question is a function here, so that all can be reviewed.

use super::answer::output_of;
use super::{Data, Effect, Failure, Fields, Probe, Query, Subject};
use std::path::Path;

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

/// The kernel's own description: `sysname`, `nodename`, `release`, `version`, `machine`.
pub fn kernel(host: &dyn Probe) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Kernel))
}

/// The name of the host.
pub fn host_name(host: &dyn Probe) -> Result<String, Failure> {
    Ok(host.ask(&Query::about(Subject::Hostname))?.as_text().unwrap_or_default().to_owned())
}

/// What these questions are about, for effects.
pub fn host_name_subject() -> Subject {
    Subject::Hostname
}

pub fn sysctl_subject(name: &str) -> Subject {
    Subject::Sysctl(name.to_owned())
}

pub fn module_subject(name: &str) -> Subject {
    Subject::KernelModule(name.to_owned())
}

/// A parameter of the kernel; `None` where there is none of that name.
pub fn sysctl(host: &dyn Probe, name: &str) -> Result<Option<String>, Failure> {
    Ok(host.ask(&Query::about(sysctl_subject(name)))?.as_text().map(str::to_owned))
}

/// Whether a module of the kernel is loaded, or built in.
pub fn module_is_loaded(host: &dyn Probe, name: &str) -> Result<bool, Failure> {
    Ok(host.ask(&Query::about(module_subject(name)))? == Data::Bool(true))
}

/// Whether something is mounted there.
pub fn mounted(host: &dyn Probe, path: &str) -> Result<bool, Failure> {
    Ok(host.ask(&Query::about(mounted_subject(path)))? == Data::Bool(true))
}

pub fn mounted_subject(path: &str) -> Subject {
    Subject::Mounted(path.to_owned())
}

/// Whether the packet filter has a rule; `argv` must be a check (`-C`), which only looks.
pub fn rule_is_there(host: &dyn Probe, argv: &[String]) -> Result<bool, Failure> {
    if argv.get(3).map(String::as_str) != Some("-C") {
        return Err(Failure::new("this is no check of a rule"));
    }
    let said = host.ask(&Query::about(Subject::Output(argv.to_vec())))?;
    if said.is_null() {
        return Err(host.missing("there is no `iptables` on this host".to_owned()));
    }
    Ok(said.number::<i64>("rc") == Some(0))
}

/// For a dry run: the rule would be there, or not.
pub fn rule_effect(argv: &[String], there: bool) -> Effect {
    let answer = Fields::new().with("rc", i64::from(!there));
    Effect::Set(Subject::Output(argv.to_vec()), answer.into())
}

/// What becomes of what no rule of a chain matches.
pub fn chain_policy(
    host: &dyn Probe,
    program: &str,
    table: &str,
    chain: &str,
) -> Result<Option<String>, Failure> {
    let said = host.ask(&Query::about(chain_subject(program, table, chain)))?;
    let line = said.text("stdout").unwrap_or_default();
    let policy = line.lines().find_map(|line| line.strip_prefix(&format!("-P {chain} ")));
    Ok(policy.map(|policy| policy.trim().to_owned()))
}

/// Whether the packet filter has a chain.
pub fn chain_is_there(host: &dyn Probe, program: &str, table: &str, chain: &str) -> Result<bool, Failure> {
    let said = host.ask(&Query::about(chain_subject(program, table, chain)))?;
    Ok(said.number::<i64>("rc") == Some(0))
}

fn chain_subject(program: &str, table: &str, chain: &str) -> Subject {
    Subject::Output([program, "-t", table, "-S", chain].map(str::to_owned).to_vec())
}

/// For a dry run: the chain would be listed so, or would not be there.
pub fn chain_effect(program: &str, table: &str, chain: &str, listed: Option<&str>) -> Effect {
    let answer =
        Fields::new().with("rc", i64::from(listed.is_none())).with("stdout", listed.unwrap_or_default());
    Effect::Merge(chain_subject(program, table, chain), answer)
}

/// Addresses of version 4: `ipv4`, a list of `interface`, `address`, `prefix`, `broadcast`.
pub fn addresses(host: &dyn Probe) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Addresses))
}

/// How large and how full a file system is: `size` of a block, `blocks`, `free`, `available`, `files`, `files_free`; [`Data::Null`]
/// where there is none, false where it does not say in so many seconds.
pub fn file_system(host: &dyn Probe, path: &str, within: Option<f64>) -> Result<Data, Failure> {
    let milliseconds = within.map(|seconds| (seconds * 1000.0) as u64);
    host.ask(&Query::about(Subject::FileSystem(path.to_owned(), milliseconds)))
}

/// What a program prints that lists mounts.
pub fn mounts(host: &dyn Probe, program: &str) -> Result<String, Failure> {
    let said = super::answer::ask(host, &[program])?;
    if said.rc != 0 {
        return Err(Failure::new(format!("`{program}` failed: {}", said.stderr.trim())));
    }
    Ok(said.stdout)
}

/// Where the host has a program; `None` where it has none.
pub fn program(host: &dyn Probe, name: &str) -> Result<Option<String>, Failure> {
    let path = host.variable("PATH").unwrap_or_default() + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";
    for directory in path.split(':').filter(|directory| !directory.is_empty()) {
        let place = format!("{}/{name}", directory.trim_end_matches('/'));
        if host.exists(std::path::Path::new(&place))? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Where the host has a program; a failure where it has none.
pub fn needed_program(host: &dyn Probe, name: &str) -> Result<String, Failure> {
    program(host, name)?.ok_or_else(|| host.missing(format!("there is no `{name}` on this host")))
}

/// What `lsb_release` says of the distribution; nothing where there is none.
pub fn lsb_release(host: &dyn Probe) -> Result<String, Failure> {
    match program(host, "lsb_release")? {
        Some(program) => said(host, &[&program, "-a"]),
        None => Ok(String::new()),
    }
}

/// What a program says of its version; nothing where it says none.
pub fn version(host: &dyn Probe, program: &str) -> Result<String, Failure> {
    said(host, &[program, "--version"])
}

/// What a program says that the host keeps to say facts, or how it failed.
pub fn local_fact(host: &dyn Probe, path: &str) -> Result<Result<String, String>, Failure> {
    if !host.planned_below(Path::new(path)).is_empty() {
        return Err(Failure::unknown(format!("what `{path}` says, which is not on the host yet")));
    }
    let said: Data = host.ask(&output_of(&[path]))?;
    Ok(match said.number::<i64>("rc") {
        Some(0) => Ok(said.text("stdout").unwrap_or_default()),
        rc => {
            let rc = rc.map_or_else(String::new, |rc| rc.to_string());
            Err(format!("rc: {rc}, err: {}", said.text("stderr").unwrap_or_default()))
        }
    })
}

/// What a program printed, without the blanks around it; empty where it failed or is not there.
fn said(host: &dyn Probe, argv: &[&str]) -> Result<String, Failure> {
    let said: Data = host.ask(&output_of(argv))?;
    if said.number::<i64>("rc") != Some(0) {
        return Ok(String::new());
    }
    Ok(said.text("stdout").unwrap_or_default())
}
