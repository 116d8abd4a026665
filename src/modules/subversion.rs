//! `subversion`

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::svn::{Info, Svn};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, text};
use std::path::Path;

module! {
    /// Gets a directory of a Subversion repository, at a revision.
    ///
    /// ```yaml
    /// - subversion: { repo: "svn+ssh://svn.example.org/app/trunk", dest: /srv/app, revision: "1889" }
    /// - subversion: { repo: "https://svn.example.org/app/trunk", dest: /srv/release, export: true, force: true }
    /// ```
    Subversion "subversion" {
        /// The address of the directory.
        repo ["name", "repository"]: String;
        /// Where it goes.
        dest: Option<PathText>;
        /// The revision.
        revision ["rev", "version"]: String = "HEAD";
        /// Throws away what has been changed in files; an export goes over what is there.
        force: bool = false;
        /// Makes a working copy of a directory that is there and is none.
        in_place: bool = false;
        /// The user who asks.
        username: Option<String>;
        /// The password of that user. It needs svn 1.10.
        password: Option<String>;
        /// The program.
        executable: Option<PathText>;
        /// Makes a working copy where there is none.
        checkout: bool = true;
        /// Brings one that is there to the revision.
        update: bool = true;
        /// Writes the files alone, each time anew.
        export: bool = false;
        /// Lets a working copy come from `repo` that came from elsewhere.
        switch: bool = true;
        /// Whether the certificate of the server must be good.
        validate_certs: bool = false;
    }
}

impl Module for Subversion {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let svn = self.svn();
        let Some(dest) = self.dest.as_ref().map(|dest| dest.on(host)).transpose()? else {
            let there = self.wanted(host, &svn)?;
            return Ok(Plan::nothing().with("after", format!("Revision: {}", there.revision)));
        };
        let place = text::from_path(&dest);
        if self.export {
            return Ok(self.fetch(host, &svn, &dest, &["export"], Vec::new()));
        }
        if !host.exists(&dest)? {
            return self.get(host, &svn, &dest);
        }
        match svn.info(host, &place, None)? {
            Ok(here) if self.update => self.bring(host, &svn, &place, &here),
            Ok(_) => Ok(Plan::nothing()),
            Err(_) if self.in_place => self.get(host, &svn, &dest),
            Err(_) => Err(Failure::new(format!(
                "ERROR: {place} folder already exists, but its not a subversion repository."
            ))),
        }
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(dest) = self.dest.as_ref().filter(|_| !self.export && carried.changed()) {
            let place = text::from_path(&dest.on(host)?);
            if let Ok(here) = self.svn().info(host, &place, None)? {
                result.set("after", told(&here));
            }
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong: Vec<ArgumentError> = [("repo", &self.repo), ("revision", &self.revision)]
            .into_iter()
            .filter_map(|(name, value)| ArgumentError::option(name, name, value))
            .collect();
        if self.dest.is_none() && (self.checkout || self.update || self.export) {
            let message = "`dest` is missing; without it, `checkout`, `update` and `export` must be false";
            wrong.push(ArgumentError::new("", message));
        }
        wrong
    }
}

impl Subversion {
    fn svn(&self) -> Svn {
        Svn {
            program: self.executable.as_ref().map_or("svn", |path| path.0.as_str()).to_owned(),
            username: self.username.clone(),
            password: self.password.clone(),
            validate: self.validate_certs,
        }
    }

    /// What the repository has at the revision.
    fn wanted(&self, host: &dyn Probe, svn: &Svn) -> Result<Info, Failure> {
        svn.info(host, &self.repo, Some(&self.revision))?.map_err(|why| host.missing(why))
    }

    /// A working copy where there was none.
    fn get(&self, host: &dyn Probe, svn: &Svn, dest: &Path) -> Result<Plan, Failure> {
        if !self.checkout {
            return Ok(Plan::nothing());
        }
        let place = text::from_path(dest);
        let wanted = self.wanted(host, svn)?;
        let known = vec![svn.becomes(&place, &wanted)];
        let over = host.exists(dest)?;
        let words: &[&str] = if over { &["checkout", "--force"] } else { &["checkout"] };
        let mut plan = self.fetch(host, svn, dest, words, known).with("before", Data::Null);
        if over && self.force {
            plan.push(Change::Run(svn.run(&["revert", "-R", &place], vec![Effect::Anything])));
        }
        Ok(plan.with("after", told(&wanted)))
    }

    fn fetch(&self, host: &dyn Probe, svn: &Svn, dest: &Path, words: &[&str], known: Vec<Effect>) -> Plan {
        let place = text::from_path(dest);
        let force = self.force && self.export;
        let rest = ["-r", &self.revision, &self.repo, &place];
        let words: Vec<&str> = words.iter().copied().chain(force.then_some("--force")).chain(rest).collect();
        let mut effects = vec![Effect::Directory { path: dest.to_owned(), mode: 0o755, owner: host.me() }];
        effects.extend(known);
        effects.push(Effect::Anything);
        Plan::one(Change::Run(svn.run(&words, effects)))
    }

    /// A working copy that is there, brought to the revision.
    fn bring(&self, host: &dyn Probe, svn: &Svn, place: &str, here: &Info) -> Result<Plan, Failure> {
        let dirty = svn.is_dirty(host, place)?;
        if dirty && !self.force {
            return Err(Failure::new("ERROR: modified files exist in the repository."));
        }
        let switches = self.switch && here.url.trim_end_matches('/') != self.repo.trim_end_matches('/');
        let source = if self.switch { &self.repo } else { &here.url };
        let there = svn.info(host, source, Some(&self.revision))?.map_err(|why| host.missing(why))?;
        let mut plan = Plan::say(Fields::new().with("before", told(here)).with("after", told(here)));
        let mut act = |words: &[&str]| {
            let effects = vec![svn.becomes(place, &there), Effect::Anything];
            plan.push(Change::Run(svn.run(words, effects)));
        };
        if switches {
            act(&["switch", "--revision", &self.revision, &self.repo, place]);
        }
        if dirty {
            act(&["revert", "-R", place]);
        }
        if !switches && here.changed != there.changed {
            act(&["update", "-r", &self.revision, place]);
        }
        Ok(plan)
    }
}

/// Ansible's way of telling where a working copy is.
fn told(info: &Info) -> Vec<String> {
    vec![format!("Revision: {}", info.revision), format!("URL: {}", info.url)]
}
