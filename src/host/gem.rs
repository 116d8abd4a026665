//! Questions for gem, the installer of packages for Ruby.

use super::answer::ask_about;
use super::{Dialogue, Effect, Failure, Fields, Probe};

/// A gem and where it looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Gem {
    pub argv: Vec<String>,
    /// A directory that stands for the host's packages.
    pub home: Option<String>,
    /// Reads no settings of the user.
    pub norc: bool,
}

impl Gem {
    /// The program with words for it.
    pub fn words(&self, verb: &str) -> Vec<String> {
        let norc = self.norc.then(|| "--norc".to_owned());
        self.argv.iter().cloned().chain([verb.to_owned()]).chain(norc).collect()
    }

    fn asking(&self, name: &str, more: &[&str]) -> Dialogue {
        let mut argv = self.words("list");
        argv.extend(more.iter().map(|word| (*word).to_owned()));
        argv.push(format!("^{name}$"));
        let environment = self.home.iter().map(|home| ("GEM_HOME".to_owned(), home.clone())).collect();
        Dialogue { environment, ..Dialogue::of(argv) }
    }

    fn listed(&self, host: &dyn Probe, name: &str, more: &[&str]) -> Result<Vec<String>, Failure> {
        let said = ask_about(host, self.asking(name, more).query(), "gem")?;
        if said.rc != 0 {
            return Err(host.missing(format!("gem does not tell of `{name}`: {}", said.stderr.trim())));
        }
        let versions = said.stdout.lines().filter_map(|line| line.split_once(" (")?.1.strip_suffix(')'));
        let version = |item: &str| item.trim_start_matches("default: ").split(' ').next().map(str::to_owned);
        Ok(versions.flat_map(|versions| versions.split(", ").filter_map(version)).collect())
    }

    /// The versions that are installed.
    pub fn installed(&self, host: &dyn Probe, name: &str) -> Result<Vec<String>, Failure> {
        self.listed(host, name, &[])
    }

    /// The newest version that can be had, from where gems come from or from this place.
    pub fn newest(
        &self,
        host: &dyn Probe,
        name: &str,
        place: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        let more: Vec<&str> =
            ["--remote"].into_iter().chain(place.into_iter().flat_map(|at| ["--source", at])).collect();
        Ok(self.listed(host, name, &more)?.into_iter().next())
    }

    /// For a dry run: these versions would be installed.
    pub fn becomes(&self, name: &str, versions: &[String]) -> Effect {
        let line =
            if versions.is_empty() { String::new() } else { format!("{name} ({})\n", versions.join(", ")) };
        let answer = Fields::new().with("rc", 0).with("stdout", line);
        Effect::Set(self.asking(name, &[]).query().subject().clone(), answer.into())
    }
}
