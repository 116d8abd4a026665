//! `npm`

use super::argument::PathText;
use super::files::{self, FileAttributes};
use super::{ArgumentError, Module};
use crate::host::npm::{Npm as Installer, Packages};
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, facts, text};

choices! {
    /// What packages are to be.
    State { Present = "present", Absent = "absent", Latest = "latest" }
}

module! {
    /// Manages packages for Node, of a directory or of the whole host.
    ///
    /// ```yaml
    /// - npm: { name: coffee-script, version: "1.6.1", path: /opt/app }
    /// - npm: { path: /opt/app, ci: true }
    /// - npm: { name: pm2, global: true, state: latest }
    /// ```
    Npm "npm" {
        /// The package; what the directory itself asks for if nothing is said.
        name: Option<String>;
        /// The directory.
        path: Option<PathText>;
        /// The version.
        version: Option<String>;
        /// Installs for the whole host.
        global: bool = false;
        /// The path of npm itself.
        executable: Option<String>;
        /// Runs no scripts of packages.
        ignore_scripts: bool = false;
        /// Keeps the user when scripts of packages run.
        unsafe_perm: bool = false;
        /// Installs exactly what the lock file says, each time anew.
        ci: bool = false;
        /// Leaves out what only developers need.
        production: bool = false;
        /// The address that packages come from.
        registry: Option<String>;
        /// What they are to be.
        state: State = "present";
        /// Leaves out what is optional.
        no_optional: bool = false;
        /// Makes no links for programs.
        no_bin_links: bool = false;
        /// Does what npm would refuse.
        force: bool = false;
    }
}

impl Module for Npm {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let directory = self.path.as_ref().map(|path| path.on(host)).transpose()?;
        if let Some(directory) = &directory {
            let missing = files::directories(host, directory, &FileAttributes::none())?;
            if !missing.is_empty() {
                return Ok(Plan::from(missing).and_again());
            }
        }
        let argv = match &self.executable {
            Some(executable) => executable.split(' ').map(str::to_owned).collect(),
            None => vec![facts::needed_program(host, "npm")?],
        };
        let directory = directory.as_deref().map(text::from_path);
        let npm = Installer { argv, directory, global: self.global };
        if self.ci {
            return Ok(Plan::one(self.run(&npm, "ci", vec![Effect::Anything])));
        }
        self.packages(host, &npm, &npm.packages(host)?).map(Plan::from)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.path.is_none() && !self.global {
            wrong.push(ArgumentError::new("", "`path` is missing; or say `global: true`"));
        }
        if self.state == State::Absent && self.name.is_none() {
            wrong.push(ArgumentError::new("", "state is absent but all of the following are missing: name"));
        }
        if let Some(name) = self.name.as_deref().filter(|name| name.starts_with('-')) {
            wrong.push(ArgumentError::new("name", format!("`{name}` is no name of a package")));
        }
        wrong
    }
}

impl Npm {
    fn packages(&self, host: &dyn Probe, npm: &Installer, known: &Packages) -> Result<Vec<Change>, Failure> {
        let name = self.name.as_deref().unwrap_or_default();
        let has = |(known, version): &(String, String)| {
            known == name && self.version.as_ref().is_none_or(|wanted| wanted == version)
        };
        let there = known.installed.iter().any(has);
        let named = || (name.to_owned(), self.version.clone().unwrap_or_default());
        let mut after: Vec<(String, String)> =
            known.installed.iter().filter(|(known, _)| known != name).cloned().collect();
        if self.state == State::Absent {
            let there = known.installed.iter().any(|(known, _)| known == name);
            return Ok(Vec::from_iter(there.then(|| self.run(npm, "uninstall", vec![npm.becomes(&after)]))));
        }
        let mut changes = Vec::new();
        let nothing_known = self.name.is_none() && known.installed.is_empty();
        if !known.missing.is_empty()
            || self.name.is_some() && !there
            || nothing_known && self.has_wishes(host)?
        {
            after.extend(
                known
                    .missing
                    .iter()
                    .filter(|missing| *missing != name)
                    .map(|name| (name.clone(), String::new())),
            );
            after.extend(self.name.is_some().then(named));
            changes.push(self.run(npm, "install", vec![npm.becomes(&after), Effect::Anything]));
        }
        if self.state == State::Latest && there && !npm.outdated(host)?.is_empty() {
            changes.push(self.run(npm, "update", vec![npm.nothing_outdated(), Effect::Anything]));
        }
        Ok(changes)
    }

    /// Whether the directory asks for packages at all.
    fn has_wishes(&self, host: &dyn Probe) -> Result<bool, Failure> {
        let Some(path) = &self.path else { return Ok(false) };
        let file = path.on(host)?.join("package.json");
        if !host.exists(&file)? {
            return Err(host.missing(format!("`{}` does not exist, and no `name` is given", file.display())));
        }
        Ok(text::from_bytes(&host.read(&file)?).contains("ependencies\""))
    }

    fn run(&self, npm: &Installer, verb: &str, effects: Vec<Effect>) -> Change {
        let mut argv = npm.argv.clone();
        argv.push(verb.to_owned());
        let flags = [
            ("--global", self.global),
            ("--production", self.production && verb != "uninstall"),
            ("--ignore-scripts", self.ignore_scripts),
            ("--unsafe-perm", self.unsafe_perm),
        ];
        argv.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        argv.extend(self.name.as_ref().filter(|_| verb != "ci").map(|name| match &self.version {
            Some(version) if self.state != State::Absent => format!("{name}@{version}"),
            _ => name.clone(),
        }));
        argv.extend(self.registry.iter().flat_map(|address| ["--registry".to_owned(), address.clone()]));
        let flags = [
            ("--no-optional", self.no_optional),
            ("--no-bin-links", self.no_bin_links),
            ("--force", self.force),
        ];
        argv.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        let directory = npm.directory.as_deref().map(text::to_path);
        let title = format!("npm {}", argv.get(npm.argv.len()..).unwrap_or_default().join(" "));
        Change::Run(Run { argv, directory, effects, counts: true, ..Run::default() }.titled(title))
    }
}
