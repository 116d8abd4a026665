//! `docker_network`

mod differences;

use super::docker::DockerArguments;
use super::{ArgumentError, Module};
use crate::host::docker::{Engine, Order, Thing, escape};
use crate::host::{Attribute, Carried, Change, Data, Failure, Fields, Plan, Probe, Report};

choices! {
    /// How far a network reaches.
    Scope { Local = "local", Global = "global", Swarm = "swarm" }
}

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

arguments! {
    /// How addresses are given out.
    Pool {
        /// The addresses, as `10.1.0.0/16`.
        subnet: Option<String>;
        /// The address of the host there.
        gateway: Option<String>;
        /// Those that are given out, as `10.1.5.0/24`.
        iprange: Option<String>;
        /// Addresses of others.
        aux_addresses: Fields;
    }
}

nested!(Pool);

module! {
    /// Makes networks of docker, changes them, removes them.
    ///
    /// A network that is there and differs is made anew; containers in it are joined to the new one again.
    ///
    /// ```yaml
    /// - docker_network: { name: matrix, driver: bridge }
    /// - docker_network:
    ///     name: inner
    ///     internal: true
    ///     ipam_config: [{ subnet: 10.9.0.0/24, gateway: 10.9.0.1 }]
    ///     driver_options: { com.docker.network.bridge.name: br-inner }
    /// ```
    DockerNetwork "docker_network" {
        /// The network.
        name ["network_name"]: String;
        /// Whether it is to be there.
        state: State = "present";
        /// What makes it.
        driver: String = "bridge";
        /// Options of that.
        driver_options: Fields;
        /// Containers that are joined to it.
        connected ["containers"]: Vec<String>;
        /// Leaves containers in it that are not named.
        appends ["incremental"]: bool = false;
        /// Makes it anew even where it is as it should be; removes it with all containers in it.
        force: bool = false;
        /// Nothing in it reaches the outside.
        internal: Option<bool>;
        /// Containers may be joined to it by hand.
        attachable: Option<bool>;
        /// It is the mesh of a swarm.
        ingress: Option<bool>;
        /// How far it reaches.
        scope: Option<Scope>;
        /// Has addresses of version 4.
        enable_ipv4: Option<bool>;
        /// Has addresses of version 6.
        enable_ipv6: Option<bool>;
        /// What gives out addresses.
        ipam_driver: Option<String>;
        /// Options of that.
        ipam_driver_options: Option<Fields>;
        /// Which addresses are given out.
        ipam_config: Option<Vec<Pool>>;
        /// Labels.
        labels: Fields;
        /// The network whose settings it takes.
        config_from: Option<String>;
        /// It holds settings only.
        config_only: Option<bool>;
    } with { docker: DockerArguments }
}

impl Module for DockerNetwork {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let found = engine.network(host, &self.name)?;
        let orders = match (self.state, found.is_null()) {
            (State::Absent, true) => Vec::new(),
            (State::Absent, false) => self.remove(&engine, &found),
            (State::Present, true) => self.create(&engine, &self.connected, Vec::new()),
            (State::Present, false) => self.update(&engine, &found),
        };
        Ok(Plan::from(orders.into_iter().map(|order| Change::Docker(Box::new(order))).collect::<Vec<_>>()))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let network = self.docker.engine(host)?.network(host, &self.name)?;
        Ok(carried.result.clone().with("network", network).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let bad = self.name.is_empty() || self.name.starts_with('-');
        let name =
            bad.then(|| ArgumentError::new("name", format!("`{}` is no name of a network", self.name)));
        let subnets = self.ipam_config.iter().flatten().filter_map(|pool| pool.subnet.as_deref());
        let odd =
            subnets.filter(|subnet| differences::net(subnet).is_none_or(|(_, length)| length.is_none()));
        let subnets =
            odd.map(|subnet| ArgumentError::new("ipam_config", format!("\"{subnet}\" is not a valid CIDR")));
        name.into_iter().chain(subnets).collect()
    }
}

impl DockerNetwork {
    fn order(&self, engine: &Engine, title: &str, what: &str, body: Option<Fields>, network: Data) -> Order {
        let path = format!("/networks/{}{what}", escape(&self.name));
        let order = Order { body: body.map(Data::Map), ..Order::new(engine, title.to_owned(), "POST", path) };
        order.with_effect(Thing::Network(self.name.clone()), network)
    }

    fn remove(&self, engine: &Engine, found: &Data) -> Vec<Order> {
        let members = members(found);
        let mut orders: Vec<Order> =
            members.iter().map(|name| self.leave(engine, name, found.clone())).collect();
        let order = self.order(engine, &format!("remove network {}", self.name), "", None, Data::Null);
        orders.push(Order { method: "DELETE".to_owned(), fine: vec![404], ..order });
        orders
    }

    fn create(&self, engine: &Engine, containers: &[String], why: Vec<Attribute>) -> Vec<Order> {
        let title = format!("create network {}", self.name);
        let order = self.order(engine, &title, "", Some(self.body()), self.foreseen(&[]));
        let mut orders = vec![Order { path: "/networks/create".to_owned(), attributes: why, ..order }];
        for (index, container) in containers.iter().enumerate() {
            let joined = containers.get(..=index).unwrap_or_default();
            orders.push(self.join(engine, container, self.foreseen(joined)));
        }
        orders
    }

    fn join(&self, engine: &Engine, container: &str, network: Data) -> Order {
        let title = format!("connect container {container} to network {}", self.name);
        self.order(engine, &title, "/connect", Some(Fields::new().with("Container", container)), network)
    }

    fn leave(&self, engine: &Engine, container: &str, network: Data) -> Order {
        let title = format!("disconnect container {container} from network {}", self.name);
        let body = Fields::new().with("Container", container).with("Force", true);
        self.order(engine, &title, "/disconnect", Some(body), network)
    }

    fn update(&self, engine: &Engine, found: &Data) -> Vec<Order> {
        let there = members(found);
        let differences = self.differences(found);
        if self.force || !differences.is_empty() {
            let mut wanted = self.connected.clone();
            wanted.extend(there.iter().filter(|name| !self.connected.contains(name)).cloned());
            let mut orders = self.remove(engine, found);
            orders.extend(self.create(engine, &wanted, differences));
            return orders;
        }
        let mut orders = Vec::new();
        let mut joined = there.clone();
        for container in self.connected.iter().filter(|name| !there.contains(name)) {
            joined.push(container.clone());
            orders.push(self.join(engine, container, with_members(found, &joined)));
        }
        if !self.appends && !self.connected.is_empty() {
            for container in there.iter().filter(|name| !self.connected.contains(name)) {
                joined.retain(|name| name != container);
                orders.push(self.leave(engine, container, with_members(found, &joined)));
            }
        }
        orders
    }
}

/// The names of the containers in a network.
fn members(network: &Data) -> Vec<String> {
    let containers = network.entry("Containers").as_map();
    containers
        .map(|all| all.iter().filter_map(|(_, container)| container.text("Name")).collect())
        .unwrap_or_default()
}

/// The network with these containers.
fn with_members(network: &Data, members: &[String]) -> Data {
    let member = |name: &String| (name.clone(), Data::Map(Fields::new().with("Name", name.as_str())));
    let members: Fields = members.iter().map(member).collect();
    network.as_map().cloned().unwrap_or_default().with("Containers", members).into()
}
