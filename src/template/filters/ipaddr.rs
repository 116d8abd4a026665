//! `ipaddr` and its kin, of ansible.utils. What is no address is `False`, not an error.

use super::Table;
use crate::template::data::ip::Network;
use crate::template::eval::{Bound, Call};
use crate::template::python::{iterate, types};
use crate::template::{Answer, Error};
use crate::vars::{Data, Value};

pub const TABLE: Table = &[
    ("ipaddr", |call| filter(call, None)),
    ("ipv4", |call| filter(call, Some(false))),
    ("ipv6", |call| filter(call, Some(true))),
    ("ipwrap", wrap),
];

/// How an address was written: alone or as a network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Address,
    Network,
}

/// The address in a value: text, or a number.
pub fn read(value: &Value, v6: Option<bool>) -> Option<(Network, Written)> {
    let text = match value.data() {
        Data::Text(_) | Data::Int(_) | Data::Big(_) => value.to_string(),
        _ => return None,
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u128 = text.parse().ok()?;
        let v4 = if v6 == Some(true) { None } else { Network::of_number(number, false, None) };
        return v4.or_else(|| Network::of_number(number, true, None)).map(|found| (found, Written::Address));
    }
    if let Some(network) = Network::parse(&text) {
        return Some((network, if text.contains('/') { Written::Network } else { Written::Address }));
    }
    let (number, prefix) = text.split_once('/')?;
    let (number, prefix) = (number.parse().ok()?, prefix.parse().ok()?);
    let v4 = Network::of_number(number, false, Some(prefix));
    v4.or_else(|| Network::of_number(number, true, Some(prefix))).map(|found| (found, Written::Network))
}

fn filter(call: &mut Call, v6: Option<bool>) -> Answer<Value> {
    let args: Bound = call.bind(&["value", "query", "version", "alias"])?;
    let version = match args.int("version")? {
        Some(4) => Some(false),
        Some(6) => Some(true),
        _ => v6,
    };
    query(&args.value("value")?, &args.text_or("query", "")?, version)
}

/// Asks something of an address, or of each in a list.
pub fn query(value: &Value, question: &str, v6: Option<bool>) -> Answer<Value> {
    if let Data::List(_) | Data::Tuple(_) = value.data() {
        let mut kept = Vec::new();
        for item in iterate::items(value)?.iter() {
            let found = query(item, question, v6)?;
            if types::is_true(&found)? {
                kept.push(found);
            }
        }
        return Ok(Value::list(kept));
    }
    let Some((network, written)) = read(value, v6) else { return Ok(false.into()) };
    if v6.is_some_and(|v6| v6 != network.v6) {
        return Ok(false.into());
    }
    // A number is shown as the address that it stands for.
    let shown: Value = match value.as_str().is_some_and(|text| text.contains(['.', ':'])) {
        true => value.clone(),
        false => network.to_string().into(),
    };
    answer(&network, written, question, &shown)
}

fn maybe(found: Option<String>) -> Answer<Value> {
    Ok(found.map_or_else(Value::none, Value::from))
}

fn kept_if(holds: bool, value: &Value) -> Answer<Value> {
    Ok(if holds { value.clone() } else { Value::none() })
}

