//! `setup`, known as `gather_facts` too

mod devices;
mod distribution;
mod hardware;
mod local;
pub(super) mod mounts;
mod network;
mod programs;
mod system;
mod virtualization;

use super::argument::PathText;
use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, glob, text};
use std::path::Path;

module! {
    /// Tells what is known of a host, under the names that roles read.
    ///
    /// ```yaml
    /// - setup:
    /// - setup: { gather_subset: ["!all", network], filter: ["ansible_default_ipv4"] }
    /// ```
    Setup "setup" ["gather_facts"] {
        /// Which: `all`, `min`, `hardware`, `network`, `virtual`, names of facts; with `!`, all but these.
        gather_subset: Vec<String> = "all";
        /// Only facts that are like one of these patterns.
        filter: Vec<String>;
        /// Where files lie that say more.
        fact_path: PathText = "/etc/ansible/facts.d";
        /// Seconds for one fact.
        gather_timeout: i64 = 10;
        /// Means nothing here.
        parallel: Option<bool>;
    }
}

/// A group of facts and the subsets that it belongs to.
type Gather = fn(&dyn Probe, &mut Fields) -> Result<(), Failure>;

const GROUPS: [(&str, &[&str], Gather); 20] = [
    (
        "distribution",
        &[
            "all",
            "min",
            "pkg_mgr",
            "os_family",
            "distribution_version",
            "distribution_release",
            "distribution_major_version",
            "lsb",
        ],
        distribution::gather,
    ),
    (
        "platform",
        &["all", "min", "system", "kernel", "kernel_version", "machine", "architecture", "machine_id"],
        system::kernel,
    ),
    ("platform", &["all", "min", "fqdn", "hostname"], system::host_names),
    (
        "user",
        &[
            "all",
            "min",
            "user_id",
            "user_uid",
            "user_gid",
            "user_gecos",
            "user_dir",
            "user_shell",
            "real_user_id",
            "effective_user_id",
            "effective_group_ids",
        ],
        system::user,
    ),
    ("date_time", &["all", "min"], system::date_and_time),
    ("env", &["all", "min"], system::environment),
    ("service_mgr", &["all", "min"], system::service_manager),
    ("pkg_mgr", &["all", "min"], system::package_manager),
    (
        "selinux",
        &["all", "min", "apparmor", "fips", "caps", "system_capabilities", "system_capabilities_enforced"],
        system::security,
    ),
    ("dns", &["all", "min"], system::dns),
    ("cmdline", &["all", "min"], system::command_line),
    (
        "ssh_pub_keys",
        &[
            "all",
            "min",
            "ssh_host_pub_keys",
            "ssh_host_key_dsa_public",
            "ssh_host_key_ecdsa_public",
            "ssh_host_key_ed25519_public",
            "ssh_host_key_rsa_public",
        ],
        system::host_keys,
    ),
    ("loadavg", &["all", "chroot", "is_chroot", "fibre_channel_wwn", "iscsi", "nvme"], system::rest),
    ("python", &["all", "min", "python_version"], programs::python),
    ("systemd", &["all"], programs::systemd),
    (
        "hardware",
        &["all", "processor", "processor_cores", "processor_count", "memory", "dmi"],
        hardware::gather,
    ),
    ("hardware", &["all", "mounts"], mounts::gather),
    ("hardware", &["all", "devices"], devices::gather),
    (
        "network",
        &["all", "interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses"],
        network::gather,
    ),
    (
        "virtual",
        &[
            "all",
            "virtualization_type",
            "virtualization_role",
            "virtualization_tech_guest",
            "virtualization_tech_host",
        ],
        virtualization::gather,
    ),
];

impl Module for Setup {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut facts = Fields::new();
        for (name, also, gather) in GROUPS {
            if self.wants(name, also) {
                gather(host, &mut facts)?;
            }
        }
        if self.wants("local", &["all", "min"]) {
            facts.set("local", local::gather(host, &self.fact_path.on(host)?)?);
        }
        let mut named: Fields =
            facts.into_iter().map(|(name, value)| (format!("ansible_{name}"), value)).collect();
        named.set("gather_subset", self.gather_subset.clone());
        named.set("module_setup", true);
        Ok(Plan::say(Fields::new().with("ansible_facts", self.filtered(named))))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let wrong = self.gather_subset.iter().filter(|name| !name.starts_with('!') && !is_subset(name));
        let message = |name: &String| format!("Bad subset '{name}' given to Ansible");
        wrong.map(|name| ArgumentError::new("gather_subset", message(name))).collect()
    }
}

/// What is asked for beside the groups: all, what is always there, files of the host, and what others tell who are not asked.
const OTHERS: [&str; 5] = ["all", "min", "local", "facter", "ohai"];

fn is_subset(name: &str) -> bool {
    OTHERS.contains(&name) || GROUPS.iter().any(|(group, also, _)| *group == name || also.contains(&name))
}

impl Setup {
    /// Whether a group is asked for. What is always there is left out only by name, and who only leaves out wants no more.
    fn wants(&self, name: &str, also: &[&str]) -> bool {
        let is = |subset: &str| subset == name || also.contains(&subset);
        let out = self.gather_subset.iter().filter_map(|subset| subset.strip_prefix('!'));
        let out: Vec<&str> = out.collect();
        let asked: Vec<&str> =
            self.gather_subset.iter().map(String::as_str).filter(|s| !s.starts_with('!')).collect();
        if asked.iter().any(|subset| *subset != "all" && is(subset)) {
            return true;
        }
        let minimal = also.contains(&"min") && !out.contains(&"min");
        let left_out = out.contains(&"all") || out.iter().any(|subset| *subset != "min" && is(subset));
        minimal || (asked.contains(&"all") && !left_out)
    }

    fn filtered(&self, facts: Fields) -> Fields {
        if self.filter.is_empty() || self.filter.iter().any(|pattern| pattern == "*") {
            return facts;
        }
        let fits = |name: &str| {
            self.filter.iter().any(|pattern| {
                glob::matches(pattern, name) || glob::matches(&format!("ansible_{pattern}"), name)
            })
        };
        facts.into_iter().filter(|(name, _)| fits(name)).collect()
    }
}

/// The text of a file; nothing where it is not there.
fn content(host: &dyn Probe, path: &str) -> String {
    host.read(Path::new(path)).map(|bytes| text::from_bytes(&bytes)).unwrap_or_default()
}

/// The text of a file without the blanks around it, as data; [`Data::Null`] where it is not there.
fn line(host: &dyn Probe, path: &str) -> Data {
    match host.read(Path::new(path)) {
        Ok(bytes) => text::from_bytes(&bytes).trim().into(),
        Err(_) => Data::Null,
    }
}

/// The entries of a directory as text; none where it is not there.
fn names(host: &dyn Probe, path: &str) -> Vec<String> {
    host.list(Path::new(path))
        .map(|names| names.iter().map(|name| text::from_os(name)).collect())
        .unwrap_or_default()
}

/// `KEY=value` lines as a shell reads them.
fn assignments(text: &str) -> Fields {
    let mut fields = Fields::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        if let Some((name, value)) = line.split_once('=') {
            let words = crate::host::words::split(value.trim()).unwrap_or_default();
            fields.set(name.trim(), words.join(" "));
        }
    }
    fields
}

/// A text of named data, empty where there is none.
fn named<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Data::as_text).unwrap_or_default()
}
