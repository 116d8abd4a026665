//! Kernel, names, user, time, managers.

use super::{content, line, named, names};
use crate::host::{Data, Failure, Fields, Probe, Time, clock, facts as questions, number, text, users, zone};
use std::path::Path;

/// What is asked for with all that is always there.
pub fn rest(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    storage_names(host, facts);
    facts.set("is_chroot", false);
    load(&content(host, "/proc/loadavg"), facts);
    Ok(())
}

pub fn date_and_time(_host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    facts.set("date_time", date_time(Time::now()));
    Ok(())
}

/// The names by which the host is known to storage elsewhere.
fn storage_names(host: &dyn Probe, facts: &mut Fields) {
    let initiator = content(host, "/etc/iscsi/initiatorname.iscsi");
    let initiator =
        initiator.lines().find_map(|line| line.strip_prefix("InitiatorName=")).unwrap_or_default();
    facts.set("iscsi_iqn", initiator.trim());
    facts.set("hostnqn", content(host, "/etc/nvme/hostnqn").trim());
    let ports = names(host, "/sys/class/fc_host").into_iter();
    let ports = ports.map(|port| content(host, &format!("/sys/class/fc_host/{port}/port_name")));
    let ports: Vec<String> = ports.map(|port| port.trim().trim_start_matches("0x").to_owned()).collect();
    facts.set("fibre_channel_wwn", ports);
}

pub fn kernel(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let name = questions::kernel(host)?;
    let machine = name.text("machine").unwrap_or_default();
    let architecture = if machine.len() == 4 && machine.starts_with('i') && machine.ends_with("86") {
        "i386"
    } else {
        machine.as_str()
    };
    facts.set("system", name.text("sysname").unwrap_or_default());
    facts.set("kernel", name.text("release").unwrap_or_default());
    facts.set("kernel_version", name.text("version").unwrap_or_default());
    facts.set("architecture", architecture);
    facts.set("userspace_architecture", architecture);
    facts.set("userspace_bits", if cfg!(target_pointer_width = "64") { "64" } else { "32" });
    facts.set("machine", machine.as_str());
    let id = content(host, "/etc/machine-id");
    facts.set("machine_id", id.trim());
    Ok(())
}

pub fn host_names(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let node = questions::host_name(host)?;
    let short = node.split('.').next().unwrap_or_default().to_owned();
    let hosts = content(host, "/etc/hosts");
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut lists = lines.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>());
    let own = lists.find(|names| names.iter().any(|name| *name == node));
    let whole = own.and_then(|names| names.into_iter().find(|name| name.contains('.')).map(str::to_owned));
    let whole = whole.unwrap_or_else(|| node.clone());
    facts.set("domain", whole.split_once('.').map_or("", |(_, domain)| domain));
    facts.set("fqdn", whole);
    facts.set("hostname", short);
    facts.set("nodename", node);
    Ok(())
}

pub fn user(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let me = host.me();
    let found = users::user_with(host, me.uid)?;
    let told =
        |part: fn(&users::User) -> &str| found.as_ref().map_or(String::new(), |user| part(user).to_owned());
    facts.set("user_id", found.as_ref().map_or_else(|| me.uid.to_string(), |user| user.name.clone()));
    facts.set("user_uid", me.uid);
    facts.set("user_gid", found.as_ref().map_or(me.gid, |user| user.gid));
    facts.set("user_gecos", told(|user| &user.comment));
    facts.set("user_dir", told(|user| &user.home));
    facts.set("user_shell", told(|user| &user.shell));
    facts.set("real_user_id", me.uid);
    facts.set("effective_user_id", me.uid);
    facts.set("real_group_id", me.gid);
    facts.set("effective_group_id", me.gid);
    Ok(())
}

fn date_time(now: Time) -> Fields {
    let (offset, zone) = zone::offset(now.seconds);
    let (here, utc) = (clock::local(now.seconds), clock::Date::of(now.seconds));
    let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let day = usize::try_from(here.weekday).ok().and_then(|day| days.get(day)).copied().unwrap_or_default();
    let micros = now.nanoseconds / 1000;
    let two = |number: i64| format!("{number:02}");
    let sign = if offset < 0 { '-' } else { '+' };
    let compact = format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}",
        here.year, here.month, here.day, here.hour, here.minute, here.second
    );
    let iso = utc.plain().replace(' ', "T");
    // Weeks begin on Sunday; days before the first Sunday are of week 0.
    let week = (here.yearday + 6 - here.weekday) / 7;
    Fields::new()
        .with("year", here.year.to_string())
        .with("month", two(here.month))
        .with("weekday", day)
        .with("weekday_number", here.weekday.to_string())
        .with("weeknumber", two(week))
        .with("day", two(here.day))
        .with("hour", two(here.hour))
        .with("minute", two(here.minute))
        .with("second", two(here.second))
        .with("epoch", now.seconds.to_string())
        .with("epoch_int", now.seconds.to_string())
        .with("date", format!("{:04}-{:02}-{:02}", here.year, here.month, here.day))
        .with("time", format!("{:02}:{:02}:{:02}", here.hour, here.minute, here.second))
        .with("iso8601_micro", format!("{iso}.{micros:06}Z"))
        .with("iso8601", format!("{iso}Z"))
        .with("iso8601_basic", format!("{compact}{micros:06}"))
        .with("iso8601_basic_short", compact)
        .with("tz", zone.as_str())
        .with("tz_dst", zone)
        .with("tz_offset", format!("{sign}{:02}{:02}", offset.abs() / 3600, offset.abs() / 60 % 60))
}

