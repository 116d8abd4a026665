//! `dnf`, `dnf5`, `yum`

mod transaction;

use super::argument::PathText;
use super::{ArgumentError, Module, execution};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, facts, rpm};
use std::path::Path;
use transaction::Transaction;

choices! {
    /// What packages are to be.
    State {
        Present = "present" | "installed", Latest = "latest", Absent = "absent" | "removed",
    }
}

choices! {
    /// Who does the work.
    Backend { Auto = "auto", Yum = "yum", Dnf = "dnf", Yum4 = "yum4", Dnf4 = "dnf4", Dnf5 = "dnf5" }
}

module! {
    /// Manages packages of Fedora and its kin, with `dnf5`, `dnf` or `yum`, whichever the host has.
    ///
    /// What is going to happen is what the program says when nobody agrees, and that is what a dry run shows.
    ///
    /// ```yaml
    /// - dnf: { name: [httpd, "@Development tools"], state: present }
    /// - dnf: { name: "*", state: latest, exclude: [kernel] }
    /// - yum: { name: /tmp/app.rpm, disable_gpg_check: true }
    /// - dnf: { list: updates }
    /// ```
    Dnf "dnf" ["dnf5", "yum"] {
        /// Packages: names, with versions if wished, groups (`@name`), files, addresses, patterns.
        name ["pkg"]: Vec<String>;
        /// Lists instead of changing: `installed`, `available`, `updates`, `repos` or a name.
        list: Option<String>;
        /// What they are to be; there, or gone where `autoremove` is given alone.
        state: Option<State>;
        /// Repositories to switch on for this once.
        enablerepo: Vec<String>;
        /// Repositories to switch off for this once.
        disablerepo: Vec<String>;
        /// The file of settings.
        conf_file: Option<String>;
        /// Takes packages that nobody has signed.
        disable_gpg_check: bool = false;
        /// Where the system is to work on.
        installroot: String = "/";
        /// The release of the system.
        releasever: Option<String>;
        /// Removes packages that nothing needs any more.
        autoremove: bool = false;
        /// Packages to leave alone.
        exclude: Vec<String>;
        /// Leaves out packages that cannot be installed.
        skip_broken: bool = false;
        /// Reads the indexes of packages anew.
        update_cache ["expire-cache"]: bool = false;
        /// Installs nothing that is not there.
        update_only: bool = false;
        /// Takes upgrades that mend security.
        security: bool = false;
        /// Takes upgrades that mend mistakes.
        bugfix: bool = false;
        /// Plugins to switch on.
        enable_plugin: Vec<String>;
        /// Plugins to switch off.
        disable_plugin: Vec<String>;
        /// Whose exclusions are passed over: `all`, `main` or a repository.
        disable_excludes: Option<String>;
        /// Whether the certificate of a server of package files must be good.
        validate_certs: bool = true;
        /// Whether the certificates of repositories must be good.
        sslverify: bool = true;
        /// Takes an older version where one is named.
        allow_downgrade: bool = false;
        /// Means nothing here.
        install_repoquery: bool = true;
        /// Only fetches.
        download_only: bool = false;
        /// Where fetched packages go.
        download_dir: Option<PathText>;
        /// Means nothing here: the program waits for others.
        lock_timeout: i64 = 30;
        /// Takes packages along that are recommended.
        install_weak_deps: bool = true;
        /// Removes packages that are in the way.
        allowerasing: bool = false;
        /// Takes older versions where the newest cannot be had.
        nobest: Option<bool>;
        /// Takes the newest version or none.
        best: Option<bool>;
        /// Works with what has been fetched before.
        cacheonly: bool = false;
        /// Who does the work.
        use_backend ["use"]: Backend = "auto";
        /// Means nothing here: no Python is needed.
        auto_install_module_deps: bool = true;
    }
}

