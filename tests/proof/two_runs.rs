//! Two controllers never work on one host at once.

use crate::lab::{Lab, until};
use crate::project::Project;

/// A task that takes its time, and that says so where it is not alone.
const PLAYBOOK: &str = "- hosts: all
  gather_facts: false
  tasks:
    - shell: flock --nonblock /srv/busy sh -c 'echo begins >> /srv/story; sleep 4; echo ends >> /srv/story' || echo overlaps >> /srv/story
";

#[test]
fn one_run_at_a_time_works_on_a_host() {
    let lab = Lab::new();
    let host = lab.up("shared", &[]);
    let story = || host.sh("cat /srv/story").split_whitespace().collect::<Vec<_>>().join(" ");
    let project = Project::of_playbook(PLAYBOOK, &[&host]);

    let mut first = project.start(&[]);
    until("the first run is at work", || host.holds("test -e /srv/story"));
    let refused = project.run(&["--lock-wait", "0"]).ends_with(4).said();
    let holder = format!("(process {}), since 20", first.id());
    assert!(
        refused.contains("`shared` is being worked on: a run by") && refused.contains(&holder),
        "{refused}"
    );
    assert!(refused.contains("--lock-wait"), "{refused}");
    project.run(&["--lock-wait", "60"]).fine();
    assert!(first.wait().unwrap().success());
    assert_eq!(story(), "begins ends begins ends");

    let mut killed = project.start(&[]);
    until("the third run is at work", || story().ends_with("ends begins"));
    killed.kill().unwrap();
    killed.wait().unwrap();
    project.run(&["--lock-wait", "60"]).fine();
    assert!(!story().contains("overlaps") && story().ends_with("begins ends"), "{}", story());
}
