//! Plans that are saved and applied.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

const PLAYBOOK: &str = "
- hosts: all
  gather_facts: false
  tasks:
    - name: A secret
      copy: { dest: '{{ work }}/secret', content: '{{ token }}', mode: '0600' }
      no_log: true
    - name: A file
      copy: { dest: '{{ work }}/file', content: \"one\\n\", force: false }
    - name: A line of it
      lineinfile: { path: '{{ work }}/file', line: two }
    - name: Several
      file: { path: '{{ work }}/{{ item }}', state: directory }
      loop: [a, b]
";

/// A project that works in a directory of its own.
struct Project {
    home: TempDir,
}

impl Project {
    fn new() -> Project {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("work")).unwrap();
        fs::write(home.path().join("site.yml"), PLAYBOOK).unwrap();
        let vars = format!("work: {}\n", home.path().join("work").display());
        fs::write(home.path().join("vars.yml"), vars).unwrap();
        Project { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn run(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provision"));
        command.current_dir(self.home.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        let output = command.env("HOME", self.home.path()).args(words).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    /// Saves a plan, with a secret that is typed.
    fn plan(&self) {
        let words = ["-i", "localhost,", "-c", "local", "-e", "@vars.yml", "-e", "token=hush"];
        let (code, said) = self.run(&[&words[..], &["--dry-run", "--plan", "plan.json"]].concat());
        assert_eq!(code, 0, "{said}");
        assert!(fs::read_dir(self.path("work")).unwrap().next().is_none(), "a dry run made something");
    }

    fn refuses(&self, words: &[&str], why: &str) {
        let (code, said) = self.run(words);
        assert_eq!(code, 4, "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_plan_is_applied_once() {
    let project = Project::new();
    project.plan();
    let saved = fs::read_to_string(project.path("plan.json")).unwrap();
    assert!(!saved.contains("hush"), "the secret is in the plan: {saved}");
    assert_eq!(fs::metadata(project.path("plan.json")).unwrap().permissions().mode() & 0o777, 0o600);
    project.refuses(&["apply", "plan.json"], "was made with `-e` of `token`");
    let (code, said) = project.run(&["apply", "plan.json", "-e", "token=hush"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(project.path("work/file")).unwrap(), "one\ntwo\n");
    assert!(project.path("work/b").is_dir());
    project.refuses(
        &["apply", "plan.json", "-e", "token=hush"],
        "localhost: `A file` was planned, and is not needed any more",
    );
}

#[test]
fn a_host_that_has_moved_is_left_alone() {
    let project = Project::new();
    project.plan();
    fs::write(project.path("work/file"), "three\n").unwrap();
    fs::create_dir(project.path("work/a")).unwrap();
    let words = ["apply", "plan.json", "-e", "token=hush"];
    project.refuses(&words, "localhost: `A file` was planned, and is not needed any more: create ");
    project.refuses(&words, "localhost: `A line of it` would do something else than was planned: write ");
    project.refuses(&words, "`Several` (a) was planned, and is not needed any more");
    assert!(!project.path("work/secret").exists() && !project.path("work/b").exists());
}

#[test]
fn a_secret_that_has_changed_is_noticed() {
    let project = Project::new();
    project.plan();
    let other = ["apply", "plan.json", "-e", "token=tush"];
    project.refuses(&other, "`A secret` would do something else than was planned");
    assert!(!project.path("work/file").exists());
}

#[test]
fn what_is_no_plan_is_refused() {
    let project = Project::new();
    project.refuses(&["apply", "vars.yml"], "`vars.yml` is no plan");
    project.refuses(&["apply", "nowhere.json"], "`nowhere.json` cannot be read");
}
