//! The index of packages.

use super::Apt;
use crate::host::{Change, Effect, Failure, Fields, Probe, Run, Time, packages, words};

/// When the index was read last, in seconds since 1970.
pub fn time(host: &dyn Probe) -> Result<i64, Failure> {
    packages::index_time(host)
}

/// Whether the index is to be read again.
pub fn is_old(host: &dyn Probe, valid: i64) -> Result<bool, Failure> {
    let now = Time::now().seconds;
    Ok(valid <= 0 || now - time(host)? >= valid)
}

/// Reads the index; a failing mirror is tried again. Where nothing is new, apt leaves the time of its lists alone, and
/// the index would be read at every run.
pub fn update(apt: &Apt) -> Change {
    let mut argv: Vec<String> = ["apt-get", "-q", "update"].map(str::to_owned).to_vec();
    argv.extend([
        "-o".to_owned(),
        format!("DPkg::Lock::Timeout={}", apt.lock_timeout),
        "-o".to_owned(),
        "APT::Update::Error-Mode=any".to_owned(),
    ]);
    let (tries, longest) =
        (apt.update_cache_retries.clamp(1, 50), apt.update_cache_retry_max_delay.clamp(0, 600));
    let line = format!(
        "n=1; d=1; until {}; do [ $n -ge {tries} ] && exit 100; sleep $d; n=$((n+1)); d=$((d*2)); [ $d -gt {longest} ] && d={longest}; done; touch -c /var/lib/apt/lists",
        words::join(&argv)
    );
    let index = Fields::new().with("seconds", Time::now().seconds);
    let effect = Effect::Merge(packages::index_subject(), index);
    let run = Run { counts: false, ..Run::changing(&["/bin/sh", "-c", &line]) };
    Change::Run(run.titled("apt-get update").with_effects(vec![effect]))
}
