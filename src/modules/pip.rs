//! `pip`

use super::argument::PathText;
use super::{ArgumentError, Module, execution};
use crate::host::pip::{Coming, Pip as Installer, plain};
use crate::host::{
    Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, facts, text, words,
};
use std::path::{Path, PathBuf};

choices! {
    /// What packages are to be.
    State { Present = "present", Absent = "absent", Latest = "latest", Forcereinstall = "forcereinstall" }
}

module! {
    /// Manages packages of Python, of the host or of a virtual environment.
    ///
    /// What is going to happen is what `pip install --dry-run` says. A pip older than 22.2 cannot say it.
    ///
    /// ```yaml
    /// - pip: { name: [django, "celery>=5"], virtualenv: /opt/app, virtualenv_command: python3 -m venv }
    /// - pip: { requirements: /opt/app/requirements.txt, virtualenv: /opt/app }
    /// - pip: { name: docker, state: absent }
    /// ```
    Pip "pip" {
        /// Packages: names, with versions if wished, or addresses of sources.
        name: Option<Vec<String>>;
        /// The version of the one package.
        version: Option<String>;
        /// A file that lists packages.
        requirements: Option<String>;
        /// A virtual environment; it is made when it is not there.
        virtualenv: Option<PathText>;
        /// Lets a new environment see the packages of the host.
        virtualenv_site_packages: bool = false;
        /// What makes an environment: `virtualenv`, or `python3 -m venv`.
        virtualenv_command: String = "virtualenv";
        /// The Python of a new environment.
        virtualenv_python: Option<String>;
        /// What they are to be.
        state: State = "present";
        /// More words for pip.
        extra_args: Option<String>;
        /// Leaves packages where their sources are.
        editable: bool = false;
        /// The directory to do it in.
        chdir: Option<PathText>;
        /// The name or path of pip itself.
        executable: Option<PathText>;
        /// The mask of new files, such as `0022`.
        umask: Option<String>;
        /// Goes on where the host wants its own packages left alone.
        break_system_packages: bool = false;
    }
}

impl Module for Pip {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let environment = self.environment(host)?;
        if let Some(directory) = &environment
            && !host.exists(&directory.join("bin/activate"))?
        {
            return Ok(Plan::one(self.create(host, directory)?).and_again());
        }
        let Some(pip) = self.installer(host, environment.as_deref())? else {
            return Ok(Plan::one(self.hoped_for(environment.as_deref())?));
        };
        let mut plan = Plan::say(self.said(&pip, environment.as_deref()));
        // Once more only after the environment was made.
        if host.stage() > 0 && environment.is_none() {
            return Ok(plan);
        }
        plan.changes.extend(if self.state == State::Absent {
            self.uninstall(host, &pip)?
        } else {
            self.install(host, &pip)?
        });
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let Some(output) = carried.output() else { return Ok(result.into()) };
        execution::said(output, false, &mut result);
        ["start", "end", "delta", "rc"].into_iter().for_each(|name| drop(result.remove(name)));
        let several = carried.changes.len() > 1;
        let did = output.stdout().contains("Successfully ");
        Ok(Report { changed: Some(several || did), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let mut say = |argument, message: &str| wrong.push(ArgumentError::new(argument, message));
        let names = self.name.as_deref().unwrap_or_default();
        let option = |name: &String| ArgumentError::option("name", "name of a package", name);
        let options: Vec<ArgumentError> = names.iter().filter_map(option).collect();
        match (&self.name, &self.requirements) {
            (Some(_), Some(_)) => say("", exclusive!("name|requirements")),
            (None, None) if self.virtualenv.is_none() => say("", one_of!("name, requirements")),
            _ => {}
        }
        if self.executable.is_some() && self.virtualenv.is_some() {
            say("executable", exclusive!("executable|virtualenv"));
        }
        if self.version.is_some() && self.state == State::Latest {
            say("version", "version is incompatible with state=latest");
        }
        if self.version.is_some() && names.len() > 1 {
            say("version", "`version` is for one package; write versions beside the names");
        }
        if self.version.is_some() && names.iter().any(|name| name.contains(['=', '<', '>', '~'])) {
            say("version", "the name has a version already");
        }
        if self.umask.as_deref().is_some_and(|umask| u32::from_str_radix(umask, 8).is_err()) {
            say("umask", "`umask` must be an octal number such as `0022`");
        }
        if self.virtualenv_python.is_some() && self.is_venv() {
            say("virtualenv_python", "an environment made by the module `venv` has the Python that makes it");
        }
        wrong.extend(options);
        wrong
    }
}

impl Pip {
    fn is_venv(&self) -> bool {
        self.virtualenv_command.contains("-m venv") || self.virtualenv_command.contains("pyvenv")
    }

    fn directory(&self, host: &dyn Probe) -> Result<Option<PathBuf>, Failure> {
        self.chdir.as_ref().map(|path| path.on(host)).transpose()
    }

