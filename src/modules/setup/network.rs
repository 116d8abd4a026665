//! Interfaces, addresses, routes.

use super::{content, line, names};
use crate::host::{Data, Failure, Fields, Probe, facts as questions, text};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

pub fn gather(host: &dyn Probe, facts: &mut Fields) -> Result<(), Failure> {
    let interfaces = names(host, "/sys/class/net")
        .into_iter()
        .filter(|name| name != "bonding_masters")
        .collect::<Vec<_>>();
    let addresses = questions::addresses(host)?;
    let (mut all4, mut all6) = (Vec::new(), Vec::new());
    let mut default4 = route(&content(host, "/proc/net/route"));
    let default6 = route6(&content(host, "/proc/net/ipv6_route"));
    let sixes = content(host, "/proc/net/if_inet6");
    for name in &interfaces {
        let mut said = link(host, name)?;
        let fours: Vec<Fields> = addresses
            .list("ipv4")
            .iter()
            .filter(|a| a.text("interface").as_deref() == Some(name))
            .map(four)
            .collect();
        let six: Vec<Fields> = sixes.lines().filter_map(|line| six(line, name)).collect();
        let is_loop = |address: &Fields| {
            address
                .get("address")
                .and_then(Data::as_text)
                .is_some_and(|a| a.starts_with("127.") || a == "::1")
        };
        all4.extend(
            fours
                .iter()
                .filter(|address| !is_loop(address))
                .filter_map(|address| address.get("address").cloned()),
        );
        all6.extend(
            six.iter()
                .filter(|address| !is_loop(address))
                .filter_map(|address| address.get("address").cloned()),
        );
        if let Some(default) =
            default4.as_mut().filter(|default| default.get("interface") == Some(&name.as_str().into()))
        {
            complete(default, &said, fours.first(), name);
        }
        add_addresses(&mut said, fours, six);
        // Names of interfaces become names of facts, which have no dashes, dots or colons.
        facts.set(name.replace(['-', '.', ':'], "_"), said);
    }
    facts.set("interfaces", interfaces);
    facts.set("all_ipv4_addresses", Data::List(all4));
    facts.set("all_ipv6_addresses", Data::List(all6.clone()));
    facts.set("locally_reachable_ips", reachable(facts));
    facts.set("default_ipv4", default4.unwrap_or_default());
    facts.set("default_ipv6", six_default(default6, &sixes, facts));
    Ok(())
}

/// The first address stands alone, others beside it.
fn add_addresses(said: &mut Fields, fours: Vec<Fields>, sixes: Vec<Fields>) {
    let mut fours = fours.into_iter().map(Data::Map);
    if let Some(first) = fours.next() {
        said.set("ipv4", first);
    }
    let others: Vec<Data> = fours.collect();
    if !others.is_empty() {
        said.set("ipv4_secondaries", Data::List(others));
    }
    if !sixes.is_empty() {
        said.set("ipv6", sixes);
    }
}

/// The addresses that are this host's own, those of the loopback included.
fn reachable(facts: &Fields) -> Fields {
    let all = |name: &str, own: &[&str]| {
        let known = facts.get(name).map(|list| match list {
            Data::List(list) => list.iter().filter_map(Data::as_text).map(str::to_owned).collect(),
            _ => Vec::new(),
        });
        let mut all: Vec<String> = known.unwrap_or_default();
        all.extend(own.iter().map(|address| (*address).to_owned()));
        all.sort();
        all.dedup();
        all
    };
    let four = all("all_ipv4_addresses", &["127.0.0.0/8", "127.0.0.1"]);
    Fields::new().with("ipv4", four).with("ipv6", all("all_ipv6_addresses", &["::1"]))
}

