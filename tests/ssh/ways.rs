//! Ways to a host: jump hosts, programs, the system's `ssh`, this machine.

use crate::agent::greeting;
use crate::sshd::{World, available, user};
use provision::ssh::{Become, FailureKind, Kind, Method, Origin, Target};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

fn with_ssh(world: &World) -> Origin {
    Origin { ssh: Some(PathBuf::from("/usr/bin/ssh")), ..world.origin() }
}

/// Two hosts: one is on the way to the other.
fn two(world: &mut World) -> (u16, u16) {
    let bastion = world.host("");
    let port = world.sshd(&["host"], "");
    world.record(port, "host.pub");
    (bastion, port)
}

fn config(world: &World, bastion: u16) -> PathBuf {
    let text = format!(
        "Host bastion\n  HostName 127.0.0.1\n  Port {bastion}\n  UserKnownHostsFile {}\n  IdentityFile {}\n",
        world.path("home/.ssh/known_hosts").display(),
        world.path("home/.ssh/id_ed25519").display(),
    );
    world.write("config", &text);
    world.path("config")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_is_shared_by_the_hosts_behind_it() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let (bastion, port) = two(&mut world);
    let config = Some(config(&world, bastion));
    let target = Target { arguments: vec!["-J bastion".to_owned()], config, ..world.target(port) };
    for origin in [world.origin(), with_ssh(&world)] {
        let target = match &origin.ssh {
            None => target.clone(),
            Some(_) => Target {
                known_hosts: vec![world.path("home/.ssh/known_hosts")],
                private_key: Some(world.path("home/.ssh/id_ed25519")),
                ..target.clone()
            },
        };
        let before = logins(&world, bastion);
        let dialer = world.dialer_of(origin, Arc::new(provision::ssh::Nobody));
        let (one, two) = tokio::join!(dialer.open(&target), dialer.open(&target));
        let (one, _two) = (one.unwrap(), two.unwrap());
        drop(dialer);
        let mut session = one.agent(&Become::nobody_else()).await.unwrap();
        assert!(greeting(&mut session).await.ends_with(&user()));
        assert_eq!(logins(&world, bastion) - before, 1);
    }
}

fn logins(world: &World, port: u16) -> usize {
    world.read(&format!("log-{port}")).matches("Accepted publickey").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn jump_hosts_stand_behind_one_another() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let (first, port) = two(&mut world);
    let second = world.sshd(&["host"], "");
    world.record(second, "host.pub");
    let file = config(&world, first);
    let more = format!(
        "Host second\n  Port {second}\nHost nested\n  Port {second}\n  ProxyJump bastion\nHost second nested\n  HostName 127.0.0.1\n"
    );
    world.write(
        "config",
        &(world.read("config")
            + &more
            + &world.read("config").replace("Host bastion", "Host *").replace(&format!("Port {first}"), "")),
    );
    for chain in ["bastion,second", "nested"] {
        let before = logins(&world, first);
        let arguments = vec![format!("-J {chain}")];
        let target = Target { arguments, config: Some(file.clone()), ..world.target(port) };
        let connection = world.dialer().open(&target).await.unwrap();
        assert_eq!(logins(&world, first) - before, 1, "{chain}");
        connection.agent(&Become::nobody_else()).await.map(drop).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_is_not_known_is_named() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let (bastion, port) = two(&mut world);
    let known = world.read("home/.ssh/known_hosts").replace(&format!(":{bastion} "), ":1 ");
    world.write("home/.ssh/known_hosts", &known);
    let config = Some(config(&world, bastion));
    let target = Target { arguments: vec!["-J bastion".to_owned()], config, ..world.target(port) };
    let failure = world.dialer().open(&target).await.err().unwrap();
    assert!(failure.to_string().starts_with("the host key of `bastion` is not known"), "{failure}");
    assert!(failure.hints().iter().any(|hint| hint.contains("on the way to `web1`")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_leads_to_the_host() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let (bastion, port) = two(&mut world);
    let config = config(&world, bastion);
    let through = format!("-o 'ProxyCommand=ssh -F {} -W %h:%p bastion'", config.display());
    let target = Target { arguments: vec![through], ..world.target(port) };
    let connection = world.dialer().open(&target).await.unwrap();
    assert!(connection.agent(&Become::nobody_else()).await.unwrap().delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_systems_ssh_carries_the_stream() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let port = world.host("");
    world.write("own-ssh", "#!/bin/sh\nexec ssh -F none \"$@\"\n");
    fs::set_permissions(world.path("own-ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    let target = Target {
        executable: Some(world.path("own-ssh")),
        known_hosts: vec![world.path("home/.ssh/known_hosts")],
        private_key: Some(world.path("home/.ssh/id_ed25519")),
        ..world.target(port)
    };
    let connection = world.dialer().open(&target).await.unwrap();
    for delivered in [true, false] {
        let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
        assert_eq!(session.delivered, delivered);
        greeting(&mut session).await;
    }
    world.write("home/.ssh/known_hosts", "");
    let connection = world.dialer().open(&target).await.unwrap();
    let failure = connection.agent(&Become::nobody_else()).await.err().unwrap();
    assert!(matches!(failure.kind, FailureKind::HostKey(_)), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_needs_no_connection() {
    let world = World::new();
    fs::set_permissions(world.path("agents/provision-agent"), fs::Permissions::from_mode(0o755)).unwrap();
    let target = Target { kind: Kind::Local, ..Target::named("localhost") };
    let connection = world.dialer().open(&target).await.unwrap();
    let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
    assert!(greeting(&mut session).await.ends_with(&user()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_of_this_machine_is_become() {
    if user() != "root" || !PathBuf::from("/usr/bin/sudo").exists() {
        eprintln!("skipped: this is not root, or there is no sudo");
        return;
    }
    let world = World::new();
    let target = Target { kind: Kind::Local, ..Target::named("localhost") };
    let connection = world.dialer().open(&target).await.unwrap();
    for method in [Method::Sudo, Method::Su] {
        let mut session = connection.agent(&Become::user(method, "games")).await.unwrap();
        let said = greeting(&mut session).await;
        let (path, user) = said.rsplit_once(' ').unwrap();
        assert_eq!(user, "games");
        fs::remove_file(path).unwrap();
        let _ = fs::remove_dir(PathBuf::from(path).parent().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_are_not_there_are_unreachable() {
    let world = World::new();
    let refused = world.dialer().open(&world.target(1)).await.err().unwrap();
    assert_eq!(refused.to_string(), "cannot reach `web1`: `127.0.0.1:1`: connection refused");
    let unknown = Target { address: Some("web1.invalid".to_owned()), ..world.target(1) };
    let unknown = world.dialer().open(&unknown).await.err().unwrap();
    assert!(unknown.to_string().contains("the name `web1.invalid` is not known"), "{unknown}");
}
