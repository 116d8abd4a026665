//! Whole runs: each folder beside this file is a project, run on this machine over a local connection.
//!
//! - `site.yml` and whatever it needs; `{{ work }}` is an empty directory.
//! - `arguments`: more of the command line, one word a line.
//! - `expected.txt`: what the run prints, `again.txt`: what the same run prints a second time. Missing files are not compared,
//!   and one of the two must be there. `UPDATE=1` writes them anew.
//! - `unordered`: why nothing is promised about the order of what is printed; lines are compared sorted.
//! - `unpredictable`: why the dry run cannot say all that the run does; without it, it must.
//!
//! What all dry runs foretold is counted in a table at the end.
//!
//! Every case runs with one call in flight and with 64, and must print the same.

mod plans;
mod truth;

use std::path::{Path, PathBuf};
use std::process::Command;
use truth::Truth;

struct Case {
    name: String,
    folder: PathBuf,
}

/// What a run printed, and how it ended.
struct Printed {
    text: String,
    json: Vec<serde_json::Value>,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let name = |folder: &Path| folder.file_name().unwrap().to_string_lossy().into_owned();
    let mut cases: Vec<Case> = folders.map(|folder| Case { name: name(&folder), folder }).collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

impl Case {
    fn has(&self, file: &str) -> bool {
        self.folder.join(file).exists()
    }

    fn arguments(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("arguments")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn run(&self, work: &Path, more: &[&str]) -> Printed {
        // Notifications that a run which was cut off left on this machine are no part of the case.
        let _ = std::fs::remove_file("/var/lib/provision/pending");
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", work);
        command.env("ANSIBLE_CONFIG", "/dev/null");
        if !self.has("inventory") && !self.has("hosts.yml") {
            command.args(["-i", "localhost,"]);
        }
        command.args(["--connection", "local", "-e"]).arg(format!("work={}", work.display()));
        command.args(self.arguments()).args(more);
        let output = command.output().unwrap();
        let clean = |bytes: &[u8]| self.clean(&String::from_utf8_lossy(bytes), work);
        let stdout = clean(&output.stdout);
        let json = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let (stderr, code) = (clean(&output.stderr), output.status.code());
        let stderr = if stderr.is_empty() { String::new() } else { format!("--- stderr\n{stderr}") };
        Printed { text: format!("{stdout}{stderr}--- exit code {}\n", code.unwrap_or(-1)), json }
    }

    /// The text without what differs from run to run: directories, times and jobs.
    fn clean(&self, text: &str, work: &Path) -> String {
        let text =
            text.replace(&*work.to_string_lossy(), "WORK").replace(&*self.folder.to_string_lossy(), "CASE");
        let times = fancy_regex::Regex::new(r#""(delta|end|start)": "[-0-9:. ]+""#).unwrap();
        let text = times.replace_all(&text, "\"$1\": \"TIME\"");
        let jobs = fancy_regex::Regex::new(r"jid=j[0-9.]+").unwrap();
        let text = jobs.replace_all(&text, "jid=JOB");
        // How often a job is looked at depends on the machine.
        let polls = fancy_regex::Regex::new(r"(ASYNC POLL .*\n)\1+").unwrap();
        let text = polls.replace_all(&text, "$1").into_owned();
        if self.has("unordered") { sorted(&text) } else { text }
    }

    fn expect(&self, file: &str, found: &str, mistakes: &mut Vec<String>) {
        let path = self.folder.join(file);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, found).unwrap();
            return;
        }
        let Ok(wanted) = std::fs::read_to_string(path) else { return };
        if wanted != found {
            let diff = similar::TextDiff::from_lines(wanted.as_str(), found).unified_diff().to_string();
            mistakes.push(format!("{}/{file} differs:\n{diff}", self.name));
        }
    }

    fn check(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !self.has("expected.txt") && !self.has("again.txt") && std::env::var_os("UPDATE").is_none() {
            mistakes.push(format!("{}: nothing is expected", self.name));
        }
        let narrow = tempfile::tempdir().unwrap();
        let wide = tempfile::tempdir().unwrap();
        let ansible = |window| ["--output", "ansible", "--window", window];
        let first = self.run(wide.path(), &ansible("64"));
        let slow = self.run(narrow.path(), &ansible("1"));
        if first.text != slow.text {
            let diff = similar::TextDiff::from_lines(&slow.text, &first.text).unified_diff().to_string();
            mistakes
                .push(format!("{}: with 64 calls in flight it prints something else:\n{diff}", self.name));
        }
        self.expect("expected.txt", &first.text, &mut mistakes);
        self.expect("again.txt", &self.run(wide.path(), &ansible("64")).text, &mut mistakes);
        mistakes
    }

    /// What the dry run foretells, and what the run does after it.
    fn truth(&self) -> Truth {
        let work = tempfile::tempdir().unwrap();
        let dry = self.run(work.path(), &["--output", "json", "--dry-run"]);
        let run = self.run(work.path(), &["--output", "json", "--diff"]);
        let reason = std::fs::read_to_string(self.folder.join("unpredictable")).ok();
        Truth::new(&self.name, &dry.json, &run.json, reason.map(|reason| reason.trim().to_owned()))
    }
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_case_prints_what_is_expected() {
    let chosen = std::env::var("CASE").ok();
    let is_chosen = |case: &Case| chosen.as_ref().is_none_or(|chosen| case.name.contains(chosen));
    let cases: Vec<Case> = cases().into_iter().filter(is_chosen).collect();
    let mut mistakes: Vec<String> = cases.iter().flat_map(Case::check).collect();
    let truths: Vec<Truth> = cases.iter().map(Case::truth).collect();
    println!("{}", truth::table(&truths));
    mistakes.extend(truths.iter().filter_map(Truth::unexplained));
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

#[test]
fn what_hangs_on_a_command_names_its_line() {
    let case = cases().into_iter().find(|case| case.name == "depends").unwrap();
    let work = tempfile::tempdir().unwrap();
    let events = case.run(work.path(), &["--output", "json", "--dry-run"]).json;
    let told: Vec<String> = events
        .iter()
        .filter(|event| event["status"] == "depends")
        .map(|event| format!("{}: {}", event["task"]["name"], event["message"]))
        .collect();
    assert_eq!(
        told,
        [
            r#""Hangs on what it prints": "`echo yes`, which was not run (site.yml:5:7)""#,
            r#""Hangs on it by a condition": "`echo yes`, which was not run (site.yml:5:7)""#,
            r#""Hangs on that": "`touch WORK/made`, which was not run (site.yml:15:7)""#,
            r#""A fact that hangs on it": "`echo yes`, which was not run (site.yml:5:7)""#,
            r#""Hangs on the fact": "`echo yes`, which was not run (site.yml:5:7)""#,
            r#""Takes what it made": "`touch WORK/known`, which was not run (site.yml:19:7)""#,
            r#""Sends what it made": "`WORK/made`, which is not on the controller yet""#,
        ]
    );
}