fn link(host: &dyn Probe, name: &str) -> Result<Fields, Failure> {
    let of = |file: &str| line(host, &format!("/sys/class/net/{name}/{file}"));
    let number = |file: &str| of(file).as_text().and_then(|text| text.parse::<i64>().ok());
    let flags = of("flags")
        .as_text()
        .and_then(|flags| i64::from_str_radix(flags.trim_start_matches("0x"), 16).ok())
        .unwrap_or(0);
    let mut said = Fields::new().with("device", name).with("mtu", number("mtu"));
    if let Some(speed) = number("speed") {
        said.set("speed", speed);
    }
    // A loopback is active whatever it says.
    said.set(
        "active",
        of("operstate") == Data::from("up")
            || flags & 0x8 != 0
            || (flags & 0x1 != 0 && of("operstate") == Data::from("unknown")),
    );
    let kind = match number("type") {
        _ if host.exists(Path::new(&format!("/sys/class/net/{name}/bridge")))? => "bridge",
        _ if host.exists(Path::new(&format!("/sys/class/net/{name}/bonding")))? => "bonding",
        Some(772) => "loopback",
        Some(32) => "infiniband",
        Some(512) => "ppp",
        Some(65534) => "tunnel",
        _ => "ether",
    };
    said.set("type", kind);
    said.set("promisc", flags & 0x100 != 0);
    if let Some(mac) = of("address").as_text().filter(|mac| !mac.is_empty() && *mac != "00:00:00:00:00:00") {
        said.set("macaddress", mac);
    }
    if kind == "bridge" {
        said.set("id", of("bridge/bridge_id"));
        said.set("stp", of("bridge/stp_state") == Data::from("1"));
        said.set("interfaces", names(host, &format!("/sys/class/net/{name}/brif")));
    }
    if let Some(speed) = number("speed").filter(|speed| *speed > 0) {
        said.set("speed", speed);
    }
    let device = Path::new("/sys/class/net").join(name).join("device");
    if host.exists(&device)? {
        let real = host.resolve(&device)?;
        said.set("pciid", real.file_name().map(text::from_os));
        let driver = host.resolve(&device.join("driver/module"))?;
        if host.exists(&driver)? {
            said.set("module", driver.file_name().map(text::from_os));
        }
    }
    Ok(said)
}

/// An address with its network.
fn four(address: &Data) -> Fields {
    let own: Ipv4Addr =
        address.text("address").and_then(|text| text.parse().ok()).unwrap_or(Ipv4Addr::UNSPECIFIED);
    let prefix: u32 = address.number("prefix").unwrap_or(32);
    let mask = u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0);
    Fields::new()
        .with("address", own.to_string())
        .with("broadcast", address.text("broadcast").unwrap_or_default())
        .with("netmask", Ipv4Addr::from(mask).to_string())
        .with("network", Ipv4Addr::from(u32::from(own) & mask).to_string())
        .with("prefix", prefix.to_string())
}

/// A line of the kernel's table of addresses of version 6.
fn six(line: &str, interface: &str) -> Option<Fields> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [address, _, prefix, scope, _, name] = words.as_slice() else { return None };
    if *name != interface {
        return None;
    }
    let scope = match *scope {
        "10" => "host",
        "20" => "link",
        "40" => "site",
        "00" => "global",
        _ => "unknown",
    };
    let prefix = u32::from_str_radix(prefix, 16).ok()?;
    Some(
        Fields::new().with("address", hex6(address)?).with("prefix", prefix.to_string()).with("scope", scope),
    )
}

fn hex6(digits: &str) -> Option<String> {
    u128::from_str_radix(digits, 16).ok().map(|bits| Ipv6Addr::from(bits).to_string())
}

/// The gateway and interface of the way to everywhere.
fn route(table: &str) -> Option<Fields> {
    let mut best: Option<(i64, Fields)> = None;
    for line in table.lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [interface, "00000000", gateway, flags, _, _, metric, "00000000", ..] = words.as_slice() else {
            continue;
        };
        let up = u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 != 0);
        let metric: i64 = metric.parse().unwrap_or(0);
        if up && best.as_ref().is_none_or(|(known, _)| metric < *known) {
            let gateway = u32::from_str_radix(gateway, 16)
                .map(|bits| Ipv4Addr::from(bits.swap_bytes()).to_string())
                .ok()?;
            let said = Fields::new().with("gateway", gateway).with("interface", *interface);
            best = Some((metric, said));
        }
    }
    best.map(|(_, said)| said)
}

fn route6(table: &str) -> Option<Fields> {
    let everywhere = "0".repeat(32);
    for line in table.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [to, "00", _, _, gateway, .., interface] = words.as_slice() else { continue };
        if *to == everywhere && *gateway != everywhere && *interface != "lo" {
            return Some(Fields::new().with("gateway", hex6(gateway)?).with("interface", *interface));
        }
    }
    None
}

fn complete(default: &mut Fields, link: &Fields, address: Option<&Fields>, name: &str) {
    default.set("alias", name);
    for field in ["macaddress", "mtu", "type"] {
        default.set(field, link.get(field).cloned().unwrap_or_default());
    }
    if let Some(address) = address {
        address.iter().for_each(|(field, value)| default.set(field, value.clone()));
    }
}

fn six_default(default: Option<Fields>, table: &str, facts: &Fields) -> Fields {
    let Some(mut default) = default else { return Fields::new() };
    let name = default.get("interface").and_then(Data::as_text).unwrap_or_default().to_owned();
    let global =
        table.lines().filter_map(|line| six(line, &name)).find(|a| a.get("scope") == Some(&"global".into()));
    if let Some(address) = global {
        address.iter().for_each(|(field, value)| default.set(field, value.clone()));
    }
    if let Some(link) = facts.get(&name.replace(['-', '.', ':'], "_")) {
        for field in ["macaddress", "mtu", "type"] {
            default.set(field, link.entry(field).clone());
        }
    }
    default
}
