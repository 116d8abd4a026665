//! Where a project is run: the same directory for both programs, so that nothing of it has to be taken out of what they print.

use crate::case::{Case, root};
use crate::output;
use crate::program::Program;
use crate::tree;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub struct Place {
    pub project: PathBuf,
    /// Empty, for the tasks.
    pub work: PathBuf,
    home: PathBuf,
    /// What the agent keeps on this machine.
    state: PathBuf,
    /// The sockets of ssh, whose paths must be short.
    sockets: TempDir,
}

impl Place {
    /// A place with the project in it and nothing else.
    pub fn of(case: &Case) -> Place {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parity").join(&case.name);
        let _ = fs::remove_dir_all(&place);
        let [project, work, home, state] = ["project", "work", "home", "state"].map(|name| place.join(name));
        tree::copy(&case.folder, &project);
        [&work, &home, &state].into_iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
        Place { project, work, home, state, sockets: TempDir::new().unwrap() }
    }

    /// What a run of the project prints and how it ends.
    pub fn run(&self, case: &Case, program: &Program, line: &str) -> String {
        let (settings, words): (Vec<&str>, Vec<&str>) = line.split_whitespace().partition(is_setting);
        let mut command = self.command(program);
        command.envs(settings.iter().filter_map(|setting| setting.split_once('=')));
        if self.project.join("hosts").exists() && !words.contains(&"-i") {
            command.args(["-i", "hosts"]);
        }
        command.arg("-e").arg(format!("work={}", self.work.display()));
        if !words.iter().any(|word| word.ends_with(".yml") && !word.starts_with('@')) {
            command.arg("site.yml");
        }
        let output = command.args(words).stdin(case.input()).output().unwrap();
        if std::env::var_os("SHOW").is_some() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        let printed = output::comparable(&String::from_utf8_lossy(&output.stdout), case.is_unordered());
        format!("{printed}exit code {}\n", output.status.code().unwrap_or(-1))
    }

    /// The program in the project's directory, with nothing of this machine's environment, and with a place of its own for what the agent
    /// keeps on a host: as root it would be that of the machine, where others may be at work.
    fn command(&self, program: &Program) -> Command {
        let script = r#"mkdir -p /var/lib/provision && mount --bind "$0" /var/lib/provision && exec "$@""#;
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script]).arg(&self.state).arg(&program.path);
        command.current_dir(&self.project).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", &self.home);
        command.env("LANG", "C.UTF-8").env("TZ", "UTC").env("ANSIBLE_STDOUT_CALLBACK", "default");
        command.env("ANSIBLE_PYTHON_INTERPRETER", &program.python);
        command
            .env("ANSIBLE_SSH_CONTROL_PATH_DIR", self.sockets.path())
            .env("ANSIBLE_PIPELINING", "1")
            .env("ANSIBLE_SSH_USETTY", "0");
        command
    }
}

fn is_setting(word: &&str) -> bool {
    let name =
        |(name, _): (&str, &str)| name.chars().all(|letter| letter == '_' || letter.is_ascii_uppercase());
    word.starts_with("ANSIBLE_") && word.split_once('=').is_some_and(name)
}

/// The runs of a case on three names of this machine, each in an empty place: what they print, and the files that are left.
pub fn runs(case: &Case, program: &Program) -> Vec<String> {
    let run = |line: &String| {
        let place = Place::of(case);
        if !place.project.join("hosts").exists() && !place.project.join("ansible.cfg").exists() {
            fs::copy(root().join("letters"), place.project.join("hosts")).unwrap();
        }
        place.run(case, program, line) + &tree::listed(&place.work)
    };
    case.lines().iter().map(run).collect()
}
