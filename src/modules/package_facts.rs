//! `package_facts`

use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, facts, services};

choices! {
    /// Whether one manager of packages is enough.
    Strategy { First = "first", All = "all" }
}

module! {
    /// Finds all packages of the host and tells them as the fact `packages`: of each name a list of versions.
    ///
    /// ```yaml
    /// - package_facts: { manager: auto }
    /// ```
    PackageFacts "package_facts" {
        /// The managers to ask: `apt`, `rpm`, `apk`, `pacman`; `auto` for those that there are.
        manager: Vec<String> = "auto";
        /// Whether one is enough.
        strategy: Strategy = "first";
    }
}

/// Each manager, its other names, and the program that tells of it.
const KNOWN: [(&str, &[&str], &str); 4] = [
    ("apt", &[], "dpkg-query"),
    ("rpm", &["yum", "dnf", "dnf5", "zypper"], "rpm"),
    ("apk", &[], "apk"),
    ("pacman", &[], "pacman"),
];

impl Module for PackageFacts {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut found = Fields::new();
        let mut asked = false;
        for (manager, others, program) in KNOWN {
            let is_it = |wanted: &String| {
                let wanted = wanted.to_ascii_lowercase();
                wanted == "auto" || wanted == manager || others.contains(&wanted.as_str())
            };
            let enough = asked && self.strategy == Strategy::First;
            if enough || !self.manager.iter().any(is_it) || facts::program(host, program)?.is_none() {
                continue;
            }
            let packages = listed(host, manager)?;
            asked = asked || !packages.is_empty();
            packages.into_iter().for_each(|(name, about)| add(&mut found, &name, about));
        }
        if !asked {
            return Err(host.missing("no manager of packages that is asked for is on this host".to_owned()));
        }
        let facts = Fields::new().with("packages", found);
        Ok(Plan::say(Fields::new().with("ansible_facts", facts)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let known = |name: &str| {
            name == "auto" || KNOWN.iter().any(|(known, others, _)| *known == name || others.contains(&name))
        };
        let odd = self.manager.iter().find(|name| !known(&name.to_ascii_lowercase()));
        odd.map(|name| {
            ArgumentError::new("manager", format!("`{name}` is no manager of packages that is known"))
        })
        .into_iter()
        .collect()
    }
}

fn add(found: &mut Fields, name: &str, about: Fields) {
    let mut versions = match found.get(name) {
        Some(Data::List(versions)) => versions.clone(),
        _ => Vec::new(),
    };
    versions.push(Data::Map(about));
    found.set(name, Data::List(versions));
}

fn listed(host: &dyn Probe, manager: &str) -> Result<Vec<(String, Fields)>, Failure> {
    let (list, read): (String, fn(&str) -> Option<Fields>) = match manager {
        "apt" => (services::debian_packages(host)?, debian),
        "rpm" => (services::rpm_packages(host)?, rpm),
        "apk" => (services::apk_packages(host)?, apk),
        _ => (services::pacman_packages(host)?, pacman),
    };
    let described = |line: &str| {
        let about = read(line)?;
        let name = about.get("name")?.as_text()?.to_owned();
        Some((name, about.with("source", manager)))
    };
    Ok(list.lines().filter_map(described).collect())
}

fn parts(line: &str, names: &[&str]) -> Option<Fields> {
    let values: Vec<&str> = line.split('|').collect();
    let fields = names.iter().zip(&values).map(|(name, value)| ((*name).to_owned(), Data::from(*value)));
    (values.len() >= names.len()).then(|| fields.collect())
}

/// Only what is installed, whole or in part; where it comes from is not told.
fn debian(line: &str) -> Option<Fields> {
    let status = line.rsplit('|').next()?;
    let about = parts(line, &["name", "version", "arch", "category"])?;
    (status.chars().nth(1) == Some('i')).then(|| about.with("origin", ""))
}

fn rpm(line: &str) -> Option<Fields> {
    let about = parts(line, &["name", "version", "release", "epoch", "arch"])?;
    let epoch = about.get("epoch").and_then(Data::as_text).and_then(|epoch| epoch.parse::<i64>().ok());
    Some(about.with("epoch", epoch))
}

/// `musl-1.2.4-r2`
fn apk(line: &str) -> Option<Fields> {
    let (rest, release) = line.trim().rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some(Fields::new().with("name", name).with("version", version).with("release", release))
}

/// `bash 5.2-1`
fn pacman(line: &str) -> Option<Fields> {
    let (name, version) = line.trim().split_once(' ')?;
    Some(Fields::new().with("name", name).with("version", version))
}
