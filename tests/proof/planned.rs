//! Every combination of components is planned on a host: a dry run each.

use crate::combinations::{Combination, telling};
use crate::lab::{Host, Lab};
use crate::project::Project;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many are planned by one run: each has an agent on the host for as long as it lasts.
const AT_ONCE: usize = 12;

#[test]
fn every_combination_is_planned_on_a_host() {
    let lab = Lab::new();
    let host = lab.up("plan", &["--preload"]);
    let project = Project::matrix_with(&[(&host, String::new())]);
    let connection = project.connection(&host);
    // With EVERY_COMBINATION=1, those too that tell nothing new.
    let every = std::env::var_os("EVERY_COMBINATION").is_some();
    let planned = if every { Combination::all() } else { telling(|one| entry(one, &connection)) };
    println!("{} of {} combinations are planned", planned.len(), Combination::all().len());
    let mut units = BTreeSet::new();
    for some in planned.chunks(AT_ONCE) {
        let hosts: String = some.iter().map(|one| entry(*one, &connection)).collect();
        project.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n{hosts}"));
        let events = project.events(&["--dry-run", "--forks", "4", "--timeout", "60"]);
        some.iter().for_each(|one| is_planned(*one, &events));
        units.extend(events.iter().flat_map(units_of));
    }
    assert!(!host.holds("test -e /matrix"), "a dry run left something");
    verify(&host, units);
}

/// The same host under a name of the combination's own: with and without TLS and workers by turns.
fn entry(one: Combination, connection: &str) -> String {
    let turns =
        ["postgres", "mailer", "coturn", "bridge_mautrix_whatsapp"].iter().filter(|name| one.on(name));
    let turn = turns.count();
    one.host(connection, ["none", "self-signed", "acme"][turn % 3], turn % 2 == 0)
}

fn is_planned(one: Combination, events: &[Value]) {
    let recap = events.iter().find(|event| event["event"] == "recap").unwrap();
    let counts = &recap["hosts"][&format!("c{:04}", one.number())];
    for bad in ["failed", "unreachable"] {
        assert_eq!(counts[bad], 0, "{}: {counts}", one.number());
    }
    assert!(counts["changed"].as_u64() > Some(3), "{}: {counts}", one.number());
}

/// The units that a change would write: name and text.
fn units_of(event: &Value) -> Vec<(String, String)> {
    let changes = event["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let unit = |change: &Value| {
        let name = change["title"].as_str()?.strip_prefix("/etc/systemd/system/")?.to_owned();
        Some((name, change["text"]["after"].as_str()?.to_owned()))
    };
    changes.iter().filter_map(unit).collect()
}

/// Systemd's own word for each different unit.
fn verify(host: &Host, units: BTreeSet<(String, String)>) {
    let worker = units.iter().find(|(name, _)| name == "matrix-synapse-worker-2.service");
    assert!(units.len() > 30 && worker.is_some(), "{units:#?}");
    // What units call is not there in a dry run.
    let called = "/matrix/nginx-proxy/acme/acme.sh /matrix/postgres/backup.sh";
    host.sh(&format!("for file in {called}; do install -D /bin/true $file; done"));
    // A command line holds 128 KiB.
    for some in units.into_iter().collect::<Vec<_>>().chunks(10) {
        let lay = |(number, (name, text)): (usize, &(String, String))| {
            format!("mkdir -p /tmp/units/{number}; cat >/tmp/units/{number}/{name} <<'END'\n{text}END\n")
        };
        let lay: String = some.iter().enumerate().map(lay).collect();
        let verify = "for unit in /tmp/units/*/*; do systemd-analyze verify --man=no $unit 2>&1; done";
        assert_eq!(host.sh(&format!("rm -rf /tmp/units; {lay}{verify}")), "");
    }
}
