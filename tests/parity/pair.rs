//! Two fresh hosts, for one program after the other: the same names, the same addresses.

use crate::case::Case;
use crate::host;
use crate::lab::{Host, Lab};
use crate::place::Place;
use crate::program::Program;
use crate::tree;
use std::fs;

/// What each host is given: Python for Ansible, and a user whose sudo asks nothing.
const OPTIONS: &[&str] = &["--python", "--user", "deploy"];

/// The runs of a case: what they print, what they change on each host, and the files that are left on this machine.
pub fn runs(case: &Case, program: &Program) -> Vec<String> {
    let lab = Lab::new();
    let hosts = ["one", "two"].map(|name| lab.up(name, OPTIONS));
    let place = Place::of(case);
    write_inventory(&place, &hosts);
    let run = |line: &String| {
        let before = hosts.each_ref().map(host::lines);
        let printed = place.run(case, program, line);
        let changes = hosts.iter().zip(before).map(|(host, before)| host::changes(host, &before));
        let text = printed + &changes.collect::<String>() + &tree::listed(&place.work);
        // Labs have networks of their own.
        let network = hosts[0].address.rsplit_once('.').unwrap().0;
        text.replace(network, "NETWORK")
    };
    case.lines().iter().map(run).collect()
}

/// The hosts, and one that nobody can reach. Tasks say themselves where they want another user.
fn write_inventory(place: &Place, hosts: &[Host; 2]) {
    let known = place.project.join("known_hosts");
    fs::write(&known, hosts.iter().map(Host::known_hosts).collect::<String>()).unwrap();
    let is_login =
        |line: &&str| line.contains("ansible_user:") || line.contains("ansible_ssh_private_key_file:");
    let login: Vec<String> =
        hosts[0].inventory().lines().filter(is_login).map(|line| format!("    {}\n", line.trim())).collect();
    let entries = hosts.iter().map(|host| format!("    {}: {{ansible_host: {}}}\n", host.name, host.address));
    let text = format!(
        "servers:\n  hosts:\n{}gone:\n  hosts:\n    lost: {{ansible_host: 127.0.0.1, ansible_port: 1}}\n\
         all:\n  vars:\n{}    ansible_python_interpreter: /usr/bin/python3\n    \
         ansible_ssh_common_args: -F none -o UserKnownHostsFile={}\n",
        entries.collect::<String>(),
        login.concat(),
        known.display()
    );
    fs::write(place.project.join("hosts"), text).unwrap();
}