fn answer(network: &Network, written: Written, question: &str, value: &Value) -> Answer<Value> {
    let n = network;
    let is_host = n.ip != n.first();
    let size = n.size();
    let ip = || n.ip_text();
    match question {
        "" => Ok(if written == Written::Address { ip().into() } else { n.to_string().into() }),
        "address" | "ip" => maybe((size == 1 || is_host || n.broadcast().is_none() || n.v6).then(ip)),
        "address/prefix" | "gateway" | "gw" | "host/prefix" | "hostnet" | "router" => {
            let is_edge = size > 2 && (!is_host || n.broadcast() == Some(n.ip));
            Ok(if is_edge { false.into() } else { n.to_string().into() })
        }
        "bool" => Ok(true.into()),
        "broadcast" => maybe((size > 2).then(|| n.broadcast().map_or("None".into(), |last| n.address(last)))),
        "cidr" => Ok(n.to_string().into()),
        "host" => maybe((size == 1 || is_host || n.broadcast().is_none()).then(|| n.to_string())),
        "hostmask" | "wildcard" => Ok(n.address(n.host_mask()).into()),
        "int" => Ok(match written {
            Written::Address => num_bigint::BigInt::from(n.ip).into(),
            Written::Network => format!("{}/{}", n.ip, n.prefix).into(),
        }),
        "ip/prefix" => maybe((size == 2 || size > 1 && is_host).then(|| n.to_string())),
        "ip_netmask" => {
            maybe((size == 2 || size > 1 && is_host).then(|| format!("{} {}", ip(), n.address(n.mask()))))
        }
        "ipv4" | "v4" => Ok(v4(n, value)),
        "ipv6" | "v6" => Ok(if n.v6 { value.clone() } else { mapped(n).into() }),
        "link-local" => kept_if(n.is_in(&["169.254.0.0/16", "fe80::/10"]), value),
        "lo" | "loopback" => kept_if(n.is_in(&["127.0.0.0/8", "::1/128"]), value),
        "multicast" => kept_if(n.is_in(MULTICAST), value),
        "unicast" => kept_if(!n.is_in(MULTICAST), value),
        "private" => kept_if(!is_global(n), value),
        "public" => kept_if(is_public(n), value),
        "net" => maybe((size > 1 && !is_host).then(|| n.to_string())),
        "netmask" => Ok(n.address(n.mask()).into()),
        "network" | "network_id" => Ok(n.address(n.first()).into()),
        "network/prefix" | "subnet" => Ok(n.cidr().to_string().into()),
        "network_netmask" => Ok(format!("{} {}", n.address(n.first()), n.address(n.mask())).into()),
        "network_wildcard" => Ok(format!("{} {}", n.address(n.first()), n.address(n.host_mask())).into()),
        "prefix" => Ok(i64::from(n.prefix).into()),
        "revdns" => Ok(reverse_dns(n).into()),
        "size" => Ok(num_bigint::BigInt::from(size).into()),
        "size_usable" => Ok(num_bigint::BigInt::from(match size {
            1 => 0,
            2 => 2,
            _ => size - 2,
        })
        .into()),
        "type" => Ok(if size > 1 && !is_host { "network" } else { "address" }.into()),
        "version" => Ok(if n.v6 { 6_i64 } else { 4 }.into()),
        "wrap" => Ok(wrapped(n, written, value)),
        "6to4" => Ok(six_to_four(n, value)),
        "first_usable" | "last_usable" | "next_usable" | "previous_usable" | "range_usable" | "peer" => {
            usable(n, written, question)
        }
        _ => other(n, written, question, value),
    }
}

const MULTICAST: &[&str] = &["224.0.0.0/4", "ff00::/8"];

/// A network that the address is looked for in, or the number of an address in the network.
fn other(network: &Network, written: Written, question: &str, value: &Value) -> Answer<Value> {
    if let Ok(index) = question.parse::<i128>() {
        if network.size() == 1 {
            return Ok(
                if written == Written::Address { network.ip_text() } else { network.to_string() }.into()
            );
        }
        let at = match index >= 0 {
            true => network.first().checked_add(index.unsigned_abs()),
            false => (network.last() + 1).checked_sub(index.unsigned_abs()),
        };
        let at = at.filter(|at| (network.first()..=network.last()).contains(at));
        return Ok(at.map_or(false.into(), |at| format!("{}/{}", network.address(at), network.prefix).into()));
    }
    match read(&question.into(), None) {
        Some((outer, _)) => kept_if(outer.contains(network), value),
        None => Err(Error::failed(format!("`ipaddr` has no query `{question}`"))),
    }
}

