//! The networks that a container joins.

use super::DockerContainer;
use super::compare::{How, includes};
use super::parts::Network;
use crate::host::docker::{Engine, Order, Thing};
use crate::host::{Data, Failure, Fields, Probe};
use crate::modules::docker::texts;

/// A mode such as `container:NAME`, with the id of that container, as docker keeps it.
pub fn of_container(
    host: &dyn Probe,
    engine: &Engine,
    mode: &Option<String>,
) -> Result<Option<String>, Failure> {
    let Some(name) = mode.as_deref().and_then(|mode| mode.strip_prefix("container:")) else {
        return Ok(mode.clone());
    };
    let id = engine.container(host, name)?.text("Id");
    Ok(Some(format!("container:{}", id.unwrap_or_else(|| name.to_owned()))))
}

impl DockerContainer {
    /// The network that it is born into.
    pub(super) fn wanted_network_mode(
        &self,
        host: &dyn Probe,
        engine: &Engine,
    ) -> Result<Option<String>, Failure> {
        let first = self.networks.iter().flatten().next().filter(|_| self.networks_cli_compatible);
        let mode = self.network_mode.clone().or_else(|| first.map(|network| network.name.clone()));
        of_container(host, engine, &mode)
    }

    /// The address for ports that name none: what is given, what one of the networks says, or any.
    pub(super) fn host_address(&self, host: &dyn Probe, engine: &Engine) -> Result<String, Failure> {
        if let Some(address) = &self.default_host_ip {
            return Ok(address.clone());
        }
        if self.published_ports.is_none() {
            return Ok(String::new());
        }
        for network in self.networks.iter().flatten() {
            let found = engine.network(host, &network.name)?;
            let address = found.entry("Options").text("com.docker.network.bridge.host_binding_ipv4");
            if let Some(address) = address.filter(|_| found.text("Driver").as_deref() == Some("bridge")) {
                return Ok(address);
            }
        }
        Ok("0.0.0.0".to_owned())
    }

    /// The networks that it is given when it is made: docker takes one.
    pub(super) fn first_endpoint(&self, mode: Option<&str>) -> Option<(String, Data)> {
        let networks = self.networks.iter().flatten();
        let network = networks.into_iter().find(|network| Some(network.name.as_str()) == mode)?;
        Some((network.name.clone(), endpoint(network)))
    }

    /// Joins networks that it is not in as it should be, and leaves those that are not named where that is asked for.
    pub(super) fn join_and_leave(
        &self,
        host: &dyn Probe,
        engine: &Engine,
        joined: &mut Fields,
    ) -> Result<Vec<Order>, Failure> {
        let mut orders = Vec::new();
        let how = self.how("networks", How::AllowMore);
        let Some(networks) = self.networks.as_ref().filter(|_| how != How::Ignore) else { return Ok(orders) };
        for network in networks {
            let wanted = endpoint(network);
            match joined.get(&network.name) {
                Some(there) if is_joined(there, network) => continue,
                Some(_) => orders.push(self.leave(engine, &network.name, joined)),
                None => {}
            }
            if engine.network(host, &network.name)?.is_null() {
                return Err(host.missing(format!("there is no network `{}`", network.name)));
            }
            orders.push(self.join(engine, &network.name, wanted, joined));
        }
        if how == How::Strict || self.purge_networks {
            let named = |name: &str| networks.iter().any(|network| network.name == name);
            let others: Vec<String> =
                joined.iter().map(|(name, _)| name.to_owned()).filter(|name| !named(name)).collect();
            orders.extend(others.iter().map(|name| self.leave(engine, name, joined)));
        }
        Ok(orders)
    }

    fn join(&self, engine: &Engine, network: &str, endpoint: Data, joined: &mut Fields) -> Order {
        let body =
            Fields::new().with("Container", self.name.as_str()).with("EndpointConfig", endpoint.clone());
        joined.set(network, endpoint);
        let title = format!("connect container {} to network {network}", self.name);
        self.about_network(engine, network, ("connect", title), body, joined)
    }

    fn leave(&self, engine: &Engine, network: &str, joined: &mut Fields) -> Order {
        let body = Fields::new().with("Container", self.name.as_str()).with("Force", true);
        joined.remove(network);
        let title = format!("disconnect container {} from network {network}", self.name);
        self.about_network(engine, network, ("disconnect", title), body, joined)
    }

    fn about_network(
        &self,
        engine: &Engine,
        network: &str,
        (what, title): (&str, String),
        body: Fields,
        joined: &Fields,
    ) -> Order {
        let path = format!("/networks/{}/{what}", crate::host::docker::escape(network));
        let settings = Fields::new().with("Networks", joined.clone());
        let change = Fields::new().with("NetworkSettings", settings);
        let order = Order { body: Some(body.into()), ..Order::new(engine, title, "POST", path) };
        order.with_change(Thing::Container(self.name.clone()), change)
    }
}

/// A network as docker's protocol has it.
fn endpoint(network: &Network) -> Data {
    let mut fields = Fields::new();
    let addresses = [("IPv4Address", &network.ipv4_address), ("IPv6Address", &network.ipv6_address)];
    let addresses: Fields = addresses
        .into_iter()
        .filter_map(|(name, address)| Some((name.to_owned(), Data::from(address.as_deref()?))))
        .collect();
    let mut put = |name: &str, value: Option<Data>| {
        if let Some(value) = value {
            fields.set(name, value);
        }
    };
    put("IPAMConfig", (!addresses.is_empty()).then(|| addresses.into()));
    put("Aliases", network.aliases.clone().map(Data::from));
    put("Links", network.links.clone().map(Data::from));
    put("MacAddress", network.mac_address.as_deref().map(Data::from));
    put("DriverOpts", network.driver_opts.as_ref().map(|options| texts(options).into()));
    put("GwPriority", network.gw_priority.map(Data::from));
    fields.into()
}

/// Whether it is in the network as it should be; docker adds aliases of its own.
fn is_joined(there: &Data, network: &Network) -> bool {
    let wanted = endpoint(network);
    let Some(wanted) = wanted.as_map() else { return true };
    wanted.iter().all(|(name, wanted)| match (there.entry(name), wanted) {
        (Data::List(found), Data::List(wanted)) => wanted.iter().all(|item| found.contains(item)),
        (found, wanted) => includes(found, wanted),
    })
}
