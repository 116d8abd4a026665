//! Addresses and networks, of ansible.utils: `in_network`, `ipv4`, `private`, ...

use super::Table;
use crate::template::Answer;
use crate::template::data::ip::{Network, parse_mac};
use crate::template::eval::Call;
use crate::template::filters::ipaddr::query;
use crate::template::python::{iterate, types};
use crate::vars::Value;

pub const TABLE: Table = &[
    ("ip", |call| Ok(only(call)?.is_some())),
    ("ip_address", |call| Ok(text(call)?.parse::<std::net::IpAddr>().is_ok())),
    ("ipv4", |call| Ok(only(call)?.is_some_and(|found| !found.v6))),
    ("ipv6", |call| Ok(only(call)?.is_some_and(|found| found.v6))),
    ("ipv4_address", |call| Ok(text(call)?.parse::<std::net::Ipv4Addr>().is_ok())),
    ("ipv6_address", |call| Ok(text(call)?.parse::<std::net::Ipv6Addr>().is_ok())),
    ("loopback", |call| asked(call, "loopback")),
    ("multicast", |call| asked(call, "multicast")),
    ("private", |call| asked(call, "private")),
    ("public", |call| asked(call, "public")),
    ("mac", |call| Ok(parse_mac(&text(call)?).is_some())),
    ("in_network", |call| in_one(call)),
    ("in_one_network", |call| in_one(call)),
    ("in_any_network", |call| in_one(call)),
    ("subnet_of", |call| in_one(call)),
    ("supernet_of", |call| {
        let args = call.bind(&["value", "network"])?;
        let outer = Network::parse(&args.text("value")?);
        let inner = Network::parse(&args.text("network")?);
        Ok(matches!((outer, inner), (Some(outer), Some(inner)) if outer.cidr().contains(&inner)))
    }),
    ("ipv4_netmask", |call| {
        Ok(mask(call)?.is_some_and(|mask| (!mask).wrapping_add(1).is_power_of_two() || mask == 0))
    }),
    ("ipv4_hostmask", |call| {
        Ok(mask(call)?.is_some_and(|mask| mask.wrapping_add(1).is_power_of_two() || mask == u32::MAX))
    }),
    ("ipv6_ipv4_mapped", |call| Ok(v6(call)?.is_some_and(|address| address.to_ipv4_mapped().is_some()))),
    ("ipv6_sixtofour", |call| Ok(v6(call)?.is_some_and(|address| address.segments()[0] == 0x2002))),
    ("ipv6_teredo", |call| Ok(v6(call)?.is_some_and(|address| address.segments()[..2] == [0x2001, 0]))),
    ("reserved", |call| Ok(only(call)?.is_some_and(|found| found.is_in(RESERVED)))),
    ("unspecified", |call| {
        Ok(text(call)?.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified()))
    }),
    ("resolvable", |call| Ok(std::net::ToSocketAddrs::to_socket_addrs(&(text(call)?.as_str(), 0)).is_ok())),
];

/// What standards keep for later.
const RESERVED: &[&str] = &[
    "240.0.0.0/4",
    "::/8",
    "100::/8",
    "200::/7",
    "400::/6",
    "800::/5",
    "1000::/4",
    "4000::/3",
    "6000::/3",
    "8000::/3",
    "a000::/3",
    "c000::/3",
    "e000::/4",
    "f000::/5",
    "f800::/6",
    "fe00::/9",
];

fn mask(call: &mut Call) -> Answer<Option<u32>> {
    Ok(text(call)?.parse::<std::net::Ipv4Addr>().ok().map(u32::from))
}

fn v6(call: &mut Call) -> Answer<Option<std::net::Ipv6Addr>> {
    Ok(text(call)?.parse().ok())
}

fn text(call: &mut Call) -> Answer<String> {
    types::text(&call.only()?)
}

fn only(call: &mut Call) -> Answer<Option<Network>> {
    Ok(Network::parse(&text(call)?))
}

fn asked(call: &mut Call, question: &str) -> Answer<bool> {
    types::is_true(&query(&call.only()?, question, None)?)
}

fn in_one(call: &mut Call) -> Answer<bool> {
    let args = call.bind(&["value", "network"])?;
    let Some(inner) = Network::parse(&args.text("value")?) else { return Ok(false) };
    let networks: Value = args.value("network")?;
    let networks = match networks.as_str() {
        Some(_) => vec![networks],
        None => iterate::items(&networks)?.to_vec(),
    };
    let outer = networks.iter().filter_map(|network| Network::parse(&network.to_string()));
    Ok(outer.into_iter().any(|outer| outer.cidr().contains(&inner)))
}