    fn environment(&self, host: &dyn Probe) -> Result<Option<PathBuf>, Failure> {
        let Some(path) = &self.virtualenv else { return Ok(None) };
        match self.directory(host)? {
            Some(directory) if !path.0.starts_with(['/', '~', '$']) => Ok(Some(directory.join(&path.0))),
            _ => path.on(host).map(Some),
        }
    }

    /// Makes the environment.
    fn create(&self, host: &dyn Probe, directory: &Path) -> Result<Change, Failure> {
        let mut argv = words::split(&self.virtualenv_command)?;
        let program = argv.first().cloned().unwrap_or_default();
        if !program.starts_with('/') {
            facts::needed_program(host, &program)?;
        }
        argv.extend(self.virtualenv_site_packages.then(|| "--system-site-packages".to_owned()));
        argv.extend(self.virtualenv_python.as_ref().map(|python| format!("-p{python}")));
        let name = text::from_path(directory);
        argv.push(name.clone());
        let (owner, mode) = (host.me(), 0o755);
        let file = |inside: &str| Effect::File { path: directory.join(inside), mode, owner };
        let effects = vec![
            Effect::Directory { path: directory.to_owned(), mode, owner },
            Effect::Directory { path: directory.join("bin"), mode, owner },
            file("bin/activate"),
            file("bin/python"),
            Effect::Anything,
        ];
        let run = Run { argv, counts: true, effects, umask: self.umask(), ..Run::default() };
        Ok(Change::Run(
            Run { directory: self.directory(host)?, ..run }.titled(format!("make the environment {name}")),
        ))
    }

    fn umask(&self) -> Option<u32> {
        self.umask.as_deref().and_then(|umask| u32::from_str_radix(umask, 8).ok())
    }

    /// The pip to use; `None` in a dry run where the environment is only planned.
    fn installer(&self, host: &dyn Probe, environment: Option<&Path>) -> Result<Option<Installer>, Failure> {
        let mut variables = Vec::new();
        if self.break_system_packages {
            variables.push(("PIP_BREAK_SYSTEM_PACKAGES".to_owned(), "1".to_owned()));
        }
        let argv = match (environment, &self.executable) {
            (Some(directory), _) => {
                let bin = directory.join("bin");
                let path = host.variable("PATH").unwrap_or_default();
                variables.push(("PATH".to_owned(), format!("{}:{path}", bin.display())));
                let known = ["pip3", "pip"].map(|name| bin.join(name));
                let mut found = None;
                for place in known {
                    found = found.or(host.exists(&place)?.then_some(place));
                }
                match found {
                    Some(place) => vec![text::from_path(&place)],
                    None if host.doubt().is_some() => return Ok(None),
                    None => {
                        return Err(Failure::new(format!("there is no pip in `{}`", directory.display())));
                    }
                }
            }
            (None, Some(executable)) if executable.0.contains('/') => {
                vec![text::from_path(&executable.on(host)?)]
            }
            (None, Some(executable)) => vec![facts::needed_program(host, &executable.0)?],
            (None, None) => match (facts::program(host, "pip3")?, facts::program(host, "python3")?) {
                (Some(pip), _) => vec![pip],
                (None, Some(python)) => [&python, "-m", "pip"].map(str::to_owned).to_vec(),
                (None, None) => return Err(host.missing("there is no pip on this host".to_owned())),
            },
        };
        let directory = self.directory(host)?.map(|directory| text::from_path(&directory));
        Ok(Some(Installer { argv, environment: variables, directory }))
    }

    fn said(&self, pip: &Installer, environment: Option<&Path>) -> Fields {
        let cmd: Vec<String> = pip.argv.iter().cloned().chain(self.words()).collect();
        let result = Fields::new().with("cmd", cmd).with("name", self.name.clone());
        let result = result.with("version", self.version.clone()).with("state", self.state.word());
        let result = result.with("requirements", self.requirements.clone());
        result.with("virtualenv", environment.map_or(Data::Null, |path| text::from_path(path).into()))
    }

    /// The words for pip, from its verb on.
    fn words(&self) -> Vec<String> {
        let verb: &[&str] = match self.state {
            State::Present => &["install"],
            State::Absent => &["uninstall", "-y"],
            State::Latest => &["install", "-U"],
            State::Forcereinstall => &["install", "-U", "--force-reinstall"],
        };
        verb.iter().map(|word| (*word).to_owned()).chain(self.wishes()).collect()
    }

    /// What is to be installed or taken away, with the words that say how.
    fn wishes(&self) -> Vec<String> {
        let mut wishes = words::split(self.extra_args.as_deref().unwrap_or_default()).unwrap_or_default();
        let editable = self.editable && !wishes.contains(&"-e".to_owned());
        let names = self.name.iter().flatten().filter(|name| !name.is_empty());
        for name in names {
            wishes.extend(editable.then(|| "-e".to_owned()));
            wishes.push(match &self.version {
                Some(version) if version.starts_with(['=', '<', '>', '~', '!']) => format!("{name}{version}"),
                Some(version) => format!("{name}=={version}"),
                None => name.clone(),
            });
        }
        wishes.extend(self.requirements.iter().flat_map(|file| ["-r".to_owned(), file.clone()]));
        wishes
    }