impl Module for Dnf {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let program = self.program(host)?;
        if let Some(list) = &self.list {
            return self.listed(host, &program, list);
        }
        let mut plan = Plan::nothing().with("msg", "Nothing to do").with("results", Data::List(Vec::new()));
        plan.result.set("rc", 0);
        for words in self.steps(host)? {
            let Some(transaction) = self.foreseen(host, &program, &words)? else {
                plan.push(self.run(&program, &words, &Transaction::default()));
                continue;
            };
            let unwanted = !self.allow_downgrade && !transaction.downgraded.is_empty();
            if !transaction.is_empty() && !unwanted {
                plan.result.set("results", transaction.results());
                plan.result.set("msg", "");
                plan.push(self.run(&program, &words, &transaction));
            }
        }
        if plan.is_empty() && self.update_cache && self.name.is_empty() {
            plan.push(self.refresh(&program));
            plan.result.set("msg", "Cache updated");
        }
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(output) = carried.output() {
            execution::said(output, false, &mut result);
            ["start", "end", "delta"].into_iter().for_each(|name| drop(result.remove(name)));
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let asks = !self.name.is_empty() || self.list.is_some() || self.autoremove || self.update_cache;
        if !asks {
            wrong.push(ArgumentError::new(
                "",
                "nothing is asked for: one of `name`, `list`, `update_cache`, `autoremove` is missing",
            ));
        }
        if self.autoremove
            && self.name.is_empty()
            && matches!(self.state, Some(State::Present | State::Latest))
        {
            wrong.push(ArgumentError::new("autoremove", "`autoremove` goes with `state: absent`"));
        }
        if self.best.is_some() && self.nobest.is_some() {
            wrong.push(ArgumentError::new("", exclusive!("best|nobest")));
        }
        for name in self.name.iter().filter(|name| name.starts_with('-')) {
            wrong.push(ArgumentError::new("name", format!("`{name}` is no name of a package")));
        }
        wrong
    }
}

impl Dnf {
    fn program(&self, host: &dyn Probe) -> Result<String, Failure> {
        let names: &[&str] = match self.use_backend {
            Backend::Auto => &["dnf5", "dnf", "yum"],
            Backend::Dnf5 => &["dnf5"],
            Backend::Dnf | Backend::Dnf4 | Backend::Yum4 => &["dnf-3", "dnf"],
            Backend::Yum => &["yum"],
        };
        for name in names {
            if facts::program(host, name)?.is_some() {
                return Ok((*name).to_owned());
            }
        }
        Err(host.missing(format!("there is none of {} on this host", super::argument::ticked(names))))
    }

    fn state(&self) -> State {
        self.state.unwrap_or(if self.autoremove { State::Absent } else { State::Present })
    }

