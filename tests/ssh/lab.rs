//! Hosts of the lab: sudo, su and doas as distributions set them up, homes without programs, login shells of all kinds.
//!
//! They need root, as the lab does (`tests/lab`).

use crate::agent::greeting;
use crate::sshd::{World, run};
use provision::ssh::{
    Asker, Become, Connection, Dialer, Failure, FailureKind, Method, Nobody, Refusal, Secret, Target,
};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

/// The lab's program.
const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/lab");

/// A host of the lab, taken down when it is not needed any more.
struct Host {
    world: World,
    name: String,
    address: String,
}

impl Host {
    /// Starts a host, with a login user `deploy`.
    fn up(name: &str, options: &[&str]) -> Host {
        let name = format!("ssh-{name}");
        let world = World::new();
        let key = world.path("home/.ssh/id_ed25519.pub");
        let more = ["--user", "deploy", "--key", key.to_str().unwrap()];
        let arguments = [&["up", &name], options, &more].concat();
        let said = run(LAB, &arguments);
        let address = said.trim().split(' ').next_back().unwrap().to_owned();
        let host = Host { world, name, address };
        let known = run(LAB, &["known-hosts", &host.name]);
        host.world.write("home/.ssh/known_hosts", &known);
        host
    }

    fn exec(&self, command: &str) -> String {
        run(LAB, &["exec", &self.name, command])
    }

    fn target(&self, user: &str) -> Target {
        Target {
            address: Some(self.address.clone()),
            user: Some(user.to_owned()),
            config: Some(PathBuf::from("none")),
            ..Target::named(&self.name)
        }
    }

    fn dialer(&self) -> Dialer {
        self.world.dialer()
    }

    async fn open(&self, user: &str) -> Connection {
        self.dialer().open(&self.target(user)).await.unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = Command::new(LAB).args(["down", &self.name]).status();
    }
}

/// Who the agent says it is, and where it lies.
async fn whoami(connection: &Connection, identity: &Become) -> Result<(String, String), Failure> {
    let mut session = connection.agent(identity).await?;
    let said = greeting(&mut session).await;
    let (path, user) = said.rsplit_once(' ').unwrap();
    Ok((user.to_owned(), path.rsplit_once('/').unwrap().0.to_owned()))
}

fn with(method: Method, user: &str, password: &str) -> Become {
    Become { password: Some(Secret::new(password)), ..Become::user(method, user) }
}

