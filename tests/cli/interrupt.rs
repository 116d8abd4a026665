//! A run that is told to stop does so, whatever it waits for.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PLAYBOOK: &str = "- hosts: localhost
  gather_facts: false
  tasks:
    - debug: {msg: \"{{ lookup('pipe', 'touch begun; sleep 60; echo done') }}\"}
    - debug: {msg: never}
";

#[test]
fn a_lookup_does_not_outlast_an_interrupt() {
    ends_by("INT");
}

/// What a manager of services or a runner of jobs sends.
#[test]
fn a_run_that_is_terminated_ends_as_one_that_is_interrupted() {
    ends_by("TERM");
}

fn ends_by(signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.yml"), PLAYBOOK).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_provision"));
    run.args(["-i", "localhost,", "site.yml"]).current_dir(folder.path()).env("ANSIBLE_CONFIG", "/dev/null");
    let mut run = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !folder.path().join("begun").exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the lookup does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    let process = run.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
    let asked = Instant::now();
    let status = run.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
    assert_eq!(status.code(), Some(provision::report::exit::INTERRUPTED.into()));
}