fn usable(network: &Network, written: Written, question: &str) -> Answer<Value> {
    if written == Written::Address {
        return Err(Error::failed(format!("`{question}` needs a network, not an address")));
    }
    let n = network;
    if n.size() == 1 && question != "peer" {
        return Ok(Value::none());
    }
    let (first, last) = n.usable();
    let within = |ip: Option<u128>| ip.filter(|ip| (first..=last).contains(ip)).map(|ip| n.address(ip));
    match question {
        "first_usable" => maybe(Some(n.address(first))),
        "last_usable" => maybe(Some(n.address(last))),
        "next_usable" => maybe(within(n.ip.checked_add(1))),
        "previous_usable" => maybe(within(n.ip.checked_sub(1))),
        "range_usable" => maybe(Some(format!("{}-{}", n.address(first), n.address(last)))),
        _ => match (n.size(), n.ip % 4) {
            (2, _) => maybe(Some(n.address(n.ip ^ 1))),
            (4, 0) => Err(Error::failed("the network address of a /30 has no peer")),
            (4, 3) => Err(Error::failed("the broadcast address of a /30 has no peer")),
            (4, _) => maybe(Some(n.address(n.ip ^ 3))),
            _ => Err(Error::failed("the network is no link between two points")),
        },
    }
}

fn mapped(network: &Network) -> String {
    let number = network.ip | 0xffff << 32;
    let v6 = Network { v6: true, ip: number, prefix: network.prefix + 96 };
    format!("{}/{}", v6.ip_text(), v6.prefix)
}

fn v4(network: &Network, value: &Value) -> Value {
    if !network.v6 {
        return value.clone();
    }
    let high = network.ip >> 32;
    match high == 0 || high == 0xffff {
        true => {
            let v4 = Network {
                v6: false,
                ip: network.ip & 0xffff_ffff,
                prefix: network.prefix.saturating_sub(96),
            };
            v4.to_string().into()
        }
        false => false.into(),
    }
}

fn six_to_four(network: &Network, value: &Value) -> Value {
    if network.v6 {
        return if network.is_in(&["2002::/16"]) { value.clone() } else { false.into() };
    }
    if network.size() > 1 && network.ip == network.first() {
        return false.into();
    }
    format!("2002:{:04x}:{:04x}::1/48", network.ip >> 16 & 0xffff, network.ip & 0xffff).into()
}

/// Networks that are for special use, and what is global inside of them.
fn is_global(network: &Network) -> bool {
    const SPECIAL: &[&str] = &[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "::1/128",
        "::ffff:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "fc00::/7",
        "fe80::/10",
    ];
    const EXCEPTIONS: &[&str] =
        &["192.0.0.9/32", "192.0.0.10/32", "2001:1::1/128", "2001:1::2/128", "2001:3::/32"];
    !network.is_in(SPECIAL) || network.is_in(EXCEPTIONS)
}

fn is_public(network: &Network) -> bool {
    let alone = network.ip;
    let all = if network.v6 { u128::MAX } else { u128::from(u32::MAX) };
    let inverse = all & !alone;
    let is_mask = inverse & inverse.wrapping_add(1) == 0 || alone & alone.wrapping_add(1) == 0;
    is_global(network) && !network.is_in(MULTICAST) && !network.is_in(&["127.0.0.0/8", "::1/128"]) && !is_mask
}

fn reverse_dns(network: &Network) -> String {
    if network.v6 {
        let digits = format!("{:032x}", network.ip);
        let digits: Vec<String> = digits.chars().rev().map(String::from).collect();
        return format!("{}.ip6.arpa.", digits.join("."));
    }
    let bytes: Vec<String> = (0..4).map(|at| (network.ip >> (8 * at) & 255).to_string()).collect();
    format!("{}.in-addr.arpa.", bytes.join("."))
}

fn wrapped(network: &Network, written: Written, value: &Value) -> Value {
    match (network.v6, written) {
        (false, _) => value.clone(),
        (true, Written::Address) => format!("[{}]", network.ip_text()).into(),
        (true, Written::Network) => format!("[{}]/{}", network.ip_text(), network.prefix).into(),
    }
}

/// IPv6 addresses in brackets; everything else stays as it is.
fn wrap(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "query"])?;
    let value = args.value("value")?;
    let one = |value: &Value| match read(value, None) {
        Some((network, written)) => wrapped(&network, written, value),
        None => value.clone(),
    };
    match value.data() {
        Data::List(_) | Data::Tuple(_) => Ok(iterate::items(&value)?.iter().map(one).collect()),
        _ => Ok(one(&value)),
    }
}