    /// The commands that are needed, without their options; none where rpm says that all is as it should be.
    fn steps(&self, host: &dyn Probe) -> Result<Vec<Vec<String>>, Failure> {
        let (mut there, mut missing) = (Vec::new(), Vec::new());
        for name in self.names() {
            let known = rpm::is_installed(host, &self.installroot, &name)?;
            if known { &mut there } else { &mut missing }.push(name);
        }
        let everything = self.name.iter().any(|name| name == "*");
        let limits = self.limits();
        Ok(match self.state() {
            State::Latest if everything => vec![command("upgrade", limits)],
            State::Absent if self.autoremove => vec![command("autoremove", self.names().collect())],
            State::Absent => {
                there.extend(missing.into_iter().filter(|name| !is_plain(name)));
                non_empty("remove", there)
            }
            State::Present if self.update_only => Vec::new(),
            State::Present => non_empty("install", missing),
            State::Latest => {
                let upgrades = if there.is_empty() { Vec::new() } else { [there, limits].concat() };
                let new = if self.update_only { Vec::new() } else { missing };
                [non_empty("install", new), non_empty("upgrade", upgrades)].concat()
            }
        })
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.name.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty() && name != "*")
    }

    /// Which upgrades are taken.
    fn limits(&self) -> Vec<String> {
        let flags = [("--security", self.security), ("--bugfix", self.bugfix)];
        flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()).collect()
    }

    /// What the program would do; `None` in a dry run where it hangs on repositories that are only planned.
    fn foreseen(
        &self,
        host: &dyn Probe,
        program: &str,
        words: &[String],
    ) -> Result<Option<Transaction>, Failure> {
        let said = rpm::foresee(host, program, &[self.options(), words.to_vec()].concat())?;
        let (stdout, stderr) =
            (said.text("stdout").unwrap_or_default(), said.text("stderr").unwrap_or_default());
        let transaction = Transaction::read(&stdout);
        let agreed = transaction.is_empty() && said.number::<i64>("rc") == Some(0);
        if !transaction.is_empty() || agreed {
            return Ok(Some(transaction));
        }
        if host.doubt().is_some() || are_planned(host)? {
            return Ok(None);
        }
        let filled: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
        let errors: Vec<&str> = filled.iter().copied().filter(|line| line.starts_with("Error")).collect();
        let errors = if errors.is_empty() { filled } else { errors };
        match host.missing(format!("{program} refuses: {}", errors.join("; "))) {
            failure @ Failure::Failed { .. } => Err(failure
                .with("rc", 1)
                .with("results", Data::List(Vec::new()))
                .with("failures", errors.into_iter().map(Data::from).collect::<Vec<_>>())),
            other => Err(other),
        }
    }

    fn options(&self) -> Vec<String> {
        // Of files, too, which dnf takes unsigned otherwise.
        let signed = ["--setopt=gpgcheck=1", "--setopt=localpkg_gpgcheck=1"].map(str::to_owned);
        let mut options: Vec<String> = signed.into_iter().filter(|_| !self.disable_gpg_check).collect();
        let lists = [
            ("--enablerepo=", &self.enablerepo),
            ("--disablerepo=", &self.disablerepo),
            ("--exclude=", &self.exclude),
            ("--enableplugin=", &self.enable_plugin),
            ("--disableplugin=", &self.disable_plugin),
        ];
        for (option, values) in lists {
            options.extend(values.iter().map(|value| format!("{option}{value}")));
        }
        let values = [
            ("--config=", &self.conf_file),
            ("--releasever=", &self.releasever),
            ("--setopt=disable_excludes=", &self.disable_excludes),
        ];
        options
            .extend(values.iter().filter_map(|(option, value)| Some(format!("{option}{}", value.as_ref()?))));
        options.extend(self.download_dir.as_ref().map(|path| format!("--destdir={}", path.0)));
        options.extend((self.installroot != "/").then(|| format!("--installroot={}", self.installroot)));
        let flags = [
            ("--nogpgcheck", self.disable_gpg_check),
            ("--skip-broken", self.skip_broken),
            ("--refresh", self.update_cache),
            ("--downloadonly", self.download_only),
            ("--allowerasing", self.allowerasing),
            ("--nobest", self.nobest == Some(true) || self.best == Some(false)),
            ("--best", self.best == Some(true) || self.nobest == Some(false)),
            ("--cacheonly", self.cacheonly),
            ("--setopt=sslverify=0", !self.sslverify || !self.validate_certs),
            ("--setopt=install_weak_deps=0", !self.install_weak_deps),
            ("--setopt=clean_requirements_on_remove=0", !self.autoremove),
        ];
        options.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        options
    }

    fn run(&self, program: &str, words: &[String], transaction: &Transaction) -> Change {
        let mut argv = vec![program.to_owned(), "-y".to_owned()];
        argv.extend(self.options());
        argv.extend(words.iter().cloned());
        let there = |name: &str, there| rpm::installed_effect(&self.installroot, name, there);
        let mut effects: Vec<Effect> =
            transaction.installed.iter().map(|new| there(&new.name, true)).collect();
        effects.extend(transaction.removed.iter().map(|old| there(&old.name, false)));
        effects.push(Effect::Anything);
        let environment = vec![("LC_ALL".to_owned(), "C.UTF-8".to_owned())];
        let run = Run { argv, environment, effects, counts: true, ..Run::default() };
        let title = if transaction.is_empty() { words.join(" ") } else { transaction.title() };
        Change::Run(run.titled(title))
    }

    fn refresh(&self, program: &str) -> Change {
        let mut argv = vec![program.to_owned(), "-y".to_owned()];
        argv.extend(self.options().into_iter().filter(|option| option != "--refresh"));
        argv.extend(["makecache".to_owned(), "--refresh".to_owned()]);
        let run = Run { argv, effects: vec![Effect::Anything], ..Run::default() };
        Change::Run(run.titled(format!("{program} makecache")))
    }

    fn listed(&self, host: &dyn Probe, program: &str, list: &str) -> Result<Plan, Failure> {
        if matches!(list, "repos" | "repositories") {
            let repository = |id: String| Fields::new().with("repoid", id).with("state", "enabled");
            let repositories: Vec<Fields> =
                rpm::repositories(host, program)?.into_iter().map(repository).collect();
            return Ok(Plan::nothing().with("msg", "").with("results", repositories));
        }
        let words: Vec<&[&str]> = match list {
            "installed" => vec![&["--installed"]],
            "available" => vec![&["--available"]],
            "updates" | "upgrades" => vec![&["--upgrades"]],
            _ => Vec::new(),
        };
        let mut packages = Vec::new();
        for words in words {
            packages.extend(described(rpm::list(host, program, words)?));
        }
        if packages.is_empty() && !matches!(list, "installed" | "available" | "updates" | "upgrades") {
            packages = described(rpm::list(host, program, &["--installed", list])?);
            packages.extend(described(rpm::list(host, program, &["--available", list])?));
        }
        Ok(Plan::nothing().with("msg", "").with("results", packages))
    }
}

