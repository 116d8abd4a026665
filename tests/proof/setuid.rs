//! What a setuid program in an image gains: all that Docker grants by default where nothing is said, and nothing here.

use crate::lab::{Host, Lab, until};
use crate::project::Project;

const PLAYBOOK: &str = "
- hosts: all
  gather_facts: false
  tasks:
    - docker_network: {name: trial}
    - component:
        name: trial
        state: started
        image: docker.io/provision-lab/setuid-trial:latest
        user: '4321:4321'
        networks: [trial]
        stays_up: 1
";

#[test]
fn a_setuid_program_gains_nothing_in_a_component() {
    let lab = Lab::new();
    let host = lab.up("host", &["--preload"]);
    Project::of_playbook(PLAYBOOK, &[&host]).run(&[]).fine();
    until("the container runs", || host.holds("docker exec trial true"));
    let inside = |command: &str| format!("docker exec trial {command}");
    let id = |command: String| host.sh(&command).trim().to_owned();
    assert_eq!(id(inside("setuid-id -u")), "4321", "it became root");
    assert!(!host.holds(&inside("setuid-cat /etc/shadow")), "it read what only root may");
    assert!(power(&host, &inside("setuid-cat /proc/self/status")).ends_with("0000000000000000"));

    // The same image without these defaults: this is what they are for.
    let bare = "docker run --rm --user 4321:4321 --network trial docker.io/provision-lab/setuid-trial:latest";
    assert_eq!(id(format!("{bare} setuid-id -u")), "0");
    assert!(host.holds(&format!("{bare} setuid-cat /etc/shadow")));
    assert!(!power(&host, &format!("{bare} setuid-cat /proc/self/status")).ends_with("0000000000000000"));
}

/// The capabilities that are in effect for the program that prints them.
fn power(host: &Host, command: &str) -> String {
    host.sh(&format!("{command} | grep CapEff")).trim().to_owned()
}
