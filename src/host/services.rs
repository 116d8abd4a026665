//! Questions about all services and all packages, for facts.

use super::answer::ask;
use super::{Failure, Probe};

/// The services that systemd has loaded: name, load, active, sub, in columns.
pub fn units(host: &dyn Probe) -> Result<String, Failure> {
    let argv =
        ["systemctl", "list-units", "--no-pager", "--no-legend", "--type", "service", "--all", "--plain"];
    listed(host, &argv)
}

/// The services that have a file: name and whether they start at boot.
pub fn unit_files(host: &dyn Probe) -> Result<String, Failure> {
    listed(host, &["systemctl", "list-unit-files", "--no-pager", "--no-legend", "--type", "service", "--all"])
}

/// Name and active state of each of these services, a line each.
pub fn active_states(host: &dyn Probe, names: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut argv = vec!["systemctl", "show", "--property=Id", "--property=ActiveState", "--"];
    argv.extend(names.iter().map(String::as_str));
    let said = listed(host, &argv)?;
    let value = |block: &str, name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    Ok(said.split("\n\n").map(|block| (value(block, "Id="), value(block, "ActiveState="))).collect())
}

/// What `service --status-all` says of scripts in `/etc/init.d`.
pub fn scripts(host: &dyn Probe) -> Result<String, Failure> {
    listed(host, &["service", "--status-all"])
}

/// All installed packages of Debian: name, version, architecture, section, status, parted by `|`.
pub fn debian_packages(host: &dyn Probe) -> Result<String, Failure> {
    let format = "${Package}|${Version}|${Architecture}|${Section}|${db:Status-Abbrev}\n";
    listed(host, &["dpkg-query", "-W", "-f", format])
}

/// All installed packages of rpm: name, version, release, epoch, architecture, parted by `|`.
pub fn rpm_packages(host: &dyn Probe) -> Result<String, Failure> {
    listed(host, &["rpm", "-qa", "--qf", "%{name}|%{version}|%{release}|%{epoch}|%{arch}\n"])
}

/// All installed packages of apk, as `name-version` lines.
pub fn apk_packages(host: &dyn Probe) -> Result<String, Failure> {
    listed(host, &["apk", "info", "-v"])
}

/// All installed packages of pacman, as `name version` lines.
pub fn pacman_packages(host: &dyn Probe) -> Result<String, Failure> {
    listed(host, &["pacman", "-Q"])
}

fn listed(host: &dyn Probe, argv: &[&str]) -> Result<String, Failure> {
    ask(host, argv).map(|said| said.stdout)
}
