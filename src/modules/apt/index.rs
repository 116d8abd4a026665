//! The index of packages.

use crate::host::{Change, Effect, Failure, Fields, Output, Probe, Run, Time, packages, words};
use std::path::Path;

const SOURCES: &str = "/etc/apt";

/// When the index was read last, in seconds since 1970.
pub fn time(host: &dyn Probe) -> Result<i64, Failure> {
    packages::index_time(host)
}

/// Whether the index is to be read again.
pub fn is_old(host: &dyn Probe, valid: i64) -> Result<bool, Failure> {
    let now = Time::now().seconds;
    Ok(valid <= 0 || now - time(host)? >= valid)
}

/// Whether a list of sources is newer than the index: what it names has not been read yet.
pub fn is_behind(host: &dyn Probe) -> Result<bool, Failure> {
    let parts = Path::new(SOURCES).join("sources.list.d");
    let mut paths = vec![Path::new(SOURCES).join("sources.list")];
    if host.is_directory(&parts)? {
        paths.extend(host.list(&parts)?.into_iter().map(|name| parts.join(name)));
    }
    let read = time(host)?;
    for path in paths {
        if host.follow(&path)?.is_some_and(|stat| stat.is_file() && stat.modified.seconds > read) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the last line says of an index that was read for nothing.
const NOTHING_NEW: &str = "Nothing is new.";

/// Whether the index was read and had nothing new.
pub fn has_nothing_new(output: &Output) -> bool {
    output.stdout.trim_ascii_end().ends_with(NOTHING_NEW.as_bytes())
}

/// How the index is read.
pub struct Reading {
    /// Seconds to wait for others who work on packages.
    pub lock_timeout: i64,
    pub tries: i64,
    /// Seconds between two tries, at most.
    pub longest: i64,
}

impl Reading {
    /// Reads the index; a failing mirror is tried again. Where nothing is new, apt leaves the time of its lists alone:
    /// that is told, and the time is set, or the index would be read at every run.
    pub fn change(&self, host: &dyn Probe) -> Result<Change, Failure> {
        let lock = format!("DPkg::Lock::Timeout={}", self.lock_timeout);
        let argv = ["apt-get", "-q", "update", "-o", &lock, "-o", "APT::Update::Error-Mode=any"];
        let stamps = packages::INDEX_STAMPS.join(" ");
        let (tries, longest) = (self.tries.clamp(1, 50), self.longest.clamp(0, 600));
        let line = format!(
            "t() {{ stat -c %Y {stamps} 2>/dev/null | head -n1; }}; t=$(t); n=1; d=1; until {}; do [ $n -ge {tries} ] && exit 100; sleep $d; n=$((n+1)); d=$((d*2)); [ $d -gt {longest} ] && d={longest}; done; [ \"$t\" != \"$(t)\" ] || {{ touch -c {stamps}; echo '{NOTHING_NEW}'; }}",
            words::join(&argv.map(str::to_owned))
        );
        let index = Fields::new().with("seconds", Time::now().seconds);
        let mut effects = vec![Effect::Merge(packages::index_subject(), index)];
        // What new sources have is not known before they are read.
        effects.extend(is_behind(host)?.then_some(Effect::Anything));
        let run = Run { counts: false, ..Run::changing(&["/bin/sh", "-c", &line]) };
        Ok(Change::Run(run.titled("apt-get update").with_effects(effects)))
    }
}
