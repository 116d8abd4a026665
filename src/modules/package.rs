//! `package`

use super::Module;
use super::apt::Apt;
use super::argument::Taker;
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, packages};
use std::path::Path;

module! {
    /// Manages packages with whatever the host manages them with: apt, dnf, apk or pacman.
    ///
    /// ```yaml
    /// - package: { name: [curl, rsync], state: present }
    /// ```
    Package "package" ["dnf", "yum", "apk"] {
        /// Packages.
        name ["pkg"]: Vec<String>;
        /// `present`, `absent` or `latest`.
        state: String = "present";
        /// Reads the index of packages first.
        update_cache: bool = false;
        /// Which manager; found out if nothing is said.
        r#use: String = "auto";
    }
}

impl Module for Package {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        match self.manager(host)? {
            "apt" => self.as_apt()?.plan(host),
            manager => self.by(host, manager),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        if self.manager(host)? == "apt" {
            self.as_apt()?.report(host, carried)
        } else {
            Ok(carried.result.clone().into())
        }
    }
}

impl Package {
    fn manager(&self, host: &dyn Probe) -> Result<&'static str, Failure> {
        let known = [
            ("apt", "/usr/bin/apt-get"),
            ("dnf", "/usr/bin/dnf"),
            ("yum", "/usr/bin/yum"),
            ("apk", "/sbin/apk"),
            ("pacman", "/usr/bin/pacman"),
        ];
        for (name, path) in known {
            if self.r#use == name || self.r#use == "auto" && host.exists(Path::new(path))? {
                return Ok(name);
            }
        }
        Err(Failure::new("no manager of packages is known on this host"))
    }

    fn as_apt(&self) -> Result<Apt, Failure> {
        let fields = Fields::new()
            .with("name", self.name.clone())
            .with("state", self.state.as_str())
            .with("update_cache", self.update_cache);
        let mut taker = Taker::new(&fields);
        let apt = Apt::take(&mut taker);
        apt.ok_or_else(|| {
            taker.errors.into_iter().next().map(|error| error.message).unwrap_or_default().into()
        })
    }

    fn by(&self, host: &dyn Probe, manager: &str) -> Result<Plan, Failure> {
        let absent = matches!(self.state.as_str(), "absent" | "removed");
        let latest = self.state == "latest";
        let mut names = Vec::new();
        for name in &self.name {
            let there = self.is_there(host, manager, name)?;
            if there == absent || latest {
                names.push(name.as_str());
            }
        }
        if names.is_empty() {
            return Ok(Plan::nothing());
        }
        let mut argv: Vec<&str> = match (manager, absent) {
            ("apk", false) if latest => vec!["apk", "add", "--upgrade"],
            ("apk", false) => vec!["apk", "add"],
            ("apk", true) => vec!["apk", "del"],
            ("pacman", false) => vec!["pacman", "-S", "--noconfirm", "--needed"],
            ("pacman", true) => vec!["pacman", "-R", "--noconfirm"],
            (manager, false) => vec![manager, "-y", "install"],
            (manager, true) => vec![manager, "-y", "remove"],
        };
        argv.extend(names.iter().copied());
        let rc = if absent { 1 } else { 0 };
        let mut effects: Vec<Effect> = names.iter().map(|name| self.foreseen(manager, name, rc)).collect();
        effects.push(Effect::Anything);
        Ok(Plan::one(Change::Run(Run::changing(&argv).with_effects(effects))))
    }

    fn is_there(&self, host: &dyn Probe, manager: &str, name: &str) -> Result<bool, Failure> {
        let said = match manager {
            "apk" => packages::apk(host, name)?,
            "pacman" => packages::pacman(host, name)?,
            _ => packages::rpm(host, name)?,
        };
        Ok(said.number::<i64>("rc") == Some(0))
    }

    fn foreseen(&self, manager: &str, name: &str, rc: i64) -> Effect {
        let subject = match manager {
            "apk" => packages::apk_subject(name),
            "pacman" => packages::pacman_subject(name),
            _ => packages::rpm_subject(name),
        };
        Effect::Set(subject, Data::Map(Fields::new().with("rc", rc)))
    }
}
