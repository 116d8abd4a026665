//! Questions for the package managers.

use super::answer::{output, output_of};
use super::{Data, Failure, Fields, Probe, Query, Subject, System};
use std::path::Path;

/// What dpkg knows of a package; [`Data::Null`] where it knows nothing.
pub fn package(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(Subject::Package(name.to_owned())))
}

/// When the index of packages was read last, in seconds since 1970; 0 where never.
pub fn index_time(host: &dyn Probe) -> Result<i64, Failure> {
    Ok(host.ask(&Query::about(Subject::PackageIndex))?.number("seconds").unwrap_or(0))
}

/// What apt would do. Only `-s` makes it harmless, so it is put here and nowhere else.
pub fn simulate(host: &dyn Probe, arguments: &[String]) -> Result<Data, Failure> {
    let mut argv = vec!["apt-get", "-s", "-q", "-y"];
    argv.extend(arguments.iter().map(String::as_str));
    host.ask(&output_of(&argv))
}

/// What `apt-cache policy` says: installed and candidate versions.
pub fn policy(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&output_of(&["apt-cache", "policy", "--", name]))
}

/// The names of the versions of a package that could be installed, newest first.
pub fn versions(host: &dyn Probe, name: &str) -> Result<Vec<String>, Failure> {
    let said = host.ask(&output_of(&["apt-cache", "madison", "--", name]))?;
    let said = said.text("stdout").unwrap_or_default();
    Ok(said
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(|version| version.trim().to_owned())
        .collect())
}

/// The names of packages that a pattern of the shell matches.
pub fn names_like(host: &dyn Probe, pattern: &str) -> Result<Vec<String>, Failure> {
    let said = host.ask(&output_of(&["apt-cache", "pkgnames"]))?;
    let said = said.text("stdout").unwrap_or_default();
    let mut names: Vec<String> =
        said.lines().filter(|name| super::glob::matches(pattern, name)).map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

/// The packages that provide a virtual one.
pub fn providers(host: &dyn Probe, name: &str) -> Result<Vec<String>, Failure> {
    let said =
        host.ask(&output_of(&["apt-cache", "showpkg", "--", name]))?.text("stdout").unwrap_or_default();
    let providers = said.split_once("Reverse Provides:").map_or("", |(_, rest)| rest);
    let mut names: Vec<String> =
        providers.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    names.dedup();
    Ok(names)
}

/// A field of a package file.
pub fn file_field(host: &dyn Probe, path: &str, field: &str) -> Result<String, Failure> {
    let said = host.ask(&output_of(&["dpkg-deb", "--field", path, field]))?;
    if said.number::<i64>("rc") != Some(0) {
        return Err(Failure::new(format!(
            "`{path}` is no package: {}",
            said.text("stderr").unwrap_or_default().trim()
        )));
    }
    Ok(said.text("stdout").unwrap_or_default().trim().to_owned())
}

/// How two versions stand to one another, as dpkg compares them.
pub fn version_holds(host: &dyn Probe, left: &str, relation: &str, right: &str) -> Result<bool, Failure> {
    let said = host.ask(&output_of(&["dpkg", "--compare-versions", left, relation, right]))?;
    Ok(said.number::<i64>("rc") == Some(0))
}

/// What a question about a package is about, for effects.
pub fn package_subject(name: &str) -> Subject {
    Subject::Package(name.to_owned())
}

/// What was changed last when apt read its index; the first that is there counts.
pub const INDEX_STAMPS: [&str; 2] = ["/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists"];

/// The index of packages, for effects.
pub fn index_subject() -> Subject {
    Subject::PackageIndex
}

/// What `pacman -Q` says.
pub fn pacman(host: &dyn Probe, name: &str) -> Result<Data, Failure> {
    host.ask(&Query::about(pacman_subject(name)))
}

/// What this question is about, for effects.
pub fn pacman_subject(name: &str) -> Subject {
    Subject::Output(["pacman", "-Q", "--", name].map(str::to_owned).to_vec())
}

pub(in crate::host) fn find(system: &System, name: &str) -> Result<Data, Failure> {
    let format = "${db:Status-Abbrev}\\t${Version}\\t${Architecture}\\t${Package}\\n";
    let argv = ["dpkg-query", "-W", "-f", format, "--", name].map(str::to_owned).to_vec();
    let Some(said) = output(system, argv)?.map(Data::Map) else { return Ok(Data::Null) };
    let said = said.text("stdout").unwrap_or_default();
    // Of several architectures, the one that is installed counts.
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_by_key(|line| !line.starts_with("ii") && !line.starts_with("hi"));
    let Some(line) = lines.first() else { return Ok(Data::Null) };
    let mut parts = line.split('\t');
    let mut next = || parts.next().unwrap_or_default().trim().to_owned();
    let fields = Fields::new().with("status", next()).with("version", next());
    Ok(Data::Map(fields.with("architecture", next()).with("name", next())))
}

/// Whether what dpkg knows means that the package is installed.
pub fn is_installed(package: &Data) -> bool {
    package.text("status").is_some_and(|status| status.chars().nth(1) == Some('i'))
}

pub(in crate::host) fn index_age(system: &System) -> Result<Data, Failure> {
    for path in INDEX_STAMPS {
        if let Some(stat) = system.stat(Path::new(path))? {
            return Ok(Data::Map(Fields::new().with("seconds", stat.modified.seconds)));
        }
    }
    Ok(Data::Null)
}
