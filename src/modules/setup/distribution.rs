//! Which system it is.

use super::{assignments, content, named};
use crate::host::{Failure, Fields, Probe, facts as questions};

/// Families and the systems that belong to them, as roles ask for them.
const FAMILIES: [(&str, &[&str]); 9] = [
    (
        "RedHat",
        &[
            "RedHat",
            "Fedora",
            "CentOS",
            "Rocky",
            "AlmaLinux",
            "OracleLinux",
            "Amazon",
            "Scientific",
            "CloudLinux",
            "EuroLinux",
            "Virtuozzo",
        ],
    ),
    (
        "Debian",
        &[
            "Debian",
            "Ubuntu",
            "Raspbian",
            "Linux Mint",
            "KDE neon",
            "Kali",
            "Devuan",
            "Pop!_OS",
            "Parrot",
            "Deepin",
            "Neon",
            "Uos",
        ],
    ),
    (
        "Suse",
        &[
            "SLES",
            "SLED",
            "SLES_SAP",
            "SUSE_LINUX",
            "openSUSE",
            "openSUSE Leap",
            "openSUSE Tumbleweed",
            "openSUSE MicroOS",
            "ALP-Dolomite",
        ],
    ),
    ("Archlinux", &["Archlinux", "Antergos", "Manjaro", "Artix"]),
    ("Alpine", &["Alpine"]),
    ("Gentoo", &["Gentoo", "Funtoo"]),
    ("Slackware", &["Slackware"]),
    ("Altlinux", &["Altlinux"]),
    ("Flatcar", &["Flatcar"]),
];

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let release = content(host, "/etc/os-release");
    let release = if release.is_empty() { content(host, "/usr/lib/os-release") } else { release };
    let os = assignments(&release);
    let name = distribution(&os);
    let version = version(host, &os, &name);
    let family = FAMILIES
        .iter()
        .find(|(_, members)| members.contains(&name.as_str()))
        .map_or(name.as_str(), |(family, _)| family);
    facts.set("os_family", family);
    facts.set("distribution_major_version", version.split('.').next().unwrap_or_default());
    facts.set("distribution_version", version.as_str());
    if let Some((_, minor)) = version.split_once('.').filter(|_| name == "Debian") {
        facts.set("distribution_minor_version", minor);
    }
    facts.set("distribution_release", code_name(host, &os));
    facts.set("distribution_file_path", "/etc/os-release");
    facts.set("distribution_file_variety", family_of_file(family, &name));
    facts.set("distribution_file_parsed", !os.is_empty());
    facts.set("lsb", lsb(host, &os)?);
    facts.set("distribution", name);
    Ok(())
}

fn family_of_file(family: &str, name: &str) -> String {
    match family {
        "Debian" => "Debian".to_owned(),
        "Suse" => "SUSE".to_owned(),
        _ => name.to_owned(),
    }
}

/// The name under which roles know the system.
fn distribution(os: &Fields) -> String {
    let known = [
        ("debian", "Debian"),
        ("ubuntu", "Ubuntu"),
        ("raspbian", "Raspbian"),
        ("linuxmint", "Linux Mint"),
        ("kali", "Kali"),
        ("devuan", "Devuan"),
        ("pop", "Pop!_OS"),
        ("fedora", "Fedora"),
        ("centos", "CentOS"),
        ("rhel", "RedHat"),
        ("rocky", "Rocky"),
        ("almalinux", "AlmaLinux"),
        ("ol", "OracleLinux"),
        ("amzn", "Amazon"),
        ("alpine", "Alpine"),
        ("arch", "Archlinux"),
        ("manjaro", "Manjaro"),
        ("gentoo", "Gentoo"),
        ("opensuse-leap", "openSUSE Leap"),
        ("opensuse-tumbleweed", "openSUSE Tumbleweed"),
        ("sles", "SLES"),
        ("flatcar", "Flatcar"),
    ];
    let id = named(os, "ID");
    let found = known.iter().find(|(known, _)| *known == id).map(|(_, name)| (*name).to_owned());
    let otherwise = named(os, "NAME").split_whitespace().next().unwrap_or("Linux").to_owned();
    found.unwrap_or(otherwise)
}

fn version(host: &dyn Probe, os: &Fields, name: &str) -> String {
    if name == "Debian" {
        // The minor version stands here only; a name such as `trixie/sid` does not count.
        let exact = content(host, "/etc/debian_version").trim().to_owned();
        if exact.starts_with(|scalar: char| scalar.is_ascii_digit()) {
            return exact;
        }
    }
    let version = named(os, "VERSION_ID");
    if version.is_empty() { "NA".to_owned() } else { version.to_owned() }
}

fn code_name(host: &dyn Probe, os: &Fields) -> String {
    let known = named(os, "VERSION_CODENAME");
    if !known.is_empty() {
        return known.to_owned();
    }
    let version = named(os, "VERSION");
    let inside =
        version.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(name, _)| name.to_owned());
    let debian = content(host, "/etc/debian_version").trim().split('/').next().unwrap_or_default().to_owned();
    inside
        .or(Some(debian).filter(|name| !name.is_empty() && !name.contains('.')))
        .unwrap_or_else(|| "NA".to_owned())
}

/// What `lsb_release` says; where there is no such program, what its file says.
fn lsb(host: &dyn Probe, os: &Fields) -> Result<Fields, Failure> {
    let said = questions::lsb_release(host)?;
    let value = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    if !value("Distributor ID:").is_empty() {
        let release = value("Release:");
        return Ok(Fields::new()
            .with("id", value("Distributor ID:"))
            .with("release", release)
            .with("major_release", release.split('.').next().unwrap_or_default())
            .with("codename", value("Codename:"))
            .with("description", value("Description:")));
    }
    let file = assignments(&content(host, "/etc/lsb-release"));
    Ok(if named(&file, "DISTRIB_ID").is_empty() { Fields::new() } else { from_file(&file, os) })
}

fn from_file(file: &Fields, os: &Fields) -> Fields {
    let release = named(file, "DISTRIB_RELEASE");
    Fields::new()
        .with("id", named(file, "DISTRIB_ID"))
        .with("release", release)
        .with("major_release", release.split('.').next().unwrap_or_default())
        .with("codename", named(file, "DISTRIB_CODENAME"))
        .with(
            "description",
            if named(file, "DISTRIB_DESCRIPTION").is_empty() {
                named(os, "PRETTY_NAME")
            } else {
                named(file, "DISTRIB_DESCRIPTION")
            },
        )
}
