//! Arithmetic with networks and MAC addresses, of ansible.utils.

use super::Table;
use super::ipaddr::read;
use crate::template::data::ip::{Network, merged, parse_mac, spanning};
use crate::template::eval::Call;
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("ipsubnet", subnet),
    ("ipmath", add),
    ("ipcut", cut),
    ("nthhost", nth_host),
    ("next_nth_usable", |call| usable_after(call, 1)),
    ("previous_nth_usable", |call| usable_after(call, -1)),
    ("network_in_network", |call| contained(call, false)),
    ("network_in_usable", |call| contained(call, true)),
    ("reduce_on_network", reduce),
    ("cidr_merge", merge),
    ("ip4_hex", hex),
    ("ipv6form", form),
    ("slaac", slaac),
    ("hwaddr", |call| hardware(call, "hwaddr")),
    ("macaddr", |call| hardware(call, "macaddr")),
    ("usable_range", usable_range),
];

/// The network of an address in the two ways that these filters take it.
fn network(value: &Value) -> Option<Network> {
    let (found, _) = read(value, None)?;
    Some(if found.size() > 1 && found.ip == found.first() { found.cidr() } else { found })
}

/// The first bits of an address, or with a number below zero the last ones, written as addresses are.
fn cut(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "amount"])?;
    let value = args.value("value")?;
    let found = network(&value).filter(|found| found.prefix == found.bits());
    let wrong = || Error::failed(format!("You must pass a valid IP address; {value} is invalid"));
    let found = found.ok_or_else(wrong)?;
    let width = if found.bits() == 128 { 128 } else { 32 };
    let digits = format!("{:0width$b}", found.ip);
    let amount = args.int("amount")?.unwrap_or(0);
    let count = usize::try_from(amount.unsigned_abs()).unwrap_or(width).min(width);
    let (first, last) = digits.split_at(if amount < 0 { width - count } else { count });
    let bits: Vec<char> = if amount < 0 { last } else { first }.chars().collect();
    let number = |bits: &[char]| u16::from_str_radix(&bits.iter().collect::<String>(), 2).unwrap_or(0);
    let parts: Vec<String> = match width {
        128 => bits.chunks(16).map(|part| format!("{:x}", number(part))).collect(),
        _ => bits.chunks(8).map(|part| number(part).to_string()).collect(),
    };
    Ok(parts.join(if width == 128 { ":" } else { "." }).into())
}

fn is_network(found: &Network) -> bool {
    found.size() > 1 && found.ip == found.first()
}

fn subnet(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "query", "index"])?;
    let Some(found) = network(&args.value("value")?) else { return Ok(false.into()) };
    let (is_net, inner) = (is_network(&found), found.cidr());
    let question = args.text_or("query", "")?;
    let index = args.int("index")?;
    if question.is_empty() {
        return Ok(inner.to_string().into());
    }
    let Ok(prefix) = question.parse::<u32>() else { return position(&found, &question) };
    if prefix > found.bits() {
        return Ok(false.into());
    }
    let (Some(more), Some(index)) = (prefix.checked_sub(inner.prefix).filter(|_| is_net), index) else {
        return without_index(&found, prefix, is_net, index);
    };
    let count = 1_u128.checked_shl(more).unwrap_or(u128::MAX);
    let at = match u128::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => count.checked_sub(u128::from(index.unsigned_abs())),
    };
    let Some(at) = at.filter(|at| *at < count) else { return Ok(false.into()) };
    let step = Network { prefix, ..inner }.size();
    Ok(Network { ip: inner.first() + at * step, prefix, ..inner }.to_string().into())
}

fn without_index(found: &Network, prefix: u32, is_net: bool, index: Option<i64>) -> Answer<Value> {
    match (is_net, index) {
        (true, None) => match prefix.checked_sub(found.prefix) {
            Some(more) => Ok((num_bigint::BigInt::from(1) << more).to_string().into()),
            None => Err(Error::failed(format!("a subnet of size {prefix} does not fit"))),
        },
        (true, Some(_)) => Ok(false.into()),
        // Of an address: the network of that size around it, or the one a few sizes up.
        (false, index) => {
            let up = u32::try_from(index.unwrap_or(0)).unwrap_or(0);
            let prefix = (prefix + up).min(found.prefix);
            Ok(Network { prefix, ..*found }.cidr().to_string().into())
        }
    }
}

