//! Logging in with keys of every kind.

use crate::agent::greeting;
use crate::sshd::{World, available, run};
use provision::ssh::{Asker, Become, Failure, FailureKind, Origin, Secret, Target};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Answers every question with the same secret, and remembers the questions.
#[derive(Default)]
struct Answering {
    answer: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Asker for Answering {
    fn secret(&self, prompt: &str) -> Option<Secret> {
        self.asked.lock().unwrap().push(prompt.to_owned());
        Some(Secret::new(self.answer))
    }

    fn confirm(&self, question: &str) -> bool {
        self.asked.lock().unwrap().push(question.to_owned());
        true
    }

    fn warn(&self, _: &str) {}
}

/// A host that lets in whoever has one of these keys.
fn host_for(world: &mut World, keys: &[&str], more: &str) -> u16 {
    let public: String = keys.iter().map(|key| world.read(&format!("{key}.pub"))).collect();
    world.write("authorized_keys", &public);
    world.host(more)
}

async fn enters(world: &World, target: Target) -> Result<(), Failure> {
    world.dialer().open(&target).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_all_types_are_let_in() {
    if !available() {
        return;
    }
    let mut world = World::new();
    for kind in ["rsa", "ecdsa", "ed25519"] {
        world.key(kind, kind, "");
    }
    let (pkcs8, pem) = (world.path("rsa-pem"), world.path("rsa"));
    fs::copy(&pem, &pkcs8).unwrap();
    run("ssh-keygen", &["-q", "-p", "-m", "PEM", "-N", "", "-f", pkcs8.to_str().unwrap()]);
    let port = host_for(&mut world, &["rsa", "ecdsa", "ed25519"], "");
    for key in ["rsa", "ecdsa", "ed25519", "rsa-pem"] {
        let target = Target { private_key: Some(world.path(key)), ..world.target(port) };
        enters(&world, target).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_is_asked_for_once_for_all_hosts() {
    if !available() {
        return;
    }
    let mut world = World::new();
    world.key("locked", "ed25519", "open sesame");
    let port = host_for(&mut world, &["locked"], "");
    let target = Target { private_key: Some(world.path("locked")), ..world.target(port) };
    let asker = Arc::new(Answering { answer: "open sesame", ..Answering::default() });
    let dialer = world.dialer_of(world.origin(), asker.clone());
    let (one, two) = tokio::join!(dialer.open(&target), dialer.open(&target));
    one.and(two).unwrap();
    assert_eq!(asker.asked.lock().unwrap().len(), 1);

    let failure = enters(&world, target.clone()).await.unwrap_err();
    assert!(failure.hints().iter().any(|hint| hint.contains("has a passphrase")), "{:?}", failure.hints());

    let known = Target { passphrase: Some(Secret::new("open sesame")), ..target };
    enters(&world, known).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_is_not_asked_for_where_the_host_does_not_know_the_key() {
    if !available() {
        return;
    }
    let mut world = World::new();
    world.key("locked", "ed25519", "open sesame");
    let port = host_for(&mut world, &["home/.ssh/id_ed25519"], "");
    let target = Target { private_key: Some(world.path("locked")), ..world.target(port) };
    let asker = Arc::new(Answering { answer: "open sesame", ..Answering::default() });
    let failure = world.dialer_of(world.origin(), asker.clone()).open(&target).await.err().unwrap();
    assert!(matches!(failure.kind, FailureKind::Auth { .. }));
    assert_eq!(*asker.asked.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_let_in() {
    if !available() {
        return;
    }
    let mut world = World::new();
    world.key("ca", "ed25519", "");
    world.key("me", "ed25519", "");
    let (ca, me) = (world.path("ca"), world.path("me.pub"));
    let user = crate::sshd::user();
    run("ssh-keygen", &["-q", "-I", "me", "-n", &user, "-s", ca.to_str().unwrap(), me.to_str().unwrap()]);
    let trusted = format!("TrustedUserCAKeys {}\n", world.path("ca.pub").display());
    let port = host_for(&mut world, &[], &trusted);
    let target = Target { private_key: Some(world.path("me")), ..world.target(port) };
    enters(&world, target.clone()).await.unwrap();

    // The key in ssh-agent, the certificate in a file.
    fs::rename(world.path("me-cert.pub"), world.path("mine")).unwrap();
    let agent = KeyAgent::start(&world, &["me"]);
    fs::remove_file(world.path("me")).unwrap();
    let origin = Origin { agent_socket: Some(agent.socket.clone()), ..world.origin() };
    let dialer = world.dialer_of(origin, Arc::new(Answering::default()));
    let file = format!("-o CertificateFile={}", world.path("mine").display());
    let with_file = Target { arguments: vec![file], ..world.target(port) };
    dialer.open(&with_file).await.map(drop).unwrap();
    assert!(dialer.open(&target).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_others_can_read_is_not_used() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let port = world.host("");
    run("chmod", &["644", world.path("home/.ssh/id_ed25519").to_str().unwrap()]);
    let failure = enters(&world, world.target(port)).await.unwrap_err();
    assert!(failure.hints().iter().any(|hint| hint.contains("chmod 600")), "{:?}", failure.hints());
}

/// An ssh-agent with some keys in it.
struct KeyAgent {
    child: Child,
    socket: PathBuf,
}

impl KeyAgent {
    fn start(world: &World, keys: &[&str]) -> KeyAgent {
        let socket = world.path("socket");
        let child =
            Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        while !socket.exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        for key in keys {
            let mut add = Command::new("ssh-add");
            add.arg("-q").arg(world.path(key)).env("SSH_AUTH_SOCK", &socket);
            assert!(add.status().unwrap().success());
        }
        KeyAgent { child, socket }
    }
}

impl Drop for KeyAgent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_ssh_agent_are_let_in() {
    if !available() {
        return;
    }
    let mut world = World::new();
    for (name, kind) in [("held", "rsa"), ("held2", "ed25519"), ("away", "ed25519")] {
        world.key(name, kind, "");
    }
    let agent = KeyAgent::start(&world, &["held2", "held"]);
    for name in ["held", "held2"] {
        fs::remove_file(world.path(name)).unwrap();
    }
    let port = host_for(&mut world, &["held"], "");
    let origin = Origin { agent_socket: Some(agent.socket.clone()), ..world.origin() };
    let dialer = world.dialer_of(origin, Arc::new(Answering::default()));
    dialer.open(&world.target(port)).await.map(drop).unwrap();

    let only = |word: &str| Target {
        arguments: vec!["-o IdentitiesOnly=yes".to_owned()],
        private_key: Some(world.path(word)),
        ..world.target(port)
    };
    let failure = dialer.open(&only("away")).await.err().unwrap();
    let FailureKind::Auth { tried, .. } = failure.kind else { panic!("{failure}") };
    assert_eq!(tried, [format!("key `{}`", world.path("away").display())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_may_use_ssh_agent_where_it_is_forwarded() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let agent = KeyAgent::start(&world, &["home/.ssh/id_ed25519"]);
    world.write(
        "agents/provision-agent",
        "#!/bin/sh\nprintf '\\036provision-agent\\036\\n'\nssh-add -l 2>&1\n",
    );
    let port = world.host("");
    let origin = Origin { agent_socket: Some(agent.socket.clone()), ..world.origin() };
    let dialer = world.dialer_of(origin, Arc::new(Answering::default()));
    for (argument, expected) in [("-A", "home/.ssh/id_ed25519"), ("-a", "Could not open a connection")] {
        let target = Target { arguments: vec![argument.to_owned()], ..world.target(port) };
        let connection = dialer.open(&target).await.unwrap();
        let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
        let said = greeting(&mut session).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_keys_end_with_advice() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let names: Vec<_> = (0..8).map(|n| format!("k{n}")).collect();
    names.iter().for_each(|name| world.key(name, "ed25519", ""));
    let port = host_for(&mut world, &["k7"], "MaxAuthTries 3\n");
    let arguments = names.iter().map(|name| format!("-i {}", world.path(name).display())).collect();
    let failure = enters(&world, Target { arguments, ..world.target(port) }).await.unwrap_err();
    assert!(
        failure.hints().iter().any(|hint| hint.contains("MaxAuthTries")),
        "{failure} {:?}",
        failure.hints()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_host_is_asked_about_and_recorded() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let port = world.host("");
    world.write("home/.ssh/known_hosts", "");
    let failure = enters(&world, world.target(port)).await.unwrap_err();
    assert!(failure.hints()[0].contains("provision trust web1"), "{:?}", failure.hints());
    let asker = Arc::new(Answering::default());
    world.dialer_of(world.origin(), asker.clone()).open(&world.target(port)).await.map(drop).unwrap();
    assert!(asker.asked.lock().unwrap()[0].contains("SHA256:"));
    enters(&world, world.target(port)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_trusted_after_trust() {
    if !available() {
        return;
    }
    let mut world = World::new();
    for (name, kind) in [("a", "ed25519"), ("b", "ecdsa"), ("c", "rsa")] {
        world.key(name, kind, "");
    }
    let port = world.sshd(&["a", "b", "c"], "");
    let dialer = world.dialer();
    let found = dialer.keys_of(&world.target(port)).await.unwrap();
    let kinds: Vec<_> = found.keys.iter().map(|shown| shown.kind.as_str()).collect();
    assert_eq!(kinds, ["ED25519", "ECDSA", "RSA"]);
    for (shown, file) in found.keys.iter().zip(["a.pub", "b.pub", "c.pub"]) {
        let line = run("ssh-keygen", &["-l", "-f", world.path(file).to_str().unwrap()]);
        assert_eq!(line.split(' ').nth(1).unwrap(), shown.fingerprint);
        let picture = run("ssh-keygen", &["-lv", "-f", world.path(file).to_str().unwrap()]);
        assert_eq!(picture.lines().nth(4).unwrap(), shown.picture.lines().nth(3).unwrap());
    }
    assert!(found.conflict().is_none());
    found.record(&found.keys.iter().collect::<Vec<_>>()).unwrap();
    enters(&world, world.target(port)).await.unwrap();
    assert_eq!(world.read("home/.ssh/known_hosts").lines().count(), 3);

    world.key("d", "ed25519", "");
    let other = world.sshd(&["d"], "");
    let known = world.read("home/.ssh/known_hosts").replace(&port.to_string(), &other.to_string());
    world.write("home/.ssh/known_hosts", &known);
    let found = dialer.keys_of(&world.target(other)).await.unwrap();
    assert!(found.conflict().unwrap().to_string().contains("has changed"));
}
