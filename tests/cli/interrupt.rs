//! A run that is told to stop does so, whatever it waits for.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LOOKUP: &str = "- hosts: localhost
  gather_facts: false
  tasks:
    - debug: {msg: \"{{ lookup('pipe', 'touch begun; sleep 60; echo done') }}\"}
    - debug: {msg: never}
";

#[test]
fn a_lookup_does_not_outlast_an_interrupt() {
    ends_by("INT", LOOKUP);
}

/// What a manager of services or a runner of jobs sends.
#[test]
fn a_run_that_is_terminated_ends_as_one_that_is_interrupted() {
    ends_by("TERM", LOOKUP);
}

const COMMANDS: &str = "- hosts: localhost
  gather_facts: false
  tasks:
    - shell: touch begun; sleep 2; touch done
      args: {chdir: '{{ playbook_dir }}'}
    - file: {path: '{{ playbook_dir }}/never', state: touch}
      register: second
    - file: {path: '{{ playbook_dir }}/never', state: touch}
      when: second is changed
";

/// What was sent to the host and not begun is not carried out.
#[test]
fn nothing_more_is_begun() {
    let folder = ends_by("INT", COMMANDS);
    assert!(folder.path().join("done").exists());
    assert!(!folder.path().join("never").exists());
}

/// Nothing that the controller itself waits for is waited for any more.
#[test]
fn waiting_ends() {
    for waits in [
        "{pause: {seconds: 60}}",
        "{command: 'false', until: false, delay: 60, retries: 5}",
        "{command: 'true', loop: [1, 2], loop_control: {pause: 60}}",
        "{command: sleep 60, async: 100, poll: 60}",
        "{wait_for_connection: {delay: 60}}",
    ] {
        let begins = "file: {path: '{{ playbook_dir }}/begun', state: touch}";
        let never = "file: {path: '{{ playbook_dir }}/never', state: touch}";
        let tasks = format!("[{{{begins}}}, {waits}, {{{never}}}]");
        let folder =
            ends_by("INT", &format!("- hosts: localhost\n  gather_facts: false\n  tasks: {tasks}\n"));
        assert!(!folder.path().join("never").exists(), "{waits}");
    }
}

/// The key at the terminal, where the run itself waits for an answer.
#[test]
fn a_question_ends_too() {
    for question in ["prompt: Go on?", "prompt: Go on?, echo: false"] {
        let folder = tempfile::tempdir().unwrap();
        let tasks = format!("[{{pause: {{{question}}}}}, {{file: {{path: never, state: touch}}}}]");
        let play = format!("- hosts: localhost\n  gather_facts: false\n  tasks: {tasks}\n");
        std::fs::write(folder.path().join("site.yml"), play).unwrap();
        let command = format!("{} -i localhost, -c local site.yml", env!("CARGO_BIN_EXE_provision"));
        let mut run = Command::new("script");
        run.args(["-qefc", &command, "/dev/null"]).current_dir(folder.path());
        run.env("ANSIBLE_CONFIG", "/dev/null").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut run = run.spawn().unwrap();
        let (mut keys, mut screen) = (run.stdin.take().unwrap(), run.stdout.take().unwrap());
        let mut seen = String::new();
        while !seen.contains("Go on?") {
            let mut part = [0; 1024];
            let count = screen.read(&mut part).unwrap();
            assert!(count > 0, "{seen}");
            seen.push_str(&String::from_utf8_lossy(&part[..count]));
        }
        // The question is on the screen a moment before the terminal hides what is typed.
        std::thread::sleep(Duration::from_millis(300));
        keys.write_all(b"\x03").unwrap();
        let asked = Instant::now();
        screen.read_to_string(&mut seen).unwrap();
        let status = run.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}: {seen}", asked.elapsed());
        assert_eq!(status.code(), Some(provision::report::exit::INTERRUPTED.into()), "{seen}");
        assert!(seen.contains("interrupted"), "{seen}");
        assert!(!folder.path().join("never").exists());
    }
}

fn ends_by(signal: &str, playbook: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.yml"), playbook).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_provision"));
    run.args(["-i", "localhost,", "-c", "local", "site.yml"])
        .current_dir(folder.path())
        .env("ANSIBLE_CONFIG", "/dev/null");
    let mut run = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !folder.path().join("begun").exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    let process = run.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
    let asked = Instant::now();
    let status = run.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
    assert_eq!(status.code(), Some(provision::report::exit::INTERRUPTED.into()));
    folder
}
