//! The program, run on a project with a home of its own.

use crate::lab::{Host, root};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// What a host of the lab sets.
const LAB_VARS: &str = "tests/roles/lab_vars.yml";

/// A directory with an inventory and a home, and the directory that the program is started in.
pub struct Project {
    home: TempDir,
    folder: PathBuf,
    /// More words of every command line.
    always: Vec<String>,
}

/// What a run came to.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// The product's own roles, on these hosts.
    pub fn matrix(hosts: &[&Host]) -> Project {
        let mut project = Project::new(root().to_owned(), hosts);
        project.always = vec!["-e".to_owned(), format!("@{}", root().join(LAB_VARS).display())];
        project
    }

    /// The same, where each host has variables of its own beside those of the lab: lines of YAML.
    pub fn matrix_with(hosts: &[(&Host, String)]) -> Project {
        let all: Vec<&Host> = hosts.iter().map(|(host, _)| *host).collect();
        let project = Project::new(root().to_owned(), &all);
        project.describe(hosts);
        project
    }

    /// Writes the inventory anew, with other variables.
    pub fn describe(&self, hosts: &[(&Host, String)]) {
        let of_lab = fs::read_to_string(root().join(LAB_VARS)).unwrap();
        let of_lab: Vec<&str> = of_lab.lines().filter(|line| line.starts_with("matrix_")).collect();
        let entries = hosts.iter().map(|(host, own)| {
            let named = |line: &str| own.lines().any(|mine| mine.split(':').next() == line.split(':').next());
            let lines = of_lab.iter().copied().filter(|line| !named(line)).chain(own.lines());
            let lines: String = lines.map(|line| format!("      {line}\n")).collect();
            format!("{}{}{lines}", host.inventory(), self.ssh_arguments())
        });
        let entries: String = entries.collect();
        self.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n{entries}"));
    }

    /// What an inventory says of the way to a host, as lines below its name.
    pub fn connection(&self, host: &Host) -> String {
        let lines: String = host.inventory().lines().skip(1).map(|line| format!("{line}\n")).collect();
        lines + &self.ssh_arguments()
    }

    fn ssh_arguments(&self) -> String {
        let known = self.path("known_hosts");
        format!("      ansible_ssh_common_args: -o UserKnownHostsFile={}\n", known.display())
    }

    /// One playbook, `site.yml`, on these hosts.
    pub fn of_playbook(playbook: &str, hosts: &[&Host]) -> Project {
        let home = TempDir::new().unwrap();
        let folder = home.path().join("project");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("site.yml"), playbook).unwrap();
        Project::in_home(home, folder, hosts)
    }

    fn new(folder: PathBuf, hosts: &[&Host]) -> Project {
        Project::in_home(TempDir::new().unwrap(), folder, hosts)
    }

    fn in_home(home: TempDir, folder: PathBuf, hosts: &[&Host]) -> Project {
        let project = Project { home, folder, always: Vec::new() };
        project.know(hosts);
        let entries: String = hosts.iter().map(|host| host.inventory() + &project.ssh_arguments()).collect();
        project.write("hosts.yml", &format!("matrix_servers:\n  hosts:\n{entries}"));
        project
    }

    /// Records the keys of these hosts and of no others.
    pub fn know(&self, hosts: &[&Host]) {
        let lines: String = hosts.iter().map(|host| host.known_hosts()).collect();
        self.write("known_hosts", &lines);
    }

    /// Writes a file below the home.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(path);
        fs::write(&path, text).unwrap();
        path
    }

    /// A path below the home.
    pub fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command.current_dir(&self.folder).env("HOME", self.home.path()).env_remove("SSH_AUTH_SOCK");
        command.arg("-i").arg(self.path("hosts.yml")).args(arguments).args(&self.always);
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program, which must succeed, and reads its events.
    pub fn events(&self, arguments: &[&str]) -> Vec<Value> {
        self.run(&[&["--output", "json", "--diff"], arguments].concat()).fine().events()
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(&[&["--output", "json"], arguments].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The run, which must have gone well.
    pub fn fine(self) -> Run {
        self.ends_with(0)
    }

    /// The run, which must have ended with this code.
    pub fn ends_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}\n{}", self.last_lines(), self.stderr);
        self
    }

    /// All that it printed.
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    fn last_lines(&self) -> String {
        let telling =
            |line: &&str| !line.contains(r#""event":"activity""#) && !line.contains(r#""status":"ok""#);
        let mut lines: Vec<&str> = self.stdout.lines().filter(telling).rev().take(8).collect();
        lines.reverse();
        lines.join("\n")
    }

    pub fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// How many tasks of the host changed something, by the recap.
pub fn changed(events: &[Value], host: &str) -> u64 {
    let recap = events.iter().find(|event| event["event"] == "recap").unwrap();
    recap["hosts"][host]["changed"].as_u64().unwrap()
}