/// The environment of the agent, with what the task adds to it.
pub fn environment(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let pair = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        (text::from_os(&name), text::from_os(&value).into())
    };
    let mut all: Fields = std::env::vars_os().map(pair).collect();
    host.added_variables().into_iter().for_each(|(name, value)| all.set(name, value));
    facts.set("env", all);
    Ok(())
}

pub fn service_manager(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    facts.set("service_mgr", manager_of_services(host)?);
    Ok(())
}

fn manager_of_services(host: &dyn Probe) -> Result<&'static str, Failure> {
    if crate::host::systemd::is_running(host)? {
        return Ok("systemd");
    }
    let first = content(host, "/proc/1/comm");
    Ok(match first.trim() {
        "systemd" => "systemd",
        "runit-init" | "runit" => "runit",
        "openrc-init" => "openrc",
        _ if host.exists(Path::new("/sbin/openrc"))? => "openrc",
        _ if host.exists(Path::new("/etc/init.d"))? => "sysvinit",
        _ => "service",
    })
}

/// Behind the distribution: some have programs of others.
pub fn package_manager(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    facts.set("pkg_mgr", manager_of_packages(host, named(facts, "os_family"))?);
    Ok(())
}

fn manager_of_packages(host: &dyn Probe, family: &str) -> Result<&'static str, Failure> {
    let known = [
        ("apt", "/usr/bin/apt-get"),
        ("dnf", "/usr/bin/dnf"),
        ("yum", "/usr/bin/yum"),
        ("zypper", "/usr/bin/zypper"),
        ("pacman", "/usr/bin/pacman"),
        ("apk", "/sbin/apk"),
        ("portage", "/usr/bin/emerge"),
        ("xbps", "/usr/bin/xbps-install"),
    ];
    for (name, path) in known {
        if host.exists(Path::new(path))? && !(name == "apt" && family == "RedHat") {
            return Ok(name);
        }
    }
    Ok("unknown")
}

pub fn security(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let selinux = match line(host, "/sys/fs/selinux/enforce") {
        Data::Null => Fields::new().with("status", "disabled"),
        enforce => Fields::new()
            .with("status", "enabled")
            .with("mode", if enforce == Data::from("1") { "enforcing" } else { "permissive" }),
    };
    facts.set("selinux", selinux);
    facts.set("selinux_python_present", true);
    let apparmor = host.exists(Path::new("/sys/kernel/security/apparmor"))?;
    facts.set("apparmor", Fields::new().with("status", if apparmor { "enabled" } else { "disabled" }));
    facts.set("fips", line(host, "/proc/sys/crypto/fips_enabled") == Data::from("1"));
    facts.set("system_capabilities", Vec::<String>::new());
    facts.set("system_capabilities_enforced", "N/A");
    Ok(())
}

pub fn dns(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    facts.set("dns", resolver(&content(host, "/etc/resolv.conf")));
    Ok(())
}

fn resolver(resolv: &str) -> Fields {
    let mut dns = Fields::new();
    let mut servers = Vec::new();
    for line in resolv.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("nameserver") => servers.extend(words.next().map(str::to_owned)),
            Some("domain") => dns.set("domain", words.next().unwrap_or_default()),
            Some("search") => dns.set("search", words.map(str::to_owned).collect::<Vec<_>>()),
            Some("sortlist") => dns.set("sortlist", words.map(str::to_owned).collect::<Vec<_>>()),
            Some("options") => dns.set("options", options(words)),
            _ => {}
        }
    }
    if !servers.is_empty() {
        dns.set("nameservers", servers);
    }
    dns
}

fn options<'a>(words: impl Iterator<Item = &'a str>) -> Fields {
    let option = |word: &str| match word.split_once(':') {
        Some((name, value)) => (name.to_owned(), Data::from(value)),
        None => (word.to_owned(), Data::Bool(true)),
    };
    words.map(option).collect()
}

pub fn command_line(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let text = content(host, "/proc/cmdline");
    let (mut once, mut all) = (Fields::new(), Fields::new());
    for word in text.split_whitespace() {
        let (name, value) =
            word.split_once('=').map_or((word, Data::Bool(true)), |(name, value)| (name, value.into()));
        once.set(name, value.clone());
        match all.remove(name) {
            Some(Data::List(mut values)) => {
                values.push(value);
                all.set(name, Data::List(values));
            }
            Some(before) => all.set(name, Data::List(vec![before, value])),
            None => all.set(name, value),
        }
    }
    facts.set("cmdline", once);
    facts.set("proc_cmdline", all);
    Ok(())
}

/// The public keys by which the host is known.
pub fn host_keys(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    for name in names(host, "/etc/ssh") {
        let kind = name.strip_prefix("ssh_host_").and_then(|rest| rest.strip_suffix("_key.pub"));
        let Some(kind) = kind else { continue };
        let key = content(host, &format!("/etc/ssh/{name}"));
        let mut words = key.split_whitespace();
        if let (Some(word), Some(key)) = (words.next(), words.next()) {
            facts.set(format!("ssh_host_key_{kind}_public"), key);
            facts.set(format!("ssh_host_key_{kind}_public_keytype"), word);
        }
    }
    Ok(())
}

fn load(text: &str, facts: &mut Fields) {
    let numbers: Vec<f64> = text.split_whitespace().filter_map(number::float).collect();
    if let [one, five, fifteen, ..] = numbers.as_slice() {
        facts.set("loadavg", Fields::new().with("1m", *one).with("5m", *five).with("15m", *fifteen));
    }
}
