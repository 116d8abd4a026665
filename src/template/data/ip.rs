//! Addresses and networks, IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address in its network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    pub v6: bool,
    pub ip: u128,
    pub prefix: u32,
}

impl Network {
    /// An address alone, or with the length or mask of its network behind a slash.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (v6, ip) = match address {
            IpAddr::V4(address) => (false, u128::from(u32::from(address))),
            IpAddr::V6(address) => (true, u128::from(address)),
        };
        let bits = if v6 { 128 } else { 32 };
        let prefix = match prefix {
            Some(prefix) => length(prefix, v6)?,
            None => bits,
        };
        (prefix <= bits).then_some(Network { v6, ip, prefix })
    }

    /// The network of a number: IPv4 where it fits.
    pub fn of_number(number: u128, v6: bool, prefix: Option<u32>) -> Option<Network> {
        let bits = if v6 { 128 } else { 32 };
        let fits = v6 || number <= u128::from(u32::MAX);
        let prefix = prefix.unwrap_or(bits);
        (fits && prefix <= bits).then_some(Network { v6, ip: number, prefix })
    }

    pub fn bits(&self) -> u32 {
        if self.v6 { 128 } else { 32 }
    }

    /// The bits that count addresses inside.
    pub fn host_mask(&self) -> u128 {
        let host = self.bits() - self.prefix;
        if host == 128 { u128::MAX } else { (1 << host) - 1 }
    }

    pub fn mask(&self) -> u128 {
        let all = if self.v6 { u128::MAX } else { u128::from(u32::MAX) };
        all & !self.host_mask()
    }

    pub fn first(&self) -> u128 {
        self.ip & self.mask()
    }

    pub fn last(&self) -> u128 {
        self.first() | self.host_mask()
    }

    /// The number of addresses; the whole of IPv6 has one less than it should.
    pub fn size(&self) -> u128 {
        self.host_mask().saturating_add(1)
    }

    /// The addresses that hosts may have.
    pub fn usable(&self) -> (u128, u128) {
        match self.size() {
            1 | 2 => (self.first(), self.last()),
            _ => (self.first() + 1, self.last() - 1),
        }
    }

    /// The last address, where the network has one that is for all.
    pub fn broadcast(&self) -> Option<u128> {
        (!self.v6 && self.size() > 2).then(|| self.last())
    }

    /// A number of this family as an address.
    pub fn address(&self, number: u128) -> String {
        match self.v6 {
            true => v6_text(number),
            false => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).to_string(),
        }
    }

    pub fn ip_text(&self) -> String {
        self.address(self.ip)
    }

    /// The network itself, without the address in it.
    pub fn cidr(&self) -> Network {
        Network { ip: self.first(), ..*self }
    }

    pub fn contains(&self, other: &Network) -> bool {
        self.v6 == other.v6 && self.first() <= other.first() && other.last() <= self.last()
    }

    /// Whether the address is in one of the networks, which are constants of this program.
    pub fn is_in(&self, networks: &[&str]) -> bool {
        let alone = Network { prefix: self.bits(), ..*self };
        networks.iter().filter_map(|text| Network::parse(text)).any(|network| network.contains(&alone))
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}/{}", self.ip_text(), self.prefix)
    }
}

/// The length of a prefix, a mask, or the reverse of a mask.
fn length(text: &str, v6: bool) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mask = Network::parse(text).filter(|mask| mask.v6 == v6)?.ip;
    let all = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    let bits: u32 = if v6 { 128 } else { 32 };
    let inverse = all & !mask;
    if inverse & inverse.wrapping_add(1) == 0 {
        return Some(bits - inverse.count_ones());
    }
    (mask & mask.wrapping_add(1) == 0).then(|| bits - mask.count_ones())
}

/// As Python writes it: mapped addresses without dots.
fn v6_text(number: u128) -> String {
    let address = Ipv6Addr::from(number);
    match address.to_ipv4_mapped() {
        Some(v4) => format!("::ffff:{v4}"),
        // Six zero groups before two others are the old form of an IPv4 address.
        None if number >> 32 == 0 && number >> 16 != 0 => format!("::{}", Ipv4Addr::from(number as u32)),
        None => address.to_string(),
    }
}

/// The least networks that hold the same addresses.
pub fn merged(networks: &[Network]) -> Vec<Network> {
    let mut all: Vec<Network> = networks.iter().map(Network::cidr).collect();
    loop {
        all.sort_by_key(|network| (network.v6, network.first(), network.prefix));
        let mut next: Vec<Network> = Vec::new();
        for network in &all {
            match next.last().copied() {
                Some(last) if last.contains(network) => {}
                Some(last) if are_halves(&last, network) => {
                    next.pop();
                    next.push(Network { prefix: last.prefix - 1, ..last });
                }
                _ => next.push(*network),
            }
        }
        if next.len() == all.len() {
            return next;
        }
        all = next;
    }
}

fn are_halves(left: &Network, right: &Network) -> bool {
    left.v6 == right.v6
        && left.prefix == right.prefix
        && left.prefix > 0
        && Network { prefix: left.prefix - 1, ..*left }.contains(right)
        && Network { prefix: left.prefix - 1, ..*left }.first() == left.first()
}

/// The least network that holds all.
pub fn spanning(networks: &[Network]) -> Option<Network> {
    let first = networks.first()?;
    if networks.iter().any(|network| network.v6 != first.v6) {
        return None;
    }
    let low = networks.iter().map(Network::first).min()?;
    let high = networks.iter().map(Network::last).max()?;
    let mut span = Network { ip: low, prefix: first.bits(), ..*first };
    while span.last() < high || span.first() > low {
        span.prefix -= 1;
    }
    Some(span.cidr())
}

/// The 48 bits of a MAC address in any of its notations.
pub fn parse_mac(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    let widths = match parts.len() {
        6 => 2,
        3 => 4,
        2 => 6,
        1 => 12,
        _ => return None,
    };
    let digits: Option<String> = parts
        .iter()
        .map(|part| (!part.is_empty() && part.len() <= widths).then(|| format!("{part:0>widths$}")))
        .collect();
    u64::from_str_radix(&digits?, 16).ok()
}
