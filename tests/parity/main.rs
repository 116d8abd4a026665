//! The same playbooks with `ansible-playbook` and with us: what is printed, how it ends, and the files that are left.
//!
//! Each folder in `cases/` is a project; `{{ work }}` is an empty directory in which its tasks may act.
//! - `site.yml` and whatever it needs; `hosts`, where the three local hosts of `hosts` beside this file do not serve.
//! - `runs`: the command lines, one a line; they may name other playbooks than `site.yml`. A line may start with `NAME=value` for the environment. Without it there is one run, with `-v`,
//!   which shows every result.
//! - `input`: what is typed.
//! - `unordered`: nothing is promised about the order of hosts and tasks.
//!
//! `ansible-core` comes from PyPI into a directory of the build, unless `PROVISION_PARITY_VENV` names one that has it.

mod output;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The release whose meaning we have.
const ANSIBLE: &str = "ansible-core==2.19.*";

struct Case {
    name: String,
    folder: PathBuf,
}

/// What a run left.
#[derive(PartialEq, Eq, Debug)]
struct Left {
    printed: String,
    files: String,
    code: i32,
}

/// Who runs a playbook.
struct Program {
    path: PathBuf,
    python: PathBuf,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")
}

fn cases() -> Vec<Case> {
    let chosen = std::env::var("CASE").unwrap_or_default();
    let folders = std::fs::read_dir(root().join("cases")).unwrap().map(|entry| entry.unwrap().path());
    let name = |folder: &Path| folder.file_name().unwrap().to_string_lossy().into_owned();
    let cases = folders.map(|folder| Case { name: name(&folder), folder });
    let mut cases: Vec<Case> = cases.filter(|case| case.name.contains(&chosen)).collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

/// The directory of an environment of Python that has Ansible.
fn environment() -> PathBuf {
    if let Some(given) = std::env::var_os("PROVISION_PARITY_VENV") {
        return given.into();
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ansible");
    let pip = directory.join("bin/pip");
    let done = |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?} failed");
    if !pip.exists() {
        done(Command::new("python3").args(["-m", "venv"]).arg(&directory));
    }
    if !directory.join("bin/ansible-playbook").exists() {
        done(Command::new(pip).args(["install", "--quiet", ANSIBLE]));
    }
    directory
}

impl Case {
    /// The command lines of this case.
    fn runs(&self) -> Vec<String> {
        match std::fs::read_to_string(self.folder.join("runs")) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(_) => vec!["-v".to_owned()],
        }
    }

    fn run(&self, program: &Program, line: &str) -> Left {
        // The same place for both, so that nothing of it has to be taken out of what they print.
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parity").join(&self.name);
        let _ = std::fs::remove_dir_all(&place);
        let (project, work, home) = (place.join("project"), place.join("work"), place.join("home"));
        tree::copy(&self.folder, &project);
        [&work, &home].into_iter().for_each(|folder| std::fs::create_dir_all(folder).unwrap());
        let (settings, words): (Vec<&str>, Vec<&str>) = line
            .split_whitespace()
            .partition(|word| !word.starts_with('-') && word.split('=').next().is_some_and(is_setting));
        let mut command = alone(&program.path, &place.join("state"));
        command.current_dir(&project).env_clear();
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", &home)
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC");
        command.env("ANSIBLE_PYTHON_INTERPRETER", &program.python).env("ANSIBLE_STDOUT_CALLBACK", "default");
        command.envs(settings.iter().filter_map(|setting| setting.split_once('=')));
        if !project.join("hosts").exists() && !project.join("ansible.cfg").exists() {
            std::fs::copy(root().join("hosts"), project.join("hosts")).unwrap();
        }
        if project.join("hosts").exists() && !words.contains(&"-i") {
            command.args(["-i", "hosts"]);
        }
        command.arg("-e").arg(format!("work={}", work.display()));
        if !words.iter().any(|word| word.ends_with(".yml") && !word.starts_with('@')) {
            command.arg("site.yml");
        }
        command.args(words);
        command.stdin(self.input());
        let output = command.output().unwrap();
        let printed = output::comparable(
            &String::from_utf8_lossy(&output.stdout),
            self.folder.join("unordered").exists(),
        );
        if std::env::var_os("SHOW").is_some() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Left { printed, files: tree::listed(&work), code: output.status.code().unwrap_or(-1) }
    }

    fn input(&self) -> Stdio {
        std::fs::File::open(self.folder.join("input")).map_or_else(|_| Stdio::null(), Stdio::from)
    }

    fn check(&self, theirs: &Program, ours: &Program) -> Vec<String> {
        let mut mistakes = Vec::new();
        for line in self.runs() {
            let (wanted, found) = (self.run(theirs, &line), self.run(ours, &line));
            if wanted != found {
                let diff =
                    difference(&wanted.printed, &found.printed) + &difference(&wanted.files, &found.files);
                let codes = format!("exit codes {} and {}", wanted.code, found.code);
                mistakes.push(format!("=== {} {line}: {codes}\n{diff}", self.name));
            }
        }
        mistakes
    }
}

/// The program, with a place of its own for what the agent keeps on a host: as root it would be that of the machine, where others
/// may be at work.
fn alone(program: &Path, state: &Path) -> Command {
    std::fs::create_dir_all(state).unwrap();
    let mut command = Command::new("unshare");
    let script = r#"mkdir -p /var/lib/provision && mount --bind "$0" /var/lib/provision && exec "$@""#;
    command.args(["--mount", "sh", "-c", script]).arg(state).arg(program);
    command
}

fn is_setting(name: &str) -> bool {
    name.starts_with("ANSIBLE_") && name.chars().all(|letter| letter == '_' || letter.is_ascii_uppercase())
}

fn difference(wanted: &str, found: &str) -> String {
    similar::TextDiff::from_lines(wanted, found).unified_diff().context_radius(3).to_string()
}

#[test]
fn every_case_is_run_as_ansible_runs_it() {
    let python = environment().join("bin");
    let program = |path: PathBuf| Program { path, python: python.join("python") };
    let theirs = program(python.join("ansible-playbook"));
    let ours = program(env!("CARGO_BIN_EXE_provision").into());
    let cases = cases();
    assert!(!cases.is_empty(), "there is no such case");
    let mistakes: Vec<String> = cases.iter().flat_map(|case| case.check(&theirs, &ours)).collect();
    assert!(mistakes.is_empty(), "- is theirs, + is ours\n{}", mistakes.join("\n"));
}
