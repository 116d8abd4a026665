//! `apt`

pub mod index;
mod packages;
mod simulation;

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Data, Done, Effect, Failure, Fields, Plan, Probe, Report, Run};

choices! {
    /// What packages are to be.
    State {
        Present = "present" | "installed", Latest = "latest", Absent = "absent" | "removed", BuildDep = "build-dep",
        Fixed = "fixed",
    }
}

choices! {
    /// How the whole system is upgraded.
    Upgrade { Dist = "dist", Full = "full", No = "no" | "False" | "false", Safe = "safe", Yes = "yes" | "True" | "true" }
}

module! {
    /// Manages packages of Debian and its kin.
    ///
    /// What is going to happen is what `apt-get -s` says, and that is what a dry run shows.
    ///
    /// ```yaml
    /// - apt: { name: [nginx, "curl=8.*"], state: present, update_cache: true, cache_valid_time: 3600 }
    /// - apt: { deb: /tmp/app.deb }
    /// - apt: { upgrade: dist, autoremove: true }
    /// - apt: { name: old, state: absent, purge: true }
    /// ```
    Apt "apt" {
        /// Packages: names, `name=version`, `name>=version`, patterns.
        name ["package", "pkg"]: Option<Vec<String>>;
        /// What they are to be.
        state: State = "present";
        /// Reads the index of packages first.
        update_cache ["update-cache"]: Option<bool>;
        /// Seconds for which the index counts as new.
        cache_valid_time: i64 = 0;
        /// How often reading the index is tried.
        update_cache_retries: i64 = 5;
        /// Seconds between two tries, at most.
        update_cache_retry_max_delay: i64 = 12;
        /// Removes configuration too.
        purge: bool = false;
        /// The release that packages are taken from.
        default_release ["default-release"]: Option<String>;
        /// Takes packages along that are recommended.
        install_recommends ["install-recommends"]: Option<bool>;
        /// Does what apt would ask about.
        force: bool = false;
        /// Removes packages that nothing needs any more.
        autoremove: bool = false;
        /// Removes package files that cannot be fetched any more.
        autoclean: bool = false;
        /// Removes all package files.
        clean: bool = false;
        /// Takes packages that nobody has signed.
        allow_unauthenticated ["allow-unauthenticated"]: bool = false;
        /// Takes an older version where one is named.
        allow_downgrade ["allow-downgrade", "allow_downgrades", "allow-downgrades"]: bool = false;
        /// Changes versions that are held.
        allow_change_held_packages: bool = false;
        /// Upgrades the whole system.
        upgrade: Upgrade = "no";
        /// Options for dpkg, parted by commas.
        dpkg_options: String = "force-confdef,force-confold";
        /// A package file of the host, or an address of one.
        deb: Option<PathText>;
        /// Installs nothing that is not there.
        only_upgrade: bool = false;
        /// Goes on where packages need one another and are not there.
        fail_on_autoremove: bool = false;
        /// What services do that packages want to start: the status that says it.
        policy_rc_d: Option<i64>;
        /// Seconds to wait for others who work on packages.
        lock_timeout: i64 = 60;
        /// Uses `apt-get` where there is `aptitude`.
        force_apt_get: bool = false;
        /// Means nothing here: no Python is needed.
        auto_install_module_deps: bool = true;
    }
}

