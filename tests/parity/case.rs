//! Cases: folders with a project, and how it is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

pub struct Case {
    pub name: String,
    pub folder: PathBuf,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")
}

/// The cases of a folder whose names have `CASE` in them. There may be none of them, where another folder has some.
pub fn all(folder: &str) -> Vec<Case> {
    let chosen = std::env::var("CASE").unwrap_or_default();
    let folders = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let name = |folder: &Path| folder.file_name().unwrap().to_string_lossy().into_owned();
    let cases = folders.map(|folder| Case { name: name(&folder), folder });
    let mut cases: Vec<Case> = cases.filter(|case| case.name.contains(&chosen)).collect();
    assert!(!cases.is_empty() || !chosen.is_empty(), "there are no cases in `{folder}`");
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

/// Words of command lines that carry nothing out.
const LISTS: [&str; 5] = ["--list", "--syntax-check", "--host", "--graph", "--version"];

impl Case {
    /// The command lines of this case.
    pub fn lines(&self) -> Vec<String> {
        match fs::read_to_string(self.folder.join("runs")) {
            Ok(text) => text.lines().map(str::to_owned).collect(),
            Err(_) => vec!["-v".to_owned()],
        }
    }

    pub fn input(&self) -> Stdio {
        File::open(self.folder.join("input")).map_or_else(|_| Stdio::null(), Stdio::from)
    }

    /// Nothing is promised about the order of its hosts and tasks.
    pub fn is_unordered(&self) -> bool {
        self.folder.join("unordered").exists()
    }

    /// What differs between the runs of two programs.
    pub fn differences(&self, wanted: &[String], found: &[String]) -> Vec<String> {
        let lines = self.lines();
        let plays = |line: &str, text: &str| {
            text.contains("PLAY RECAP")
                || line.split_whitespace().any(|word| LISTS.iter().any(|list| word.starts_with(list)))
        };
        let refused = lines.iter().zip(wanted).filter(|(line, text)| !plays(line, text));
        if let Some((line, text)) = refused.into_iter().next() {
            return vec![format!("=== {} {line}\nthere is no recap of Ansible:\n{text}", self.name)];
        }
        let runs = lines.iter().zip(wanted.iter().zip(found)).filter(|(_, (wanted, found))| wanted != found);
        runs.map(|(line, (wanted, found))| {
            let diff =
                similar::TextDiff::from_lines(wanted, found).unified_diff().context_radius(3).to_string();
            format!("=== {} {line}\n{diff}", self.name)
        })
        .collect()
    }
}
