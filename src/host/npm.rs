//! Questions for npm, the installer of packages for Node.

use super::answer::ask_about;
use super::{Data, Dialogue, Effect, Failure, Fields, Probe, json};

/// An npm and where it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Npm {
    pub argv: Vec<String>,
    pub directory: Option<String>,
    pub global: bool,
}

/// What npm knows of a place.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Packages {
    /// Names and versions.
    pub installed: Vec<(String, String)>,
    /// Those that the place wants and that are not there, or are of another version.
    pub missing: Vec<String>,
}

impl Npm {
    fn asking(&self, words: &[&str]) -> Dialogue {
        let words = words.iter().copied().chain(self.global.then_some("--global")).map(str::to_owned);
        let argv = self.argv.iter().cloned().chain(words).collect();
        Dialogue { directory: self.directory.clone(), ..Dialogue::of(argv) }
    }

    /// What is installed and what is missing.
    pub fn packages(&self, host: &dyn Probe) -> Result<Packages, Failure> {
        let said = ask_about(host, self.asking(&["list", "--json", "--long"]).query(), "npm")?;
        let list = json::parse(if said.stdout.trim().is_empty() { "{}" } else { &said.stdout });
        let list = list.map_err(|error| Failure::new(format!("npm's list is no JSON: {error}")))?;
        let mut packages = Packages::default();
        let none = Fields::new();
        for (name, about) in list.entry("dependencies").as_map().unwrap_or(&none).iter() {
            let is = |word: &str| !matches!(about.entry(word), Data::Null | Data::Bool(false));
            if is("missing") || is("invalid") {
                packages.missing.push(name.to_owned());
            } else {
                packages.installed.push((name.to_owned(), about.text("version").unwrap_or_default()));
            }
        }
        Ok(packages)
    }

    /// The names of packages of which there is a newer version.
    pub fn outdated(&self, host: &dyn Probe) -> Result<Vec<String>, Failure> {
        let said = ask_about(host, self.asking(&["outdated", "--json"]).query(), "npm")?;
        let list = json::parse(&said.stdout).unwrap_or_default();
        Ok(list
            .as_map()
            .map(|list| list.iter().map(|(name, _)| name.to_owned()).collect())
            .unwrap_or_default())
    }

    /// For a dry run: nothing would be out of date.
    pub fn nothing_outdated(&self) -> Effect {
        let answer = Fields::new().with("rc", 0).with("stdout", "{}");
        Effect::Set(self.asking(&["outdated", "--json"]).query().subject().clone(), answer.into())
    }

    /// For a dry run: this would be installed, and nothing missing.
    pub fn becomes(&self, installed: &[(String, String)]) -> Effect {
        let about = |(name, version): &(String, String)| {
            (name.clone(), Data::Map(Fields::new().with("version", version.as_str())))
        };
        let list = Fields::new().with("dependencies", installed.iter().map(about).collect::<Fields>());
        let answer = Fields::new().with("rc", 0).with("stdout", json::print(&Data::Map(list)));
        let subject = self.asking(&["list", "--json", "--long"]).query().subject().clone();
        Effect::Set(subject, answer.into())
    }
}