impl Module for Apt {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        // First the index, for what comes next is read from it.
        if host.stage() == 0 {
            let time = index::time(host)?;
            let base = Plan::nothing().with("cache_updated", false).with("cache_update_time", time);
            if self.wants_index() && index::is_old(host, self.cache_valid_time)? {
                let mut plan = base.with("cache_updated", true);
                plan.push(self.reading().change(host)?);
                return Ok(plan.and_again());
            }
            let mut plan = self.packages(host)?;
            base.result.iter().for_each(|(name, value)| plan.result.set(name, value.clone()));
            return Ok(plan);
        }
        let updated = self.wants_index() && host.stage() == 1;
        if updated || self.deb.is_some() && host.stage() <= 2 {
            return Ok(self.packages(host)?.with("cache_update_time", index::time(host)?));
        }
        Ok(Plan::nothing())
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let ran = carried.changes.iter().rev().find(|(change, _)| change.counts());
        if let Some((_, Done::Ran(output))) = ran {
            super::execution::said(output, false, &mut result);
            for name in ["rc", "start", "end", "delta"] {
                result.remove(name);
            }
        }
        if carried
            .changes
            .iter()
            .any(|(_, done)| matches!(done, Done::Ran(said) if index::has_nothing_new(said)))
        {
            result.set("cache_updated", false);
        }
        // Reading the index alone counts, as it does for Ansible, only where nothing else is asked for.
        let alone = !self.asks_for_packages();
        let updated = result.get("cache_updated") == Some(&Data::Bool(true));
        // A package that is only fetched changes nothing yet.
        let acts = |change: &Change| change.counts() && !matches!(change, Change::Write(_));
        let changed = carried.changes.iter().any(|(change, _)| acts(change)) || alone && updated;
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let given = [self.name.is_some(), self.deb.is_some(), self.upgrade != Upgrade::No];
        let mut errors = Vec::new();
        if given.iter().filter(|given| **given).count() > 1 {
            errors.push(ArgumentError::new("", exclusive!("deb|package|upgrade")));
        }
        if !self.asks_for_packages() && !self.wants_index() && !self.cleans() {
            errors.push(ArgumentError::new("", "nothing is asked for: one of `name`, `deb`, `upgrade`, `update_cache`, `autoremove`, `autoclean`, `clean` is missing"));
        }
        for name in self.name.iter().flatten().filter(|name| name.starts_with('-')) {
            errors.push(ArgumentError::new("name", format!("`{name}` is no name of a package")));
        }
        errors
    }
}

impl Apt {
    fn reading(&self) -> index::Reading {
        index::Reading {
            lock_timeout: self.lock_timeout,
            tries: self.update_cache_retries,
            longest: self.update_cache_retry_max_delay,
        }
    }

    fn wants_index(&self) -> bool {
        self.update_cache.unwrap_or(self.cache_valid_time > 0)
    }

    fn asks_for_packages(&self) -> bool {
        self.name.is_some() || self.deb.is_some() || self.upgrade != Upgrade::No || self.state == State::Fixed
    }

    fn cleans(&self) -> bool {
        self.autoremove || self.autoclean || self.clean
    }

    fn packages(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut plan = if let Some(deb) = &self.deb {
            packages::deb(self, host, deb)?
        } else if self.upgrade != Upgrade::No {
            packages::upgrade(self, host)?
        } else if self.name.is_some() || self.state == State::Fixed {
            packages::named(self, host)?
        } else {
            Plan::nothing()
        };
        let only_clean = !self.asks_for_packages();
        if self.autoremove && only_clean {
            plan = joined(plan, self.simulated(host, &["autoremove".to_owned()])?);
        }
        if self.autoclean && only_clean {
            plan = joined(plan, self.simulated(host, &["autoclean".to_owned()])?);
        }
        if self.clean {
            plan.push(self.run(
                &["clean".to_owned()],
                vec![Effect::Merge(crate::host::packages::index_subject(), Fields::new())],
                false,
            ));
        }
        Ok(plan)
    }

    /// The change that the words mean, as `apt-get -s` foretells it; only its words where nothing would happen.
    fn simulated(&self, host: &dyn Probe, words: &[String]) -> Result<Plan, Failure> {
        let mut asked = self.options();
        asked.extend(words.iter().cloned());
        let said = crate::host::packages::simulate(host, &asked)?;
        if said.number::<i64>("rc") != Some(0) {
            return match words.split_first() {
                // What sources have that are only planned, nobody knows yet.
                Some((install, names)) if install == "install" && host.doubt().is_some() => {
                    Ok(Plan::one(self.hoped_for(names)))
                }
                _ => Err(self.refused(host, &said)),
            };
        }
        let foretold = said.text("stdout").unwrap_or_default();
        let simulation = simulation::Simulation::read(&foretold);
        if simulation.is_empty() {
            let told = Fields::new().with("stdout", foretold.as_str()).with("stderr", "");
            return Ok(Plan::say(told.with("msg", foretold)));
        }
        self.must_not_remove(&simulation, words)?;
        Ok(Plan::one(self.run_titled(words, simulation.effects(), &simulation.title(words))))
    }

