//! Hosts of the lab, for one test: taken down when it ends, and by the next test when it was killed.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Labs of these numbers are the proof's own.
const NUMBERS: std::ops::Range<u8> = 200..216;

/// A lab of a number that no other test uses meanwhile.
pub struct Lab {
    number: u8,
    _lock: File,
}

impl Lab {
    /// Takes the first number that is free, and removes what killed tests have left behind.
    pub fn new() -> Lab {
        let locks = cache().join("locks");
        fs::create_dir_all(&locks).unwrap();
        let mut mine = None;
        for lab in NUMBERS.filter_map(|number| Lab::take(number, &locks)) {
            mine.get_or_insert(lab);
        }
        mine.expect("a lab that is free")
    }

    fn take(number: u8, locks: &Path) -> Option<Lab> {
        let lock = File::create(locks.join(format!("proof-{number}"))).unwrap();
        lock.try_lock().ok()?;
        let lab = Lab { number, _lock: lock };
        lab.clean();
        Some(lab)
    }

    fn clean(&self) {
        if cache().join(format!("run-{}", self.number)).exists() {
            self.run(&["clean"]);
        }
    }

    /// Boots a host; the options are those of `lab up`.
    pub fn up(&self, name: &'static str, options: &[&str]) -> Host<'_> {
        let said = self.run(&[&["up", name], options].concat());
        let address = said.trim().rsplit(' ').next().unwrap().to_owned();
        Host { lab: self, name, address }
    }

    /// The key by which root is let in everywhere.
    pub fn key() -> PathBuf {
        cache().join("keys/id_ed25519")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(root().join("tests/lab/lab"));
        command.args(arguments).env("PROVISION_LAB_NUMBER", self.number.to_string());
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        text_of(&self.command(arguments).output().unwrap(), arguments)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.clean();
    }
}

/// A host that runs.
pub struct Host<'lab> {
    lab: &'lab Lab,
    pub name: &'static str,
    pub address: String,
}

impl Host<'_> {
    /// What the shell command prints that root runs there; it must succeed.
    pub fn sh(&self, command: &str) -> String {
        self.lab.run(&["exec", self.name, command])
    }

    /// Whether the shell command succeeds.
    pub fn holds(&self, command: &str) -> bool {
        self.lab.command(&["exec", self.name, command]).output().unwrap().status.success()
    }

    /// Puts a file on the host.
    pub fn put(&self, content: &[u8], path: &str, mode: u32) {
        let tree = cache().join(format!("run-{}/hosts/{}/root", self.lab.number, self.name));
        let path = tree.join(path.trim_start_matches('/'));
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn reboot(&self) {
        self.lab.run(&["reboot", self.name]);
    }

    /// Lines for known_hosts.
    pub fn known_hosts(&self) -> String {
        self.lab.run(&["known-hosts", self.name])
    }

    /// The host's entry in an inventory.
    pub fn inventory(&self) -> String {
        let whole = self.lab.run(&["inventory", self.name]);
        whole.lines().skip(2).map(|line| format!("{line}\n")).collect()
    }
}

/// Waits until it is so, for a minute at most.
pub fn until(what: &str, so: impl Fn() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "after a minute, still not: {what}");
        sleep(Duration::from_millis(200));
    }
}

/// The project itself.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cache() -> PathBuf {
    std::env::var_os("PROVISION_LAB_DIR").map_or_else(|| "/var/cache/provision-lab".into(), PathBuf::from)
}

fn text_of(output: &Output, arguments: &[&str]) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "lab {arguments:?}: {} {said}{complained}", output.status);
    said
}