fn refusal(failure: &Failure) -> &Refusal {
    match &failure.kind {
        FailureKind::Become { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

struct Knows(&'static str);

impl Asker for Knows {
    fn secret(&self, _: &str) -> Option<Secret> {
        Some(Secret::new(self.0))
    }

    fn confirm(&self, _: &str) -> bool {
        false
    }

    fn warn(&self, _: &str) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn sudo_with_a_password() {
    let host = Host::up("sudo", &["--sudo-password", "it's $5"]);
    host.exec("useradd -m app; echo Defaults lecture=always >/etc/sudoers.d/lecture");
    let connection = host.open("deploy").await;
    let root = ("root".to_owned(), "/root/.cache/provision/agent".to_owned());
    assert_eq!(whoami(&connection, &with(Method::Sudo, "root", "it's $5")).await.unwrap(), root);
    let app = ("app".to_owned(), "/home/app/.cache/provision/agent".to_owned());
    assert_eq!(whoami(&connection, &with(Method::Sudo, "app", "it's $5")).await.unwrap(), app);

    let failure = whoami(&connection, &with(Method::Sudo, "root", "wrong")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordWrong, "{failure}");
    let failed = host.exec("journalctl -q _COMM=sudo | grep -c 'incorrect password attempt' || true");
    assert_eq!(failed.trim(), "1");

    let failure = whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordNeeded, "{failure}");
    let failure = whoami(&connection, &with(Method::Sudo, "nobody-such", "it's $5")).await.unwrap_err();
    assert!(matches!(refusal(&failure), Refusal::Said(said) if said.contains("nobody-such")), "{failure}");

    let dialer = host.world.dialer_of(host.world.origin(), Arc::new(Knows("it's $5")));
    let connection = dialer.open(&host.target("deploy")).await.unwrap();
    let asking = Become { ask: true, ..Become::user(Method::Sudo, "root") };
    assert_eq!(whoami(&connection, &asking).await.unwrap(), root);
    no_secret_in_arguments(&host, &connection).await;
}

/// Neither here nor there does a password stand in the arguments or the environment of a process.
async fn no_secret_in_arguments(host: &Host, connection: &Connection) {
    let session = connection.agent(&with(Method::Sudo, "root", "it's $5")).await.unwrap();
    let search = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c \"[i]t's\" || true";
    assert_eq!(host.exec(search).trim(), "0");
    drop(session);
}

#[tokio::test(flavor = "multi_thread")]
async fn sudo_without_a_password_and_with_a_terminal() {
    let host = Host::up("nopass", &[]);
    let connection = host.open("deploy").await;
    let root = Become::user(Method::Sudo, "root");
    assert_eq!(whoami(&connection, &root).await.unwrap().0, "root");
    assert_eq!(whoami(&connection, &with(Method::Sudo, "root", "unused")).await.unwrap().0, "root");
    host.exec("echo Defaults requiretty >/etc/sudoers.d/tty");
    assert_eq!(whoami(&connection, &root).await.unwrap().0, "root");
    binary_safe(&connection, &root).await;
    host.exec(
        "apt-get remove -y -qq sudo >/dev/null 2>&1 || SUDO_FORCE_REMOVE=yes apt-get remove -y -qq sudo",
    );
    let failure = whoami(&connection, &root).await.unwrap_err();
    assert!(matches!(refusal(&failure), Refusal::Said(said) if said.contains("not found")), "{failure}");
}

/// Every byte passes, both ways.
async fn binary_safe(connection: &Connection, identity: &Become) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut session = connection.agent(identity).await.unwrap();
    greeting(&mut session).await;
    let sent: Vec<u8> = (0..100_000_u32).map(|n| (n * 7 + n / 256) as u8).collect();
    let copy = sent.clone();
    let mut writer = session.writer;
    let writing = tokio::spawn(async move {
        writer.write_all(&copy).await.unwrap();
        writer
    });
    let mut echoed = vec![0; sent.len()];
    session.reader.read_exact(&mut echoed).await.unwrap();
    writing.await.unwrap();
    assert!(echoed == sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn su_and_doas() {
    let host = Host::up("su", &[]);
    host.exec("echo root:s3cret | chpasswd; echo deploy:mine | chpasswd; useradd -s /usr/sbin/nologin svc");
    let connection = host.open("deploy").await;
    assert_eq!(whoami(&connection, &with(Method::Su, "root", "s3cret")).await.unwrap().0, "root");
    binary_safe(&connection, &with(Method::Su, "root", "s3cret")).await;
    let failure = whoami(&connection, &with(Method::Su, "root", "wrong")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordWrong, "{failure}");
    let failure = whoami(&connection, &Become::user(Method::Su, "root")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordNeeded, "{failure}");
    let root = host.open("root").await;
    assert_eq!(whoami(&root, &Become::user(Method::Su, "svc")).await.unwrap().0, "svc");
    assert_eq!(whoami(&root, &Become::user(Method::Sudo, "svc")).await.unwrap().1, "/var/tmp/provision-1001");

    host.exec("apt-get install -y -qq opendoas >/dev/null 2>&1; echo permit deploy as root >/etc/doas.conf");
    assert_eq!(whoami(&connection, &with(Method::Doas, "root", "mine")).await.unwrap().0, "root");
    let failure = whoami(&connection, &with(Method::Doas, "root", "wrong")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordWrong, "{failure}");
    let failure = whoami(&connection, &Become::user(Method::Doas, "root")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordNeeded, "{failure}");
    host.exec("echo permit nopass deploy as root >/etc/doas.conf");
    assert_eq!(whoami(&connection, &Become::user(Method::Doas, "root")).await.unwrap().0, "root");
}

#[tokio::test(flavor = "multi_thread")]
async fn homes_and_other_places_without_programs() {
    let host = Host::up("noexec", &["--noexec-home"]);
    let connection = host.open("deploy").await;
    let stay = Become::nobody_else();
    assert_eq!(whoami(&connection, &stay).await.unwrap().1, "/var/tmp/provision-1000");
    assert_eq!(
        whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap().1,
        "/var/tmp/provision-0"
    );
    // What somebody else has put there is not used.
    host.exec("rm -rf /var/tmp/provision-1000; useradd evil; ln -s /home/deploy /var/tmp/provision-1000; install -d -o evil -m 777 /tmp/provision-1000");
    assert_eq!(whoami(&connection, &stay).await.unwrap().1, "/dev/shm/provision-1000");
    host.exec("mount --bind /tmp /tmp; mount --bind /var/tmp /var/tmp; for m in /tmp /var/tmp /dev/shm /run /run/user/1000; do mount -o remount,bind,noexec $m || exit 1; done; rm -f /var/tmp/provision-1000");
    let failure = whoami(&connection, &stay).await.unwrap_err().to_string();
    assert!(failure.contains("/var/tmp/provision-1000 is mounted noexec"), "{failure}");
    assert!(failure.contains("/home/deploy/.cache/provision/agent is mounted noexec"), "{failure}");
    assert!(failure.contains("/tmp/provision-1000 cannot be made, or is not ours"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_login_shell() {
    let host = Host::up("shells", &[]);
    host.exec("apt-get install -y -qq tcsh fish zsh busybox >/dev/null 2>&1; ln -s /bin/busybox /usr/local/bin/ash; echo 'echo welcome; echo noise >&2' >>/etc/bash.bashrc; echo 'echo hello' >>/etc/zsh/zshenv; echo 'echo hi' >>/etc/csh.cshrc");
    for shell in ["/bin/sh", "/bin/bash", "/bin/tcsh", "/usr/bin/fish", "/bin/zsh", "/usr/local/bin/ash"] {
        host.exec(&format!("usermod -s {shell} deploy; rm -rf /home/deploy/.cache"));
        let connection = host.open("deploy").await;
        assert_eq!(whoami(&connection, &Become::nobody_else()).await.unwrap().0, "deploy", "{shell}");
        assert_eq!(
            whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap().0,
            "root",
            "{shell}"
        );
    }
    // busybox alone.
    host.exec("usermod -s /usr/local/bin/ash deploy; mv /bin/dash /bin/dash.away; ln -sf busybox /bin/sh; for p in head gzip find mkdir uname rm mv chmod id stty; do rm -f /bin/$p /usr/bin/$p; /bin/busybox ln -s /bin/busybox /usr/bin/$p; done; /bin/busybox rm -rf /home/deploy/.cache");
    let connection = host.open("deploy").await;
    assert_eq!(whoami(&connection, &Become::nobody_else()).await.unwrap().0, "deploy");
    host.exec("/bin/busybox sed -i 's|^deploy:\\(.*\\):.*$|deploy:\\1:/usr/sbin/nologin|' /etc/passwd");
    let connection = host.open("deploy").await;
    let failure = whoami(&connection, &Become::nobody_else()).await.unwrap_err().to_string();
    assert!(
        failure.contains("the login shell does not run `/bin/sh`: This account is currently not available"),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_let_in() {
    let host = Host::up("password", &["--sudo-password", "pässword"]);
    std::fs::remove_file(host.world.path("home/.ssh/id_ed25519")).unwrap();
    let known = vec![host.world.path("home/.ssh/known_hosts")];
    let target = |password: &str| Target {
        password: Some(Secret::new(password)),
        known_hosts: known.clone(),
        ..host.target("deploy")
    };
    for kind in ["password", "keyboard-interactive"] {
        if kind == "keyboard-interactive" {
            host.exec("printf 'KbdInteractiveAuthentication yes\\nPasswordAuthentication no\\n' >/etc/ssh/sshd_config.d/00-k.conf; systemctl restart ssh");
        }
        host.dialer().open(&target("pässword")).await.map(drop).unwrap();
        let failure = host.dialer().open(&target("wrong")).await.err().unwrap();
        let FailureKind::Auth { tried, .. } = failure.kind else { panic!("{failure}") };
        assert_eq!(tried.len(), 1, "{tried:?}");
    }
    host.world.write("own-ssh", "#!/bin/sh\nexec ssh -F none \"$@\"\n");
    run("chmod", &["755", host.world.path("own-ssh").to_str().unwrap()]);
    let system = |password| Target { executable: Some(host.world.path("own-ssh")), ..target(password) };
    let connection = host.dialer().open(&system("pässword")).await.unwrap();
    assert_eq!(whoami(&connection, &Become::nobody_else()).await.unwrap().0, "deploy");
    let connection = host.dialer().open(&system("wrong")).await.unwrap();
    let failure = whoami(&connection, &Become::nobody_else()).await.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::Auth { .. }), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_set_up_anew_is_refused_until_it_is_trusted() {
    let host = Host::up("anew", &[]);
    let target = host.target("deploy");
    host.dialer().open(&target).await.map(drop).unwrap();
    host.exec(
        "echo deploy:pw | chpasswd; rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh",
    );
    let failure = host.dialer().open(&target).await.err().unwrap();
    assert!(failure.to_string().contains("has changed"), "{failure}");
    // Without checks a key may do, but never a password.
    let unchecked = Target { host_key_checking: Some(false), ..target.clone() };
    host.world.dialer_of(host.world.origin(), Arc::new(Nobody)).open(&unchecked).await.map(drop).unwrap();
    std::fs::remove_file(host.world.path("home/.ssh/id_ed25519")).unwrap();
    let password = Target { password: Some(Secret::new("pw")), ..unchecked };
    let failure = host.dialer().open(&password).await.err().unwrap();
    let FailureKind::Auth { tried, .. } = &failure.kind else { panic!("{failure}") };
    assert!(tried.is_empty(), "{tried:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_behind_a_host() {
    let bastion = Host::up("bastion", &[]);
    let host = Host::up("behind", &[]);
    let known = bastion.world.read("home/.ssh/known_hosts") + &host.world.read("home/.ssh/known_hosts");
    host.world.write("home/.ssh/known_hosts", &known);
    let public = host.world.read("home/.ssh/id_ed25519.pub");
    bastion.exec(&format!("echo '{}' >>/home/deploy/.ssh/authorized_keys", public.trim()));
    let jump = format!("-J deploy@{}", bastion.address);
    let target = Target { address: Some(host.name.clone()), arguments: vec![jump], ..host.target("deploy") };
    host.world.write("home/.ssh/known_hosts", &known.replace(&host.address, "10.0.0.1"));
    let connection = host.dialer().open(&target).await.unwrap();
    assert_eq!(whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap().0, "root");
}

/// With sudo-rs in place of sudo: its program is named by `PROVISION_SUDO_RS`.
#[tokio::test(flavor = "multi_thread")]
async fn sudo_of_another_make() {
    let Some(program) = std::env::var_os("PROVISION_SUDO_RS") else {
        eprintln!("skipped: `PROVISION_SUDO_RS` is not set");
        return;
    };
    let host = Host::up("sudors", &["--sudo-password", "pw"]);
    let (key, known) = (host.world.path("home/.ssh/id_ed25519"), host.world.path("home/.ssh/known_hosts"));
    let known = format!("UserKnownHostsFile={}", known.display());
    let to = format!("root@{}:/usr/bin/sudo-rs", host.address);
    let from = PathBuf::from(program);
    run("scp", &["-q", "-i", key.to_str().unwrap(), "-o", &known, from.to_str().unwrap(), &to]);
    host.exec("useradd -m app; chown root:root /usr/bin/sudo-rs; chmod 4755 /usr/bin/sudo-rs; ln -sf sudo-rs /usr/bin/sudo; sudo -V");
    let connection = host.open("deploy").await;
    assert_eq!(whoami(&connection, &with(Method::Sudo, "root", "pw")).await.unwrap().0, "root");
    binary_safe(&connection, &with(Method::Sudo, "root", "pw")).await;
    assert_eq!(whoami(&connection, &with(Method::Sudo, "app", "pw")).await.unwrap().0, "app");
    let failure = whoami(&connection, &with(Method::Sudo, "root", "wrong")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordWrong, "{failure}");
    let failure = whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap_err();
    assert_eq!(*refusal(&failure), Refusal::PasswordNeeded, "{failure}");
    host.exec("echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz");
    assert_eq!(whoami(&connection, &Become::user(Method::Sudo, "root")).await.unwrap().0, "root");
}