    fn asks_for_packages(&self) -> bool {
        self.requirements.is_some() || self.name.iter().flatten().any(|name| !name.is_empty())
    }

    fn install(&self, host: &dyn Probe, pip: &Installer) -> Result<Option<Change>, Failure> {
        if !self.asks_for_packages() {
            return Ok(None);
        }
        let installed = pip.installed(host)?;
        if self.state == State::Present && self.are_plainly_there(&installed) {
            return Ok(None);
        }
        let words = self.words();
        let asked = words.get(1..).unwrap_or_default();
        let Some(coming) = pip.foresee(host, asked)? else {
            return Ok(Some(self.run(pip, host, "pip install", Vec::new())?));
        };
        let coming = self.news(host, pip, &installed, coming)?;
        if coming.is_empty() {
            return Ok(None);
        }
        let shown: Vec<String> = coming.iter().map(|new| format!("{} ({})", new.name, new.version)).collect();
        let is_old = |(name, _): &(String, String)| !coming.iter().any(|new| plain(&new.name) == *name);
        let mut after: Vec<(String, String)> = installed.iter().filter(|old| is_old(old)).cloned().collect();
        after.extend(coming.iter().map(|new| (plain(&new.name), new.version.clone())));
        let effects = vec![pip.becomes(&after), Effect::Anything];
        Ok(Some(self.run(pip, host, &format!("pip install {}", shown.join(", ")), effects)?))
    }

    /// Whether all are named without a version and are there: pip need not be asked.
    fn are_plainly_there(&self, installed: &[(String, String)]) -> bool {
        let is_plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let there =
            |name: &String| is_plain(name) && installed.iter().any(|(known, _)| *known == plain(name));
        self.requirements.is_none()
            && self.extra_args.is_none()
            && self.version.is_none()
            && !self.editable
            && self.name.iter().flatten().all(there)
    }

    /// Without what pip installs each time though it is there: sources of the same commit, and those left in place.
    fn news(
        &self,
        host: &dyn Probe,
        pip: &Installer,
        installed: &[(String, String)],
        coming: Vec<Coming>,
    ) -> Result<Vec<Coming>, Failure> {
        let from_sources = coming.iter().any(|new| new.commit.is_some() || new.editable);
        if self.state == State::Forcereinstall || !from_sources {
            return Ok(coming);
        }
        let frozen = pip.frozen(host)?;
        let is_there = |new: &Coming| match &new.commit {
            Some(commit) => frozen.contains(commit.as_str()),
            None => new.editable && installed.contains(&(plain(&new.name), new.version.clone())),
        };
        Ok(coming.into_iter().filter(|new| !is_there(new)).collect())
    }

    fn uninstall(&self, host: &dyn Probe, pip: &Installer) -> Result<Option<Change>, Failure> {
        let installed = pip.installed(host)?;
        if self.requirements.is_some() {
            return Ok(Some(self.run(pip, host, "pip uninstall", Vec::new())?));
        }
        let bare =
            |name: &String| plain(name.split(['=', '<', '>', '~', '!', '[', ' ']).next().unwrap_or(name));
        let wanted: Vec<String> = self.name.iter().flatten().map(bare).collect();
        let (gone, left): (Vec<_>, Vec<_>) =
            installed.into_iter().partition(|(name, _)| wanted.contains(name));
        if gone.is_empty() {
            return Ok(None);
        }
        let names: Vec<String> = gone.into_iter().map(|(name, _)| name).collect();
        let effects = vec![pip.becomes(&left), Effect::Anything];
        Ok(Some(self.run(pip, host, &format!("pip uninstall {}", names.join(", ")), effects)?))
    }

    fn run(
        &self,
        pip: &Installer,
        host: &dyn Probe,
        title: &str,
        effects: Vec<Effect>,
    ) -> Result<Change, Failure> {
        let argv = pip.argv.iter().cloned().chain(self.words()).collect();
        let environment = pip.environment.clone();
        let directory = Some(self.directory(host)?.unwrap_or_else(|| PathBuf::from("/tmp")));
        let run = Run {
            argv,
            environment,
            directory,
            counts: true,
            umask: self.umask(),
            effects,
            ..Run::default()
        };
        Ok(Change::Run(run.titled(title)))
    }

    /// The installation into an environment that is only planned.
    fn hoped_for(&self, environment: Option<&Path>) -> Result<Change, Failure> {
        let place = environment.map(text::from_path).unwrap_or_default();
        let argv = std::iter::once(format!("{place}/bin/pip")).chain(self.words()).collect::<Vec<_>>();
        let title = format!("pip {}", self.words().join(" "));
        Ok(Change::Run(Run { argv, counts: true, ..Run::default() }.titled(title)))
    }
}