/// Which subnet of a larger network this one is, counted from one.
fn position(found: &Network, question: &str) -> Answer<Value> {
    let Some((outer, _)) = read(&question.into(), None) else { return Ok(false.into()) };
    let outer = outer.cidr();
    if !outer.contains(&found.cidr()) {
        return Err(Error::failed(format!("`{found}` is not in the network `{outer}`")));
    }
    Ok(((found.first() - outer.first()) / found.size() + 1).to_string().into())
}

fn add(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "amount"])?;
    let text = args.text("value")?;
    let wrong = || Error::failed(format!("`{text}` is no address"));
    let found = Network::parse(&text).ok_or_else(wrong)?;
    let amount = args.int_or("amount", 0)?;
    let sum = match amount >= 0 {
        true => found.ip.checked_add(u128::from(amount.unsigned_abs())),
        false => found.ip.checked_sub(u128::from(amount.unsigned_abs())),
    };
    let sum = sum.filter(|sum| found.v6 || *sum <= u128::from(u32::MAX));
    Ok(found.address(sum.ok_or_else(|| Error::failed("the address is out of range"))?).into())
}

fn nth_host(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "query"])?;
    let (Some(found), Some(index)) = (network(&args.value("value")?), args.int("query")?) else {
        return Ok(false.into());
    };
    let at = match u128::try_from(index) {
        Ok(index) => found.first().checked_add(index),
        Err(_) => (found.last() + 1).checked_sub(u128::from(index.unsigned_abs())),
    };
    let at = at.filter(|at| (found.first()..=found.last()).contains(at));
    Ok(at.map_or(false.into(), |at| found.address(at).into()))
}

fn usable_after(call: &mut Call, sign: i64) -> Answer<Value> {
    let args = call.bind(&["value", "offset"])?;
    let Some(found) = network(&args.value("value")?) else { return Ok(false.into()) };
    let offset = args.int_or("offset", 0)? * sign;
    let at = match offset >= 0 {
        true => found.ip.checked_add(u128::from(offset.unsigned_abs())),
        false => found.ip.checked_sub(u128::from(offset.unsigned_abs())),
    };
    let (first, last) = found.usable();
    let at = at.filter(|at| found.size() > 1 && (first..=last).contains(at));
    Ok(at.map_or_else(Value::none, |at| found.address(at).into()))
}

fn contained(call: &mut Call, usable: bool) -> Answer<Value> {
    let args = call.bind(&["value", "test"])?;
    let (Some((outer, _)), Some((inner, _))) =
        (read(&args.value("value")?, None), read(&args.value("test")?, None))
    else {
        return Ok(false.into());
    };
    let (first, last) = if usable { outer.usable() } else { (outer.first(), outer.last()) };
    let same = outer.v6 == inner.v6;
    Ok((same && first <= inner.first() && inner.last() <= last).into())
}

fn reduce(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "network"])?;
    let Some((outer, _)) = read(&args.value("network")?, None) else { return Ok(Value::list(Vec::new())) };
    let items = args.items("value")?;
    let inside = |item: &&Value| read(item, None).is_some_and(|(inner, _)| outer.contains(&inner));
    Ok(items.iter().filter(inside).cloned().collect())
}

fn merge(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "action"])?;
    let mut networks = Vec::new();
    for item in args.items("value")?.iter() {
        let wrong = || Error::failed(format!("`{item}` is no network"));
        networks.push(Network::parse(&types::text(item)?).ok_or_else(wrong)?);
    }
    match args.text_or("action", "merge")?.as_str() {
        "merge" => Ok(merged(&networks).iter().map(|network| Value::from(network.to_string())).collect()),
        "span" if networks.is_empty() => Ok(Value::none()),
        "span" => spanning(&networks)
            .map(|span| span.to_string().into())
            .ok_or_else(|| Error::failed("networks of both families have no common one")),
        other => Err(Error::failed(format!("`cidr_merge` knows `merge` and `span`, not `{other}`"))),
    }
}

