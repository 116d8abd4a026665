//! How a network differs from what is wished for.

use super::{DockerNetwork, Pool};
use crate::host::{Data, Fields};
use crate::modules::Argument;

impl DockerNetwork {
    /// What of the network is not as wished; only what is wished for is looked at.
    pub(super) fn differences(&self, found: &Data) -> Vec<&'static str> {
        let mut differences = Vec::new();
        let mut compare = |name: &'static str, same: bool| {
            if !same {
                differences.push(name);
            }
        };
        compare("driver", found.text("Driver").as_deref() == Some(&self.driver));
        compare("driver_options", holds(found.entry("Options"), &self.driver_options));
        compare("labels", holds(found.entry("Labels"), &self.labels));
        let ipam = found.entry("IPAM");
        compare("ipam_driver", same_text(&self.ipam_driver, ipam.text("Driver")));
        compare(
            "ipam_driver_options",
            self.ipam_driver_options.as_ref().is_none_or(|wanted| holds(ipam.entry("Options"), wanted)),
        );
        compare(
            "ipam_config",
            self.ipam_config.as_ref().is_none_or(|pools| same_pools(pools, ipam.list("Config"))),
        );
        let flags = [
            ("internal", self.internal, "Internal"),
            ("attachable", self.attachable, "Attachable"),
            ("ingress", self.ingress, "Ingress"),
            ("enable_ipv6", self.enable_ipv6, "EnableIPv6"),
            ("enable_ipv4", self.enable_ipv4, "EnableIPv4"),
            ("config_only", self.config_only, "ConfigOnly"),
        ];
        for (name, wanted, key) in flags {
            // A daemon that does not know the flag has nothing to compare.
            compare(
                name,
                wanted.is_none_or(|wanted| {
                    matches!(found.entry(key), Data::Null) || found.entry(key) == &Data::Bool(wanted)
                }),
            );
        }
        compare("scope", same_text(&self.scope, found.text("Scope")));
        differences
    }

    /// The network as it is going to be.
    pub(super) fn foreseen(&self, containers: &[String]) -> Data {
        let pools = self.ipam_config.iter().flatten().map(|pool| Data::Map(pool_fields(pool))).collect();
        let ipam = Fields::new()
            .with("Driver", self.ipam_driver.clone().unwrap_or_else(|| "default".to_owned()))
            .with("Options", self.ipam_driver_options.clone().unwrap_or_default())
            .with("Config", Data::List(pools));
        let member = |name: &String| (name.clone(), Data::Map(Fields::new().with("Name", name.as_str())));
        let members: Fields = containers.iter().map(member).collect();
        let fields = Fields::new()
            .with("Name", self.name.as_str())
            .with("Driver", self.driver.as_str())
            .with("Scope", self.scope.clone().unwrap_or_else(|| "local".to_owned()))
            .with("Options", texts(&self.driver_options))
            .with("Labels", texts(&self.labels))
            .with("IPAM", ipam)
            .with("Internal", self.internal.unwrap_or(false))
            .with("Attachable", self.attachable.unwrap_or(false))
            .with("Ingress", self.ingress.unwrap_or(false))
            .with("EnableIPv6", self.enable_ipv6.unwrap_or(false))
            .with("ConfigOnly", self.config_only.unwrap_or(false));
        Data::Map(fields.with("Containers", members))
    }
}

fn same_text(wanted: &Option<String>, found: Option<String>) -> bool {
    wanted.is_none() || *wanted == found
}

fn texts(fields: &Fields) -> Fields {
    fields
        .iter()
        .map(|(name, value)| (name.to_owned(), Data::from(String::parse(value).unwrap_or_default())))
        .collect()
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

fn same_pools(wanted: &[Pool], found: &[Data]) -> bool {
    let fits =
        |pool: &Pool, found: &Data| pool_fields(pool).iter().all(|(name, value)| found.entry(name) == value);
    wanted.len() == found.len() && wanted.iter().all(|pool| found.iter().any(|found| fits(pool, found)))
}
