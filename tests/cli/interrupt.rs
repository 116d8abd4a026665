//! A run that is told to stop does so, whatever it waits for.

use std::io::{Read, Write};
use std::path::Path;
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

/// Nothing that the run itself waits for is waited for any more.
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
        let play = format!("- hosts: localhost\n  gather_facts: false\n  tasks: {tasks}\n");
        // The next task is reached by then.
        let folder = ends_after(Duration::from_secs(1), "INT", &play);
        assert!(!folder.path().join("never").exists(), "{waits}");
    }
}

/// The key at the terminal, where the run itself waits for an answer.
#[test]
fn a_question_ends_too() {
    let never = "file: {path: '{{ playbook_dir }}/never', state: touch}";
    for question in [
        format!("tasks: [{{pause: {{prompt: Go on?}}}}, {{{never}}}]"),
        format!("tasks: [{{pause: {{prompt: Go on?, echo: false}}}}, {{{never}}}]"),
        format!("vars_prompt: [{{name: sure, prompt: Go on?, default: yes}}]\n  tasks: [{{{never}}}]"),
        format!("vars_prompt: [{{name: sure, prompt: Go on?, private: no}}]\n  tasks: [{{{never}}}]"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let play = format!("- hosts: localhost\n  gather_facts: false\n  {question}\n");
        std::fs::write(folder.path().join("site.yml"), play).unwrap();
        let seen = interrupted(folder.path(), "-i localhost, -c local site.yml", "Go on?");
        assert!(seen.contains("interrupted"), "{seen}");
        assert!(!folder.path().join("never").exists());
    }
}

#[test]
fn a_question_before_the_run_ends_as_one_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let play = "- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: never}}]\n";
    std::fs::write(folder.path().join("site.yml"), play).unwrap();
    let words = "-i localhost, -c local site.yml";
    interrupted(folder.path(), &format!("{words} -J"), "ault password");
    interrupted(folder.path(), &format!("{words} -K"), "password");
    interrupted(folder.path(), "vault encrypt site.yml", "ault password");
}

/// What is on the screen when the key was pressed at a question.
fn interrupted(folder: &Path, words: &str, question: &str) -> String {
    // In the place of the shell, which dies of the key where it stays.
    let command = format!("exec {} {words}", env!("CARGO_BIN_EXE_provision"));
    let mut run = Command::new("script");
    run.args(["-qefc", &command, "/dev/null"]).current_dir(folder);
    run.env("ANSIBLE_CONFIG", "/dev/null")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut run = run.spawn().unwrap();
    let (mut keys, mut screen) = (run.stdin.take().unwrap(), run.stdout.take().unwrap());
    let mut seen = String::new();
    while !seen.contains(question) {
        let mut part = [0; 1024];
        let count = screen.read(&mut part).unwrap();
        assert!(count > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&part[..count]));
    }
    keys.write_all(b"\x03").unwrap();
    let asked = Instant::now();
    screen.read_to_string(&mut seen).unwrap();
    let status = run.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}: {seen}", asked.elapsed());
    assert_eq!(status.code(), Some(provision::report::exit::INTERRUPTED.into()), "{seen}");
    seen
}

fn ends_by(signal: &str, playbook: &str) -> tempfile::TempDir {
    ends_after(Duration::ZERO, signal, playbook)
}

/// Runs a playbook, sends the signal so long after it has made the file `begun`, and wants it to end.
fn ends_after(time: Duration, signal: &str, playbook: &str) -> tempfile::TempDir {
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
    std::thread::sleep(time);
    let process = run.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
    let asked = Instant::now();
    let status = run.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
    assert_eq!(status.code(), Some(provision::report::exit::INTERRUPTED.into()));
    folder
}
