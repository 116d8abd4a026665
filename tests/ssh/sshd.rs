//! A real sshd on the loopback interface, with keys of its own, for one test.

use provision::ssh::{AgentBinaries, Asker, Dialer, Nobody, Origin, Target};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whether sshd and its tools are there; without them these tests pass without testing.
pub fn available() -> bool {
    let found = Path::new("/usr/sbin/sshd").exists() && Path::new("/usr/bin/ssh-keygen").exists();
    if !found {
        eprintln!("skipped: sshd is not installed");
    }
    found
}

/// A directory with everything that a test needs, and the sshd's in it.
pub struct World {
    pub directory: tempfile::TempDir,
    running: Vec<Child>,
}

/// Runs a program to its end, and panics where it fails.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

/// An agent that says where it is and who it runs as, then echoes.
const AGENT: &str = "#!/bin/sh\nprintf '\\036provision-agent\\036\\n'\necho \"$0 $(id -un)\"\nexec cat\n";

impl World {
    /// A home with a key that may log in, an agent, no host yet.
    pub fn new() -> World {
        let directory = tempfile::Builder::new().prefix("provision-ssh").tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let world = World { directory, running: Vec::new() };
        for part in ["home/.ssh", "agents", "cache"] {
            fs::create_dir_all(world.path(part)).unwrap();
        }
        fs::write(world.path("agents/provision-agent"), AGENT).unwrap();
        world.key("home/.ssh/id_ed25519", "ed25519", "");
        fs::copy(world.path("home/.ssh/id_ed25519.pub"), world.path("authorized_keys")).unwrap();
        fs::write(world.path("home/.ssh/known_hosts"), "").unwrap();
        world
    }

    pub fn path(&self, part: &str) -> PathBuf {
        self.directory.path().join(part)
    }

    /// Makes a key pair.
    pub fn key(&self, part: &str, kind: &str, passphrase: &str) {
        let path = self.path(part);
        run("ssh-keygen", &["-q", "-t", kind, "-N", passphrase, "-C", part, "-f", path.to_str().unwrap()]);
    }

    pub fn read(&self, part: &str) -> String {
        fs::read_to_string(self.path(part)).unwrap()
    }

    pub fn write(&self, part: &str, text: &str) {
        fs::write(self.path(part), text).unwrap();
    }

    /// Starts an sshd with these host keys and more lines of configuration; gives its port.
    pub fn sshd(&mut self, host_keys: &[&str], more: &str) -> u16 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cache = self.path("cache");
        let mut config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nPidFile none\nUsePAM no\nStrictModes no\nMaxStartups 50\n\
             PermitRootLogin yes\nAuthorizedKeysFile {}\nSetEnv XDG_CACHE_HOME={}\n",
            self.path("authorized_keys").display(),
            cache.display(),
        );
        for key in host_keys {
            config += &format!("HostKey {}\n", self.path(key).display());
        }
        let file = self.path(&format!("sshd-{port}"));
        fs::write(&file, config + more).unwrap();
        fs::create_dir_all("/run/sshd").ok();
        let log = fs::File::create(self.path(&format!("log-{port}"))).unwrap();
        let mut sshd = Command::new("/usr/sbin/sshd");
        sshd.args(["-D", "-e", "-f"]).arg(&file).stdin(Stdio::null()).stderr(log);
        self.running.push(sshd.spawn().unwrap());
        wait_for(port);
        port
    }

    /// One sshd with one key, which is recorded.
    pub fn host(&mut self, more: &str) -> u16 {
        self.key("host", "ed25519", "");
        let port = self.sshd(&["host"], more);
        self.record(port, "host.pub");
        port
    }

    /// Records a key for a port.
    pub fn record(&self, port: u16, key: &str) {
        let line = format!("[127.0.0.1]:{port} {}", self.read(key));
        let known = self.read("home/.ssh/known_hosts") + &line;
        self.write("home/.ssh/known_hosts", &known);
    }

    pub fn target(&self, port: u16) -> Target {
        Target {
            address: Some("127.0.0.1".to_owned()),
            port: Some(port),
            user: Some(user()),
            config: Some(PathBuf::from("none")),
            ..Target::named("web1")
        }
    }

    pub fn origin(&self) -> Origin {
        Origin { home: Some(self.path("home")), user: user(), ..Origin::default() }
    }

    pub fn dialer(&self) -> Dialer {
        self.dialer_of(self.origin(), Arc::new(Nobody))
    }

    pub fn dialer_of(&self, origin: Origin, asker: Arc<dyn Asker>) -> Dialer {
        Dialer::new(origin, AgentBinaries::find_in(&self.path("agents")).unwrap(), asker, 4)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for sshd in &mut self.running {
            let _ = sshd.kill();
            let _ = sshd.wait();
        }
    }
}

/// The user that tests run as.
pub fn user() -> String {
    run("id", &["-un"]).trim().to_owned()
}

fn wait_for(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "sshd does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
}
