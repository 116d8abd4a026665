//! Questions for pip, the installer of Python's packages.

use super::answer::ask_about;
use super::{Data, Dialogue, Effect, Failure, Fields, Probe, json};

/// A pip and the surroundings in which it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pip {
    pub argv: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub directory: Option<String>,
}

/// A package that pip would install.
#[derive(Clone, Debug, PartialEq)]
pub struct Coming {
    pub name: String,
    pub version: String,
    /// Where it comes from a repository of sources: its commit.
    pub commit: Option<String>,
    /// Whether it stays where its sources are.
    pub editable: bool,
}

impl Pip {
    fn asking(&self, words: &[&str]) -> Dialogue {
        let words = words.iter().map(|word| (*word).to_owned());
        let argv = self.argv.iter().cloned().chain(words).collect();
        let (environment, directory) = (self.environment.clone(), self.directory.clone());
        Dialogue { environment, directory, ..Dialogue::of(argv) }
    }

    fn ask(&self, host: &dyn Probe, words: &[&str]) -> Result<super::answer::Said, Failure> {
        ask_about(host, self.asking(words).query(), self.argv.first().map_or("pip", String::as_str))
    }

    fn list(&self) -> Dialogue {
        self.asking(&["list", "--format=freeze", "--disable-pip-version-check"])
    }

    /// What is installed: names as pip compares them, and versions.
    pub fn installed(&self, host: &dyn Probe) -> Result<Vec<(String, String)>, Failure> {
        let said = ask_about(host, self.list().query(), "pip")?;
        let Some(list) = said.well() else { return Err(host.missing("pip cannot list packages".to_owned())) };
        let entry =
            |line: &str| line.split_once("==").map(|(name, version)| (plain(name), version.to_owned()));
        Ok(list.lines().filter_map(entry).collect())
    }

    /// What is installed, with where it comes from.
    pub fn frozen(&self, host: &dyn Probe) -> Result<String, Failure> {
        Ok(self.ask(host, &["freeze", "--all", "--disable-pip-version-check"])?.well().unwrap_or_default())
    }

    /// For a dry run: this would be installed.
    pub fn becomes(&self, packages: &[(String, String)]) -> Effect {
        let list: String = packages.iter().map(|(name, version)| format!("{name}=={version}\n")).collect();
        let answer = Fields::new().with("rc", 0).with("stdout", list);
        Effect::Set(self.list().query().subject().clone(), answer.into())
    }

    /// What an installation would bring; `None` where this pip is too old to say. Only `--dry-run` makes it harmless,
    /// so it is put here and nowhere else.
    pub fn foresee(&self, host: &dyn Probe, words: &[String]) -> Result<Option<Vec<Coming>>, Failure> {
        let fixed =
            ["install", "--dry-run", "--quiet", "--report", "-", "--disable-pip-version-check", "--no-input"];
        let all: Vec<&str> = fixed.into_iter().chain(words.iter().map(String::as_str)).collect();
        let said = self.ask(host, &all)?;
        if said.rc == 0 {
            let start = said.stdout.find('{').unwrap_or(0);
            let report = json::parse(said.stdout.get(start..).unwrap_or_default());
            let report = report.map_err(|error| Failure::new(format!("pip's report is no JSON: {error}")))?;
            return Ok(Some(report.list("install").iter().map(coming).collect()));
        }
        if said.stderr.contains("no such option") {
            return Ok(None);
        }
        match host.missing(format!("pip refuses: {}", said.stderr.trim())) {
            failure @ Failure::Failed { .. } => {
                Err(failure.with("stdout", said.stdout).with("stderr", said.stderr).with("rc", said.rc))
            }
            other => Err(other),
        }
    }
}

fn coming(item: &Data) -> Coming {
    let (metadata, source) = (item.entry("metadata"), item.entry("download_info"));
    Coming {
        name: metadata.text("name").unwrap_or_default(),
        version: metadata.text("version").unwrap_or_default(),
        commit: source.entry("vcs_info").text("commit_id"),
        editable: source.entry("dir_info").entry("editable") == &Data::Bool(true),
    }
}

/// The name as pip compares it: small letters, one hyphen for each run of `-`, `_` and `.`.
pub fn plain(name: &str) -> String {
    let parts = name.trim().split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}
