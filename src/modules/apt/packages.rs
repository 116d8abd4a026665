//! What packages mean: names, versions, patterns, files.

use super::{Apt, State, Upgrade};
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, glob, packages, text, words};
use crate::modules::argument::PathText;
use crate::modules::place::Placement;
use crate::modules::{FileAttributes, web};

/// A package as it is asked for.
struct Wanted {
    name: String,
    /// `=` or `>=`, and the version.
    version: Option<(&'static str, String)>,
}

impl Wanted {
    fn read(spec: &str) -> Wanted {
        let spec = spec.trim();
        if let Some((name, version)) = spec.split_once(">=") {
            return Wanted { name: name.trim().to_owned(), version: Some((">=", version.trim().to_owned())) };
        }
        match spec.split_once('=') {
            Some((name, version)) => {
                Wanted { name: name.trim().to_owned(), version: Some(("=", version.trim().to_owned())) }
            }
            None => Wanted { name: spec.to_owned(), version: None },
        }
    }
}

/// Packages that are named.
pub fn named(apt: &Apt, host: &dyn Probe) -> Result<Plan, Failure> {
    let mut wanted = Vec::new();
    for spec in apt.name.iter().flatten().filter(|spec| !spec.trim().is_empty()) {
        wanted.extend(expanded(host, Wanted::read(spec))?);
    }
    if apt.state == State::Fixed {
        let words: Vec<String> = ["-f", "install"]
            .map(str::to_owned)
            .into_iter()
            .chain(wanted.into_iter().map(|w| w.name))
            .collect();
        return apt.simulated(host, &words).map(|plan| Plan::from(plan.changes));
    }
    let words = match apt.state {
        State::Absent => absent(apt, host, wanted)?,
        State::BuildDep => {
            let names: Vec<String> = wanted.into_iter().map(|wanted| wanted.name).collect();
            std::iter::once("build-dep".to_owned()).chain(names).collect()
        }
        state => present(apt, host, wanted, state == State::Latest)?,
    };
    if words.len() < 2 {
        return Ok(Plan::nothing());
    }
    if apt.state == State::Absent && host.doubt().is_some() {
        return planned_removal(apt, host, &words).map(Plan::from);
    }
    apt.simulated(host, &words).map(|plan| Plan::from(plan.changes))
}

/// In a dry run, packages may go that apt does not see yet, since their installation is only planned.
fn planned_removal(apt: &Apt, host: &dyn Probe, words: &[String]) -> Result<Vec<Change>, Failure> {
    let foretold = apt.simulated(host, words)?.changes;
    if !foretold.is_empty() {
        return Ok(foretold);
    }
    let names = words.get(1..).unwrap_or_default();
    let gone = |name: &String| Effect::Set(packages::package_subject(name), Data::Null);
    let effects = names.iter().map(gone).chain([Effect::Anything]).collect();
    Ok(vec![apt.run_titled(words, effects, &format!("remove {}", names.join(", ")))])
}

/// The packages that a pattern stands for.
fn expanded(host: &dyn Probe, wanted: Wanted) -> Result<Vec<Wanted>, Failure> {
    if !glob::is_pattern(&wanted.name) {
        return Ok(vec![wanted]);
    }
    let names = packages::names_like(host, &wanted.name)?;
    if names.is_empty() {
        return Err(host.missing(format!("no package is like `{}`", wanted.name)));
    }
    Ok(names.into_iter().map(|name| Wanted { name, version: None }).collect())
}

fn absent(apt: &Apt, host: &dyn Probe, wanted: Vec<Wanted>) -> Result<Vec<String>, Failure> {
    let mut words = vec![if apt.purge { "purge" } else { "remove" }.to_owned()];
    for wanted in wanted {
        let found = packages::package(host, &wanted.name)?;
        // What is removed and only has its configuration left is there for purging.
        let left = apt.purge && found.text("status").is_some_and(|status| status.chars().nth(1) == Some('c'));
        if packages::is_installed(&found) || left {
            words.push(wanted.name);
        }
    }
    Ok(words)
}

fn present(apt: &Apt, host: &dyn Probe, wanted: Vec<Wanted>, latest: bool) -> Result<Vec<String>, Failure> {
    let mut words = vec!["install".to_owned()];
    for wanted in wanted {
        let found = packages::package(host, &wanted.name)?;
        let installed = packages::is_installed(&found);
        if !installed && apt.only_upgrade {
            continue;
        }
        match &wanted.version {
            None if installed && !latest => {}
            None if !installed && !latest && provided(host, &wanted.name)? => {}
            None => words.push(wanted.name),
            Some((relation, version)) => {
                words.extend(versioned(
                    host,
                    &wanted.name,
                    relation,
                    version,
                    found.text("version").filter(|_| installed),
                )?);
            }
        }
    }
    Ok(words)
}

/// Whether a package that is installed provides the name.
fn provided(host: &dyn Probe, name: &str) -> Result<bool, Failure> {
    if !packages::versions(host, name)?.is_empty() {
        return Ok(false);
    }
    for provider in packages::providers(host, name)? {
        if packages::is_installed(&packages::package(host, &provider)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What to ask apt for, so that the package has a version like the one wished for.
fn versioned(
    host: &dyn Probe,
    name: &str,
    relation: &str,
    version: &str,
    found: Option<String>,
) -> Result<Option<String>, Failure> {
    if relation == ">=" {
        let enough = found.map(|found| packages::version_holds(host, &found, "ge", version)).transpose()?;
        return Ok(if enough == Some(true) { None } else { Some(name.to_owned()) });
    }
    if found.as_deref().is_some_and(|found| glob::matches(version, found)) {
        return Ok(None);
    }
    let versions = packages::versions(host, name)?;
    match versions.iter().find(|known| glob::matches(version, known)) {
        Some(known) => Ok(Some(format!("{name}={known}"))),
        None => Err(host.missing(format!("no available installation candidate for {name}={version}"))),
    }
}

/// Upgrades of the whole system.
pub fn upgrade(apt: &Apt, host: &dyn Probe) -> Result<Plan, Failure> {
    let words: &[&str] = match apt.upgrade {
        Upgrade::Dist | Upgrade::Full => &["dist-upgrade"],
        // What aptitude calls safe: nothing is removed, new packages may come.
        Upgrade::Safe | Upgrade::Yes => &["upgrade", "--with-new-pkgs"],
        Upgrade::No => return Ok(Plan::nothing()),
    };
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    apt.simulated(host, &words)
}

/// A package file: one of the host, or one that has to be fetched first.
pub fn deb(apt: &Apt, host: &dyn Probe, deb: &PathText) -> Result<Plan, Failure> {
    let file = if deb.0.contains("://") {
        let file = kept_as(&deb.0);
        let fetch = fetched(host, &deb.0, &file)?;
        if !fetch.is_empty() && host.is_dry() {
            let words = ["install".to_owned(), file];
            let run = apt.run_titled(&words, vec![Effect::Anything], &format!("install {}", deb.0));
            return Ok(Plan::one(run));
        }
        if !fetch.is_empty() {
            return Ok(Plan::from(fetch).and_again());
        }
        file
    } else {
        text::from_path(&deb.on(host)?)
    };
    if !host.exists(&text::to_path(&file))? {
        return Err(host.missing(format!("`{file}` does not exist")));
    }
    let name = packages::file_field(host, &file, "Package")?;
    let version = packages::file_field(host, &file, "Version")?;
    let found = packages::package(host, &name)?;
    if packages::is_installed(&found) {
        let found = found.text("version").unwrap_or_default();
        let newer = packages::version_holds(host, &version, "gt", &found)?;
        let older = apt.allow_downgrade && packages::version_holds(host, &version, "lt", &found)?;
        if !newer && !older {
            return Ok(Plan::nothing());
        }
    }
    let words = ["install".to_owned(), file];
    apt.simulated(host, &words).map(|plan| Plan::from(plan.changes))
}

/// Where a package of the web is kept: where apt keeps its own.
fn kept_as(url: &str) -> String {
    format!("/var/cache/apt/archives/{}", web::file_name(url, &Fields::new()))
}

/// What must be done for a file to hold what an address does.
fn fetched(host: &dyn Probe, url: &str, file: &str) -> Result<Vec<Change>, Failure> {
    let content = web::fetch_stored(host, url, true, 30)?.content()?;
    let attributes = FileAttributes::none();
    Ok(Placement::of(&text::to_path(file), content, &attributes).plan(host)?.changes)
}

/// The words, run while services are told what to do by a status.
pub fn under_policy(status: i64, argv: Vec<String>) -> Vec<String> {
    let path = "/usr/sbin/policy-rc.d";
    let line = format!(
        "if [ -e {path} ]; then mv {path} {path}.aside; fi; printf '#!/bin/sh\\nexit {status}\\n' > {path}; chmod 755 {path}; \
         {}; s=$?; rm -f {path}; if [ -e {path}.aside ]; then mv {path}.aside {path}; fi; exit $s",
        words::join(&argv)
    );
    ["/bin/sh", "-c", &line].map(str::to_owned).to_vec()
}
