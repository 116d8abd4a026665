//! What the kernel and Docker say of the containers.

use crate::lab::Host;
use serde_json::Value;

/// The components, as their units and containers are named.
pub const COMPONENTS: [&str; 6] = [
    "matrix-client-element",
    "matrix-coturn",
    "matrix-mailer",
    "matrix-nginx-proxy",
    "matrix-postgres",
    "matrix-synapse",
];

/// Every process in a container, by the kernel's own words.
pub fn processes_have_no_power(host: &Host) {
    let statuses = host.sh("for p in $(grep -ls docker /proc/[0-9]*/cgroup); do \
        p=${p%/cgroup}; grep -q kthread $p/status || { grep -qx 'docker.*' $p/comm || cat $p/status; echo; }; done");
    let all: Vec<&str> = statuses.split("\n\n").filter(|status| contained(status)).collect();
    assert!(all.len() >= COMPONENTS.len(), "{statuses}");
    for status in all {
        for (name, value) in [("NoNewPrivs", "1"), ("CapEff", NONE), ("CapPrm", NONE), ("CapInh", NONE)] {
            assert_eq!(field(status, name), [value], "{name}: {status}");
        }
        assert_eq!((field(status, "CapBnd"), field(status, "CapAmb")), (vec![NONE], vec![NONE]), "{status}");
        let ids = [field(status, "Uid"), field(status, "Gid")].concat();
        assert!(ids.len() == 8 && ids.iter().all(|id| *id != "0"), "{status}");
    }
}

const NONE: &str = "0000000000000000";

/// The daemons of Docker itself are in a cgroup of that name, too; what runs in a container has a name space of its own.
fn contained(status: &str) -> bool {
    field(status, "NSpid").len() > 1
        && !["dockerd", "containerd", "containerd-shim", "docker"].contains(&name(status))
}

fn name(status: &str) -> &str {
    field(status, "Name").first().copied().unwrap_or_default()
}

fn field<'a>(status: &'a str, name: &str) -> Vec<&'a str> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
    status.lines().find_map(value).map(|value| value.split_whitespace().collect()).unwrap_or_default()
}

/// How Docker was told to run them.
pub fn are_hardened(host: &Host) {
    let said: Value = serde_json::from_str(&host.sh("docker inspect $(docker ps -q)")).unwrap();
    let containers = said.as_array().unwrap();
    let mut names: Vec<&str> =
        containers.iter().map(|one| one["Name"].as_str().unwrap().trim_start_matches('/')).collect();
    names.sort_unstable();
    assert_eq!(names, COMPONENTS);
    for one in containers {
        let settings = &one["HostConfig"];
        assert_eq!(settings["LogConfig"]["Type"], "none", "{one}");
        assert_eq!(settings["ReadonlyRootfs"], true, "{one}");
        assert_eq!(settings["Privileged"], false, "{one}");
        assert_eq!(settings["CapAdd"], Value::Null, "{one}");
        let networks: Vec<&String> = one["NetworkSettings"]["Networks"].as_object().unwrap().keys().collect();
        // Who passes on what strangers send is alone in its network.
        let network = if one["Name"] == "/matrix-coturn" { "matrix-coturn" } else { "matrix" };
        assert_eq!(networks, [network], "{one}");
        assert!(!one["Mounts"].to_string().contains("docker.sock"), "{one}");
    }
}

/// Docker keeps no log, the journal does.
pub fn log_to_the_journal_alone(host: &Host, components: &[&str]) {
    for component in components {
        let kept = host.sh(&format!("docker logs {component} 2>/dev/null || true"));
        assert_eq!(kept, "", "{component}");
        let lines =
            host.sh(&format!("journalctl -q -o cat -u {component} SYSLOG_IDENTIFIER={component} | wc -l"));
        assert!(lines.trim().parse::<u32>().unwrap() > 0, "{component} says nothing in the journal");
    }
}