    /// The installation of packages that a source is going to have, it is hoped.
    fn hoped_for(&self, names: &[String]) -> Change {
        let plain = |word: &String| word.split('=').next().unwrap_or(word).to_owned();
        let known = |name: String| {
            let fields = Fields::new().with("name", name.as_str()).with("status", "ii");
            Effect::Set(crate::host::packages::package_subject(&name), fields.into())
        };
        let effects = names.iter().map(|word| known(plain(word))).chain([Effect::Anything]).collect();
        let words: Vec<String> = std::iter::once("install".to_owned()).chain(names.iter().cloned()).collect();
        self.run_titled(&words, effects, &format!("install {}", names.join(", ")))
    }

    fn must_not_remove(&self, simulation: &simulation::Simulation, words: &[String]) -> Result<(), Failure> {
        let removes = words
            .iter()
            .any(|word| matches!(word.as_str(), "remove" | "purge" | "autoremove" | "dist-upgrade"));
        if !self.fail_on_autoremove || removes || simulation.removed.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("packages would be removed: {}", simulation.removed.join(", "))))
    }

    fn refused(&self, host: &dyn Probe, said: &Data) -> Failure {
        let complaint = said.text("stderr").unwrap_or_default();
        let lines: Vec<&str> = complaint.lines().filter(|line| line.starts_with("E:")).collect();
        let told = if lines.is_empty() { complaint.trim().to_owned() } else { lines.join("\n") };
        let unknown = lines.iter().find_map(|line| line.strip_prefix("E: Unable to locate package "));
        if let Some(name) = unknown {
            return host.missing(format!("No package matching '{name}' is available"));
        }
        match host.missing(format!("apt refuses: {told}")) {
            failure @ Failure::Failed { .. } => failure
                .with("stdout", said.text("stdout").unwrap_or_default())
                .with("stderr", complaint)
                .with("rc", said.number::<i64>("rc").unwrap_or(100)),
            other => other,
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        for option in self.dpkg_options.split(',').filter(|option| !option.is_empty()) {
            options.extend(["-o".to_owned(), format!("Dpkg::Options::=--{option}")]);
        }
        options.extend(["-o".to_owned(), format!("DPkg::Lock::Timeout={}", self.lock_timeout)]);
        if let Some(recommends) = self.install_recommends {
            options.extend([
                "-o".to_owned(),
                format!("APT::Install-Recommends={}", if recommends { "yes" } else { "no" }),
            ]);
        }
        if let Some(release) = &self.default_release {
            options.extend(["-t".to_owned(), release.clone()]);
        }
        let flags = [
            ("--force-yes", self.force),
            ("--allow-unauthenticated", self.allow_unauthenticated),
            ("--allow-downgrades", self.allow_downgrade),
            ("--allow-change-held-packages", self.allow_change_held_packages),
            ("--only-upgrade", self.only_upgrade),
            ("--auto-remove", self.autoremove),
        ];
        options.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        options
    }

    fn run_titled(&self, words: &[String], effects: Vec<Effect>, title: &str) -> Change {
        match self.run(words, effects, true) {
            Change::Run(run) => Change::Run(run.titled(title)),
            other => other,
        }
    }

    fn run(&self, words: &[String], effects: Vec<Effect>, counts: bool) -> Change {
        let mut argv = vec!["apt-get".to_owned(), "-y".to_owned()];
        argv.extend(self.options());
        argv.extend(words.iter().cloned());
        if let Some(status) = self.policy_rc_d {
            argv = packages::under_policy(status, argv);
        }
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let environment = vec![
            set("DEBIAN_FRONTEND", "noninteractive"),
            set("DEBIAN_PRIORITY", "critical"),
            set("LC_ALL", "C.UTF-8"),
            set("NEEDRESTART_SUSPEND", "1"),
        ];
        let title = format!("apt-get {}", words.join(" "));
        Change::Run(Run { argv, environment, counts, effects, title: Some(title), ..Run::default() })
    }
}

/// Two plans as one.
fn joined(mut first: Plan, second: Plan) -> Plan {
    first.changes.extend(second.changes);
    second.result.into_iter().for_each(|(name, value)| first.result.set(name, value));
    first
}