fn hex(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "delimiter"])?;
    let text = args.text("value")?;
    let address: std::net::Ipv4Addr =
        text.parse().map_err(|_| Error::failed(format!("`{text}` is no IPv4 address")))?;
    let bytes: Vec<String> = address.octets().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(bytes.join(&args.text_or("delimiter", "")?).into())
}

fn form(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "format"])?;
    let text = args.text("value")?;
    let address: std::net::Ipv6Addr =
        text.parse().map_err(|_| Error::failed(format!("`{text}` is no IPv6 address")))?;
    let joined =
        |shown: fn(&u16) -> String| address.segments().iter().map(shown).collect::<Vec<_>>().join(":");
    match args.text("format")?.as_str() {
        "expand" => Ok(joined(|segment| format!("{segment:04x}")).into()),
        "x509" => Ok(joined(|segment| format!("{segment:x}")).into()),
        "compress" => Ok(address.to_string().into()),
        other => Err(Error::failed(format!("`ipv6form` knows `expand`, `compress`, `x509`, not `{other}`"))),
    }
}

fn slaac(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "query"])?;
    let Some(found) = network(&args.value("value")?).filter(|found| found.v6) else {
        return Ok(false.into());
    };
    let Some(mac) = parse_mac(&args.text_or("query", "")?) else { return Ok(false.into()) };
    let (high, low) = (mac >> 24, mac & 0xff_ffff);
    let id = u128::from(((high ^ 0x02_0000) << 40) | 0xfffe << 24 | low);
    Ok(found.address((found.first() >> 64 << 64) | id).into())
}

fn hardware(call: &mut Call, alias: &str) -> Answer<Value> {
    let args = call.bind(&["value", "query", "alias"])?;
    let (value, question) = (args.value("value")?, args.text_or("query", "")?);
    let Some(mac) = parse_mac(&types::text(&value)?) else {
        return match question.as_str() {
            "" => Ok(if alias == "macaddr" { false.into() } else { Value::none() }),
            "bool" => Ok(Value::none()),
            _ => Err(Error::failed(format!("`{value}` is no hardware address"))),
        };
    };
    let bytes: Vec<u8> = mac.to_be_bytes()[2..].to_vec();
    let all = |separator: &str, shown: fn(&u8) -> String| {
        bytes.iter().map(shown).collect::<Vec<_>>().join(separator)
    };
    let digits = format!("{mac:012x}");
    Ok(match question.as_str() {
        "" => value,
        "bool" => true.into(),
        "int" => i64::try_from(mac).unwrap_or(i64::MAX).into(),
        "bare" => digits.to_uppercase().into(),
        "cisco" => format!("{}.{}.{}", &digits[..4], &digits[4..8], &digits[8..]).into(),
        "eui48" | "win" => all("-", |byte| format!("{byte:02X}")).into(),
        "linux" => all(":", |byte| format!("{byte:02x}")).into(),
        "unix" => all(":", |byte| format!("{byte:x}")).into(),
        "pgsql" | "postgresql" | "psql" => format!("{}:{}", &digits[..6], &digits[6..]).into(),
        other => return Err(Error::failed(format!("`{alias}` has no query `{other}`"))),
    })
}

fn usable_range(call: &mut Call) -> Answer<Value> {
    let value = call.only()?;
    let Some((found, _)) = read(&value, None) else {
        return Err(Error::failed(format!("`{value}` is no network")));
    };
    let count = found.last() - found.first();
    if count > 1 << 16 {
        return Err(Error::failed("the network has too many addresses to list"));
    }
    let all: Vec<Value> = (found.first()..=found.last()).map(|ip| found.address(ip).into()).collect();
    let total = all.len();
    Ok([("number_of_ips", Value::from(total)), ("usable_ips", Value::list(all))].into_iter().collect())
}
