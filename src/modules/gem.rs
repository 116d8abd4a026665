//! `gem`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::gem::Gem as Installer;
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, text, words};

choices! {
    /// What the package is to be.
    State { Present = "present", Absent = "absent", Latest = "latest" }
}

module! {
    /// Manages packages for Ruby.
    ///
    /// ```yaml
    /// - gem: { name: bundler, version: "2.4.22", user_install: false }
    /// - gem: { name: puma, state: latest }
    /// ```
    Gem "gem" {
        /// The package.
        name: String;
        /// What it is to be.
        state: State = "present";
        /// A file with the package, on the host.
        gem_source: Option<PathText>;
        /// Takes along what it needs.
        include_dependencies: bool = true;
        /// Where packages come from.
        repository ["source"]: Option<String>;
        /// Installs it for the user alone.
        user_install: bool = true;
        /// The path of gem itself, and words for it.
        executable: String = "gem";
        /// The directory to install to; `user_install` must be false.
        install_dir: Option<PathText>;
        /// The directory for its programs.
        bindir: Option<PathText>;
        /// Reads no `.gemrc`.
        norc: bool = true;
        /// Lets its programs find ruby by `/usr/bin/env`.
        env_shebang: bool = false;
        /// Its version.
        version: Option<String>;
        /// Takes versions that are not released yet, too.
        pre_release: bool = false;
        /// Installs its documentation.
        include_doc: bool = false;
        /// Words for the compiler.
        build_flags: String = "";
        /// Does what gem would refuse.
        force: bool = false;
    }
}

impl Module for Gem {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let home = self.install_dir.as_ref().map(|path| path.on(host)).transpose()?;
        let home = home.map(|path| text::from_path(&path));
        let argv = self.executable.split_whitespace().map(str::to_owned).collect();
        let gem = Installer { argv, home, norc: self.norc };
        let installed = gem.installed(host, &self.name)?;
        let version = match self.state {
            State::Latest => gem.newest(host, &self.name, self.repository.as_deref())?,
            _ => self.version.clone(),
        };
        let is_it = |known: &String| version.as_ref().is_none_or(|version| version == known);
        let there = installed.iter().any(is_it);
        let plan = match self.state {
            State::Absent if there => {
                let kept: Vec<String> = installed.iter().filter(|known| !is_it(known)).cloned().collect();
                self.run(self.uninstalling(host, &gem)?, &gem, gem.becomes(&self.name, &kept))
            }
            State::Present | State::Latest if !there => {
                let new = version.clone().unwrap_or_else(|| "newest".to_owned());
                let after: Vec<String> = [new].into_iter().chain(installed).collect();
                self.run(
                    self.installing(host, &gem, version.as_deref())?,
                    &gem,
                    gem.becomes(&self.name, &after),
                )
            }
            _ => Plan::nothing(),
        };
        let plan = plan.with("name", self.name.as_str()).with("state", self.state.word());
        Ok(match version {
            Some(version) => plan.with("version", version),
            None => plan,
        })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let latest = self.state == State::Latest;
        let pairs = [
            (self.gem_source.is_some() && self.repository.is_some(), exclusive!("gem_source|repository")),
            (self.gem_source.is_some() && self.version.is_some(), exclusive!("gem_source|version")),
            (latest && self.version.is_some(), "Cannot specify version when state=latest"),
            (
                latest && self.gem_source.is_some(),
                "Cannot maintain state=latest when installing from local source",
            ),
            (self.install_dir.is_some() && self.user_install, "`install_dir` needs `user_install: false`"),
        ];
        let wrong = pairs.into_iter().filter(|(wrong, _)| *wrong).map(|(_, why)| ArgumentError::new("", why));
        let options = [
            ArgumentError::option("name", "name of a package", &self.name),
            ArgumentError::option("executable", "program", &self.executable),
        ];
        wrong.chain(options.into_iter().flatten()).collect()
    }
}

impl Gem {
    fn installing(
        &self,
        host: &dyn Probe,
        gem: &Installer,
        version: Option<&str>,
    ) -> Result<Vec<String>, Failure> {
        let mut argv = gem.words("install");
        let mut say = |words: &[&str]| argv.extend(words.iter().map(|word| (*word).to_owned()));
        version.into_iter().for_each(|version| say(&["--version", version]));
        self.repository.iter().for_each(|place| say(&["--source", place]));
        let flags = [
            (!self.include_dependencies, "--ignore-dependencies"),
            (self.user_install, "--user-install"),
            (!self.user_install, "--no-user-install"),
            (self.pre_release, "--pre"),
            (!self.include_doc, "--no-document"),
            (self.env_shebang, "--env-shebang"),
            (self.force, "--force"),
        ];
        flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| say(&[flag]));
        argv.extend(self.places(host)?);
        argv.push(match &self.gem_source {
            Some(path) => text::from_path(&path.on(host)?),
            None => self.name.clone(),
        });
        let flags = words::split(&self.build_flags)?;
        argv.extend((!flags.is_empty()).then(|| "--".to_owned()).into_iter().chain(flags));
        Ok(argv)
    }

    fn uninstalling(&self, host: &dyn Probe, gem: &Installer) -> Result<Vec<String>, Failure> {
        let mut argv = gem.words("uninstall");
        argv.extend(self.places(host)?);
        match &self.version {
            Some(version) => argv.extend(["--version".to_owned(), version.clone()]),
            None => argv.push("--all".to_owned()),
        }
        argv.push("--executables".to_owned());
        argv.extend(self.force.then(|| "--force".to_owned()));
        argv.push(self.name.clone());
        Ok(argv)
    }

    fn places(&self, host: &dyn Probe) -> Result<Vec<String>, Failure> {
        let mut argv = Vec::new();
        for (option, path) in [("--install-dir", &self.install_dir), ("--bindir", &self.bindir)] {
            if let Some(path) = path {
                argv.extend([option.to_owned(), text::from_path(&path.on(host)?)]);
            }
        }
        Ok(argv)
    }

    fn run(&self, argv: Vec<String>, gem: &Installer, effect: Effect) -> Plan {
        let environment = gem.home.iter().map(|home| ("GEM_HOME".to_owned(), home.clone())).collect();
        Plan::one(Change::Run(Run {
            argv,
            environment,
            effects: vec![effect],
            counts: true,
            ..Run::default()
        }))
    }
}
