//! Questions about jobs that wait for their time, as `at` keeps them.

use super::answer::{ask, would_print};
use super::{Effect, Failure, Probe};

/// The jobs in the queue: their numbers, as text.
pub fn jobs(host: &dyn Probe) -> Result<Vec<String>, Failure> {
    let queue = ask(host, &["atq"])?;
    if queue.rc != 0 {
        return Err(host.missing(format!("the jobs that wait are not told: {}", queue.stderr.trim())));
    }
    Ok(queue.stdout.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// What a job would run, with what `at` writes around it.
pub fn script(host: &dyn Probe, job: &str) -> Result<String, Failure> {
    Ok(ask(host, &["at", "-c", job])?.stdout)
}

/// For a dry run: the queue would hold these jobs.
pub fn becomes(jobs: &[String]) -> Effect {
    would_print(&["atq"], &jobs.iter().map(|job| format!("{job}\n")).collect::<String>())
}

/// For a dry run: a job would run this.
pub fn would_run(job: &str, script: &str) -> Effect {
    would_print(&["at", "-c", job], script)
}
