//! The verdict on host keys is that of OpenSSH, for every case of a table and every strictness.

use crate::sshd::{World, available, run, user};
use provision::ssh::{FailureKind, HostKey, Target};
use std::collections::HashMap;
use std::fs;
use std::process::Command;

const CASES: &str = include_str!("known_hosts.txt");

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Trusted,
    Unknown,
    Changed,
    Revoked,
}

/// Name, host, lines.
fn cases() -> Vec<(String, String, String)> {
    let blocks = CASES.trim_end().split("\n== ").skip(1);
    let case = |block: &str| {
        let (heading, lines) = block.split_once('\n').unwrap_or((block, ""));
        let (name, host) = heading.split_once(": ").unwrap();
        let lines = lines.replace("\\r", "\r").replace("\\t", "\t");
        (name.to_owned(), host.to_owned(), format!("{lines}\n"))
    };
    blocks.map(case).collect()
}

fn prepare(world: &mut World) -> HashMap<&'static str, u16> {
    for (name, kind) in
        [("ed", "ed25519"), ("ec", "ecdsa"), ("rsa", "rsa"), ("other", "ed25519"), ("ca", "ed25519")]
    {
        world.key(name, kind, "");
    }
    let always = "-5m:+1h";
    for (name, principal, valid) in [
        ("cert", "127.0.0.1", always),
        ("old", "127.0.0.1", "20200101:20200102"),
        ("wrong", "web7", always),
        ("star", "127.*", always),
    ] {
        let (ca, ed) = (world.path("ca"), world.path("ed.pub"));
        let arguments = ["-q", "-h", "-I", name, "-n", principal, "-V", valid, "-s", ca.to_str().unwrap()];
        run("ssh-keygen", &[&arguments[..], &[ed.to_str().unwrap()]].concat());
        fs::rename(world.path("ed-cert.pub"), world.path(&format!("{name}.pub"))).unwrap();
    }
    let mut ports =
        HashMap::from([("all", world.sshd(&["ed", "ec", "rsa"], "")), ("rsa", world.sshd(&["rsa"], ""))]);
    for name in ["cert", "old", "wrong", "star"] {
        let line = format!("HostCertificate {}\n", world.path(&format!("{name}.pub")).display());
        ports.insert(name, world.sshd(&["ed"], &line));
    }
    ports
}

fn fill(world: &World, lines: &str, port: u16) -> String {
    let key = |name: &str| {
        let text = world.read(&format!("{name}.pub"));
        text.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned()
    };
    let mut filled =
        lines.replace("{at}", &format!("[127.0.0.1]:{port}")).replace("{port}", &port.to_string());
    for name in ["ed", "ec", "rsa", "other", "ca", "cert"] {
        filled = filled.replace(&format!("{{{name}}}"), &key(name));
    }
    filled = filled.replace("{ed-blob}", key("ed").split(' ').nth(1).unwrap());
    filled = filled.replace("{hashed}", &hashed(world, &format!("[127.0.0.1]:{port}")));
    filled.replace("{hashed-bare}", &hashed(world, "127.0.0.1"))
}

/// A name hashed by `ssh-keygen`.
fn hashed(world: &World, name: &str) -> String {
    let file = world.path("to-hash");
    fs::write(&file, format!("{name} {}", world.read("ed.pub"))).unwrap();
    run("ssh-keygen", &["-q", "-H", "-f", file.to_str().unwrap()]);
    fs::read_to_string(&file).unwrap().split(' ').next().unwrap().to_owned()
}

fn by_ssh(world: &World, port: u16, strict: &str) -> Verdict {
    let known = world.path("known");
    let mut ssh = Command::new("ssh");
    ssh.args([
        "-F",
        "none",
        "-o",
        "BatchMode=yes",
        "-o",
        "GlobalKnownHostsFile=/dev/null",
        "-o",
        "IdentityAgent=none",
    ]);
    ssh.arg("-o").arg(format!("StrictHostKeyChecking={strict}"));
    ssh.arg("-o").arg(format!("UserKnownHostsFile={}", known.display()));
    ssh.arg("-i").arg(world.path("home/.ssh/id_ed25519")).args([
        "-p",
        &port.to_string(),
        "-l",
        &user(),
        "127.0.0.1",
        "true",
    ]);
    let output = ssh.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match () {
        () if output.status.success() => Verdict::Trusted,
        () if said.contains("REVOKED HOST KEY") => Verdict::Revoked,
        () if said.contains("IDENTIFICATION HAS CHANGED") => Verdict::Changed,
        () if said.contains("Host key verification failed") => Verdict::Unknown,
        () => panic!("ssh says: {said}"),
    }
}

async fn by_us(world: &World, port: u16, strict: &str) -> Verdict {
    let target = Target {
        known_hosts: vec![world.path("known")],
        arguments: vec![format!("-o StrictHostKeyChecking={strict}")],
        ..world.target(port)
    };
    match world.dialer().open(&target).await.err().map(|failure| failure.kind) {
        None => Verdict::Trusted,
        Some(FailureKind::HostKey(HostKey::Unknown { .. })) => Verdict::Unknown,
        Some(FailureKind::HostKey(HostKey::Changed { .. })) => Verdict::Changed,
        Some(FailureKind::HostKey(HostKey::Revoked { .. })) => Verdict::Revoked,
        Some(other) => panic!("{other:?}"),
    }
}

/// Differences that are meant: a key that is revoked under the name without its port is refused by us whatever the
/// strictness; OpenSSH forgets that it saw it, and goes on to take the key as new.
fn is_meant(name: &str, ssh: Verdict, us: Verdict) -> bool {
    name == "revoked without port"
        && us == Verdict::Revoked
        && matches!(ssh, Verdict::Trusted | Verdict::Unknown)
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_are_those_of_openssh() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let ports = prepare(&mut world);
    let mut wrong = Vec::new();
    for (name, host, lines) in cases() {
        let port = ports[host.as_str()];
        let filled = fill(&world, &lines, port);
        for strict in ["yes", "accept-new", "no"] {
            world.write("known", &filled);
            let ssh = by_ssh(&world, port, strict);
            let recorded_by_ssh = world.read("known").lines().count();
            world.write("known", &filled);
            let us = by_us(&world, port, strict).await;
            let recorded_by_us = world.read("known").lines().count();
            if (ssh != us || recorded_by_ssh != recorded_by_us) && !is_meant(&name, ssh, us) {
                wrong.push(format!(
                    "{name} ({strict}): ssh {ssh:?} +{recorded_by_ssh}, we {us:?} +{recorded_by_us}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
