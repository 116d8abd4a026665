//! `package`

use super::apk::Apk;
use super::apt::Apt;
use super::argument::AsGiven;
use super::call::first_message;
use super::dnf::Dnf;
use super::{ArgumentError, Call, Module, parse};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, packages};
use std::path::Path;

module! {
    /// Manages packages with whatever the host manages them with: apt, dnf, yum, apk or pacman.
    ///
    /// Other arguments than these are handed on: those of `apt`, `dnf` and `apk`, where that is the manager.
    ///
    /// ```yaml
    /// - package: { name: [curl, rsync], state: present }
    /// - package: { name: nginx, update_cache: true, cache_valid_time: 3600 }
    /// ```
    Package "package" {
        /// Packages.
        name ["pkg"]: Vec<String>;
        /// `present`, `absent`, `latest`, or what else the manager of packages knows.
        state: String = "present";
        /// Reads the index of packages first.
        update_cache: bool = false;
        /// Which manager; found out if nothing is said.
        r#use: String = "auto";
    } with { given: AsGiven } handed_on { Apt, Dnf, Apk }
}

impl Module for Package {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        match self.manager(host)? {
            "pacman" => self.by_pacman(host),
            manager => self.handed_on(manager)?.plan(host),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        match self.manager(host)? {
            "pacman" => Ok(carried.result.clone().into()),
            manager => self.handed_on(manager)?.report(host, carried),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.name.iter().filter_map(|name| ArgumentError::option("name", "name of a package", name)).collect()
    }
}

impl Package {
    fn manager(&self, host: &dyn Probe) -> Result<&'static str, Failure> {
        let known = [
            ("apt", "/usr/bin/apt-get"),
            ("dnf5", "/usr/bin/dnf5"),
            ("dnf", "/usr/bin/dnf"),
            ("yum", "/usr/bin/yum"),
            ("apk", "/sbin/apk"),
            ("pacman", "/usr/bin/pacman"),
        ];
        let wanted = self.r#use.rsplit('.').next().unwrap_or_default();
        for (name, path) in known {
            if wanted == name || wanted == "auto" && host.exists(Path::new(path))? {
                return Ok(name);
            }
        }
        Err(Failure::new("no manager of packages is known on this host"))
    }

    /// The same task for the manager of the host.
    fn handed_on(&self, manager: &str) -> Result<Call, Failure> {
        let mut fields = self.given.0.clone();
        fields.remove("use");
        if let Some(names) = fields.remove("pkg") {
            fields.set("name", names);
        }
        let (module, fields) = match manager {
            "apt" | "apk" => (manager, fields),
            manager => ("dnf", fields.with("use_backend", manager)),
        };
        parse(module, &fields).map_err(|errors| first_message(errors).into())
    }

    fn by_pacman(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let absent = matches!(self.state.as_str(), "absent" | "removed");
        let mut names = Vec::new();
        for name in &self.name {
            let there = packages::pacman(host, name)?.number::<i64>("rc") == Some(0);
            if there == absent || self.state == "latest" {
                names.push(name.as_str());
            }
        }
        if names.is_empty() {
            return Ok(Plan::nothing());
        }
        let mut argv: Vec<&str> = if absent {
            vec!["pacman", "-R", "--noconfirm"]
        } else {
            vec!["pacman", "-S", "--noconfirm", "--needed"]
        };
        argv.extend(names.iter().copied());
        let answer = || Data::Map(Fields::new().with("rc", i64::from(absent)));
        let known = |name: &&str| Effect::Set(packages::pacman_subject(name), answer());
        let effects = names.iter().map(known).chain([Effect::Anything]).collect();
        Ok(Plan::one(Change::Run(Run::changing(&argv).with_effects(effects))))
    }
}