/// Whether there are repositories that are only planned: they have no place on a disk yet.
fn are_planned(host: &dyn Probe) -> Result<bool, Failure> {
    let directory = Path::new("/etc/yum.repos.d");
    if !host.is_dry() || !host.is_directory(directory)? {
        return Ok(false);
    }
    for name in host.list(directory)? {
        if host.stat(&directory.join(name))?.is_some_and(|stat| stat.inode == 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Packages as roles read them.
fn described(list: Vec<Vec<String>>) -> Vec<Fields> {
    let one = |parts: Vec<String>| {
        let part = |index: usize| parts.get(index).map_or("", String::as_str);
        let (name, epoch, version, release) = (part(0), part(1), part(2), part(3));
        let epoch = if epoch == "(none)" { "0" } else { epoch };
        let full = format!("{epoch}:{name}-{version}-{release}.{}", part(4));
        let repository = part(5).trim_start_matches('@');
        let installed = part(5).starts_with('@') || repository == "System";
        Fields::new()
            .with("name", name)
            .with("arch", part(4))
            .with("epoch", epoch)
            .with("release", release)
            .with("version", version)
            .with("repo", repository)
            .with("envra", full.as_str())
            .with("nevra", full)
            .with("yumstate", if installed { "installed" } else { "available" })
    };
    list.into_iter().map(one).collect()
}

/// Whether it is the name of a package, and no group, file, address, version or pattern.
fn is_plain(name: &str) -> bool {
    !name.starts_with('@') && !name.contains(['*', '?', '[', '/', ' ', '=', '<', '>'])
}

fn command(verb: &str, words: Vec<String>) -> Vec<String> {
    std::iter::once(verb.to_owned()).chain(words).collect()
}

/// The command, where there is something to do.
fn non_empty(verb: &str, words: Vec<String>) -> Vec<Vec<String>> {
    if words.is_empty() { Vec::new() } else { vec![command(verb, words)] }
}
