//! What a host far away costs: round trips and bytes of a run that finds everything as it should be.

#[path = "../bench/proxy.rs"]
mod proxy;

use crate::lab::{Host, Lab};
use crate::project::{Project, changed};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Long, so that what the machine itself needs is little beside it.
const ROUND_TRIP: Duration = Duration::from_secs(1);

/// The most round trips of a run, the handshake included, whose tasks do not depend on one another.
const MOST_ROUND_TRIPS: f64 = 12.0;

/// The most bytes for a task that changes nothing, in both directions together.
const MOST_BYTES: u64 = 200;

const GROUPS: u64 = 50;

/// Tasks of six kinds, none of which depends on another.
fn playbook() -> String {
    let mut text = "- hosts: all\n  gather_facts: false\n  tasks:\n".to_owned();
    for n in 0..GROUPS {
        let at = format!("/srv/far/{n}");
        write!(
            text,
            "    - file: {{path: {at}, state: directory, mode: '0755'}}
    - copy: {{content: 'number {n}', dest: {at}/copied, mode: '0644'}}
    - lineinfile: {{path: {at}/lines, line: 'line {n}', create: true, mode: '0644'}}
    - command: touch {at}/made
      args: {{creates: {at}/made}}
    - stat: {{path: {at}/copied}}
    - file: {{src: copied, dest: {at}/link, state: link}}
"
        )
        .unwrap();
    }
    text
}

/// How long a run takes through so long a line, and the bytes that it sent and received.
fn through(host: &Host, project: &Project, round_trip: Duration) -> (Duration, u64) {
    let counted = Arc::new(proxy::Counted::default());
    let target = format!("{}:22", host.address).parse().unwrap();
    let port = proxy::open(target, round_trip, counted.clone()).unwrap();
    let known = host.known_hosts();
    let keys = known.lines().filter_map(|line| line.split_once(' '));
    let keys: String = keys.map(|(_, key)| format!("[127.0.0.1]:{port} {key}\n")).collect();
    project.write("known_hosts", &keys);
    let start = Instant::now();
    let port = format!("ansible_port={port}");
    project.run(&["-e", "ansible_host=127.0.0.1", "-e", &port, "site.yml"]).fine();
    let time = start.elapsed();
    (time, counted.up.load(Ordering::Relaxed) + counted.down.load(Ordering::Relaxed))
}

#[test]
fn a_host_far_away_costs_few_round_trips_and_few_bytes() {
    let lab = Lab::new();
    let host = lab.up("far", &["--user", "deploy"]);
    let project =
        Project::of_playbook(&playbook().replace("hosts: all", "hosts: all\n  become: true"), &[&host]);
    through(&host, &project, Duration::ZERO);
    project.know(&[&host]);
    assert_eq!(changed(&project.events(&["--dry-run"]), host.name), 0);
    let near = (0..3).map(|_| through(&host, &project, Duration::ZERO)).max().unwrap();
    let (far, bytes) = through(&host, &project, ROUND_TRIP);
    let trips = far.saturating_sub(near.0).as_secs_f64() / ROUND_TRIP.as_secs_f64();
    println!("{trips:.1} round trips, {} bytes a task; {:?} and {far:?}", bytes / (6 * GROUPS), near.0);
    assert!(trips <= MOST_ROUND_TRIPS, "{trips:.1} round trips");
    assert!(bytes <= 6 * GROUPS * MOST_BYTES, "{bytes} bytes for {} tasks", 6 * GROUPS);
}
