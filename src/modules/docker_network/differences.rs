//! How a network differs from what is wished for.

use super::{DockerNetwork, Pool};
use crate::host::{Attribute, Data, Fields};
use crate::modules::docker::{text_of, texts};

impl DockerNetwork {
    /// What of the network is not as wished; only what is wished for is looked at.
    pub(super) fn differences(&self, found: &Data) -> Vec<Attribute> {
        let mut differences = Vec::new();
        let mut compare = |name: &str, same: bool, found: &Data, wanted: Data| {
            if !same {
                let shown =
                    |data: &Data| Some(if data.is_null() { "none".to_owned() } else { text_of(data) });
                differences.push(Attribute {
                    name: name.to_owned(),
                    before: shown(found),
                    after: shown(&wanted),
                });
            }
        };
        let ipam = found.entry("IPAM");
        let scope = self.scope.map(|scope| scope.word().to_owned());
        let texts_of = [
            ("driver", Some(&self.driver), found.entry("Driver")),
            ("scope", scope.as_ref(), found.entry("Scope")),
            ("ipam_driver", self.ipam_driver.as_ref(), ipam.entry("Driver")),
            ("config_from", self.config_from.as_ref(), found.entry("ConfigFrom").entry("Network")),
        ];
        for (name, wanted, there) in texts_of {
            let same = wanted.is_none_or(|wanted| there.as_text() == Some(wanted));
            compare(name, same, there, wanted.cloned().into());
        }
        let none = Fields::new();
        let dicts = [
            ("driver_options", &self.driver_options, found.entry("Options")),
            ("labels", &self.labels, found.entry("Labels")),
            (
                "ipam_driver_options",
                self.ipam_driver_options.as_ref().unwrap_or(&none),
                ipam.entry("Options"),
            ),
        ];
        for (name, wanted, there) in dicts {
            compare(name, holds(there, wanted), there, wanted.clone().into());
        }
        let same = self.ipam_config.as_ref().is_none_or(|pools| same_pools(pools, ipam.list("Config")));
        compare("ipam_config", same, ipam.entry("Config"), self.pools());
        for (name, wanted, key) in self.flags() {
            let there = found.entry(key);
            // A daemon that does not know the flag has nothing to compare.
            let same = wanted.is_none_or(|wanted| there.is_null() || *there == Data::Bool(wanted));
            compare(name, same, there, wanted.into());
        }
        differences
    }

    fn flags(&self) -> [(&'static str, Option<bool>, &'static str); 6] {
        [
            ("internal", self.internal, "Internal"),
            ("attachable", self.attachable, "Attachable"),
            ("ingress", self.ingress, "Ingress"),
            ("enable_ipv6", self.enable_ipv6, "EnableIPv6"),
            ("enable_ipv4", self.enable_ipv4, "EnableIPv4"),
            ("config_only", self.config_only, "ConfigOnly"),
        ]
    }

    fn pools(&self) -> Data {
        Data::List(self.ipam_config.iter().flatten().map(|pool| Data::Map(pool_fields(pool))).collect())
    }

    /// What docker's protocol wants to know of a network that is made.
    pub(super) fn body(&self) -> Fields {
        let mut ipam = Fields::new().with("Config", self.pools());
        if let Some(driver) = &self.ipam_driver {
            ipam.set("Driver", driver.as_str());
        }
        if let Some(options) = &self.ipam_driver_options {
            ipam.set("Options", texts(options));
        }
        let mut body = Fields::new()
            .with("Name", self.name.as_str())
            .with("CheckDuplicate", true)
            .with("Driver", self.driver.as_str())
            .with("Options", texts(&self.driver_options))
            .with("Labels", texts(&self.labels))
            .with("IPAM", ipam);
        for (_, wanted, key) in self.flags() {
            if let Some(wanted) = wanted {
                body.set(key, wanted);
            }
        }
        if let Some(scope) = self.scope {
            body.set("Scope", scope.word());
        }
        if let Some(network) = &self.config_from {
            body.set("ConfigFrom", Fields::new().with("Network", network.as_str()));
        }
        body
    }

    /// The network as it is going to be.
    pub(super) fn foreseen(&self, containers: &[String]) -> Data {
        let mut body = self.body();
        for (_, wanted, key) in self.flags() {
            body.set(key, wanted.unwrap_or(key == "EnableIPv4"));
        }
        super::with_members(&body.into(), containers)
    }
}

/// Whether the dict holds all that is wished for.
fn holds(found: &Data, wanted: &Fields) -> bool {
    texts(wanted).iter().all(|(name, value)| found.entry(name) == value)
}

fn pool_fields(pool: &Pool) -> Fields {
    let mut fields = Fields::new();
    let entries = [("Subnet", &pool.subnet), ("Gateway", &pool.gateway), ("IPRange", &pool.iprange)];
    for (name, value) in entries {
        if let Some(value) = value {
            fields.set(name, value.as_str());
        }
    }
    if !pool.aux_addresses.is_empty() {
        fields.set("AuxiliaryAddresses", texts(&pool.aux_addresses));
    }
    fields
}

/// Whether every pool is there that is wished for; there may be others.
fn same_pools(wanted: &[Pool], found: &[Data]) -> bool {
    let fits = |pool: &Pool, found: &Data| {
        pool_fields(pool).iter().all(|(name, value)| same_address(found.entry(name), value))
    };
    wanted.iter().all(|pool| found.iter().any(|found| fits(pool, found)))
}

/// Whether both are the same, or two ways of writing the same address or net.
fn same_address(left: &Data, right: &Data) -> bool {
    let net = |data: &Data| data.as_text().and_then(net);
    left == right || net(left).is_some_and(|left| Some(left) == net(right))
}

/// An address and the length of its net: `10.0.0.0/8`.
pub(super) fn net(text: &str) -> Option<(std::net::IpAddr, Option<u8>)> {
    let (address, length) =
        text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    Some((address.parse().ok()?, length.map(str::parse).transpose().ok()?))
}
