//! Many controllers, started by a job engine: the script of `docs/many-machines.md`, run by Slurm on a host of the lab.

use crate::lab::{Host, Lab, root};
use std::fs;
use std::path::Path;

const PLAYBOOK: &str = r#"
- hosts: all
  gather_facts: false
  tasks:
    - copy: {content: "{{ inventory_hostname }}\n", dest: /srv/part}
"#;

/// Slurm as small as it gets: this one machine is controller and node, and may take all tasks at once.
const SLURM: &str = r"set -e; export DEBIAN_FRONTEND=noninteractive
apt-get -qq update; apt-get -qq install -y --no-install-recommends slurmctld slurmd munge >/dev/null 2>&1
mkdir -p /etc/slurm /var/spool/slurmctld /var/spool/slurmd
cat >/etc/slurm/slurm.conf <<END
ClusterName=lab
SlurmctldHost=$(hostname)
SlurmUser=root
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
NodeName=$(hostname) CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP OverSubscribe=FORCE:8
END
systemctl restart munge slurmctld slurmd
until sinfo -h -o %t | grep -q idle; do sleep 0.2; done";

#[test]
fn slurm_shares_the_hosts_out() {
    let lab = Lab::new();
    let engine = lab.up("engine", &[]);
    let hosts = ["one", "two", "three", "four"].map(|name| lab.up(name, &[]));
    engine.sh(SLURM);
    prepare(&engine, &hosts);
    engine.sh("cd /root/project && sbatch --wait job.sh");
    for host in &hosts {
        assert_eq!(host.sh("cat /srv/part"), format!("{}\n", host.name));
    }
    let told = engine.sh("cd /root/project && provision report --output json run-*.json");
    let told: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    for host in &hosts {
        assert_eq!(told["hosts"][host.name]["changed"], 1, "{told}");
    }
    let logs = engine.sh("cat /root/project/run-*.log");
    assert_eq!(logs, "", "nothing went wrong");
}

/// The program, a project and a key, as an administrator would lay them down on the machine.
fn prepare(engine: &Host, hosts: &[Host]) {
    engine.sh("mkdir -p /root/project /root/.ssh; chmod 700 /root/.ssh");
    let program = Path::new(env!("CARGO_BIN_EXE_provision"));
    for name in ["provision", "provision-agent"] {
        engine.put(
            &fs::read(program.with_file_name(name)).unwrap(),
            &format!("/usr/local/bin/{name}"),
            0o755,
        );
    }
    engine.put(&fs::read(Lab::key()).unwrap(), "/root/.ssh/id_ed25519", 0o600);
    let known: String = hosts.iter().map(Host::known_hosts).collect();
    engine.put(known.as_bytes(), "/root/.ssh/known_hosts", 0o600);
    let entries = hosts.iter().map(|host| format!("    {}: {{ansible_host: {}}}\n", host.name, host.address));
    let inventory = format!("all:\n  hosts:\n{}", entries.collect::<String>());
    engine.put(inventory.as_bytes(), "/root/project/hosts.yml", 0o644);
    engine.put(b"[defaults]\ninventory = hosts.yml\n", "/root/project/ansible.cfg", 0o644);
    engine.put(PLAYBOOK.as_bytes(), "/root/project/site.yml", 0o644);
    engine.put(script().as_bytes(), "/root/project/job.sh", 0o755);
}

/// The script that the documentation shows.
fn script() -> String {
    let page = fs::read_to_string(root().join("docs/many-machines.md")).unwrap();
    let lines = page.lines().skip_while(|line| *line != "    #!/bin/bash");
    lines.map_while(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect()
}
