//! `docker_network`

mod differences;

use super::{ArgumentError, Module};
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, Run, docker};

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
        /// How far it reaches: `local`, `global`, `swarm`.
        scope: Option<String>;
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
        /// Where docker listens.
        docker_host ["docker_url"]: Option<String>;
        /// Seconds to wait for docker.
        timeout: i64 = 60;
        /// Means nothing here.
        debug: bool = false;
        /// The version of docker's protocol.
        api_version ["docker_api_version"]: Option<String>;
        /// Means nothing here.
        tls: Option<bool>;
        /// Means nothing here.
        validate_certs: Option<bool>;
    }
}

impl Module for DockerNetwork {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = docker::network(host, &self.name)?;
        let changes = match (self.state, found.is_null()) {
            (State::Absent, true) => Vec::new(),
            (State::Absent, false) => self.remove(&found),
            (State::Present, true) => self.create(&self.connected),
            (State::Present, false) => self.update(host, &found)?,
        };
        Ok(Plan::from(changes))
    }

    fn report(
        &self,
        host: &dyn Probe,
        carried: &crate::host::Carried,
    ) -> Result<crate::host::Report, Failure> {
        let network = docker::network(host, &self.name)?;
        Ok(carried.result.clone().with("network", network).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let bad = self.name.is_empty() || self.name.starts_with('-');
        if bad {
            vec![ArgumentError::new("name", format!("`{}` is no name of a network", self.name))]
        } else {
            Vec::new()
        }
    }
}

impl DockerNetwork {
    fn run(&self, argv: &[&str], effects: Vec<Effect>) -> Change {
        let environment =
            self.docker_host.iter().map(|host| ("DOCKER_HOST".to_owned(), host.clone())).collect();
        Change::Run(Run { environment, ..Run::changing(argv).with_effects(effects) })
    }

    fn set(&self, network: Data) -> Vec<Effect> {
        vec![Effect::Set(docker::network_subject(&self.name), network)]
    }

    fn remove(&self, found: &Data) -> Vec<Change> {
        let mut changes = Vec::new();
        for container in members(found) {
            changes.push(self.run(
                &["docker", "network", "disconnect", "--force", &self.name, &container],
                self.set(found.clone()),
            ));
        }
        changes.push(self.run(&["docker", "network", "rm", &self.name], self.set(Data::Null)));
        changes
    }

    fn create(&self, containers: &[String]) -> Vec<Change> {
        let argv = self.create_words();
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let mut changes = vec![self.run(&argv, self.set(self.foreseen(&[])))];
        let mut joined = Vec::new();
        for container in containers {
            joined.push(container.clone());
            changes.push(self.join(container, &joined));
        }
        changes
    }

    fn join(&self, container: &str, joined: &[String]) -> Change {
        self.run(&["docker", "network", "connect", &self.name, container], self.set(self.foreseen(joined)))
    }

    fn update(&self, host: &dyn Probe, found: &Data) -> Result<Vec<Change>, Failure> {
        let there = members(found);
        let differs = self.force && host.stage() == 0 || !self.differences(found).is_empty();
        if differs {
            let mut wanted = self.connected.clone();
            wanted.extend(there.iter().filter(|name| !self.connected.contains(name)).cloned());
            let mut changes = self.remove(found);
            changes.extend(self.create(&wanted));
            return Ok(changes);
        }
        let mut changes = Vec::new();
        let mut joined = there.clone();
        for container in self.connected.iter().filter(|name| !there.contains(name)) {
            joined.push(container.clone());
            changes.push(self.join(container, &joined));
        }
        if !self.appends && !self.connected.is_empty() {
            for container in there.iter().filter(|name| !self.connected.contains(name)) {
                joined.retain(|name| name != container);
                let argv = ["docker", "network", "disconnect", "--force", &self.name, container];
                changes.push(self.run(&argv, self.set(self.foreseen(&joined))));
            }
        }
        Ok(changes)
    }

    fn create_words(&self) -> Vec<String> {
        let mut argv: Vec<String> =
            ["docker", "network", "create", "--driver", &self.driver].map(str::to_owned).to_vec();
        let text = |value: &Data| <String as super::Argument>::parse(value).unwrap_or_default();
        let mut pairs = |option: &str, fields: &Fields| {
            fields.iter().for_each(|(name, value)| {
                argv.extend([option.to_owned(), format!("{name}={}", text(value))])
            });
        };
        pairs("--opt", &self.driver_options);
        pairs("--label", &self.labels);
        pairs("--ipam-opt", &self.ipam_driver_options.clone().unwrap_or_default());
        let mut option = |option: &str, value: Option<&String>| {
            argv.extend(value.map(|value| format!("{option}={value}")));
        };
        option("--ipam-driver", self.ipam_driver.as_ref());
        option("--scope", self.scope.as_ref());
        option("--config-from", self.config_from.as_ref());
        for pool in self.ipam_config.iter().flatten() {
            option("--subnet", pool.subnet.as_ref());
            option("--gateway", pool.gateway.as_ref());
            option("--ip-range", pool.iprange.as_ref());
            for (name, address) in pool.aux_addresses.iter() {
                option("--aux-address", Some(&format!("{name}={}", text(address))));
            }
        }
        let flags = [
            ("--internal", self.internal),
            ("--attachable", self.attachable),
            ("--ingress", self.ingress),
            ("--ipv6", self.enable_ipv6),
            ("--config-only", self.config_only),
        ];
        argv.extend(flags.iter().filter(|(_, set)| *set == Some(true)).map(|(flag, _)| (*flag).to_owned()));
        argv.extend(self.enable_ipv4.filter(|set| !set).map(|_| "--ipv4=false".to_owned()));
        argv.extend(["--".to_owned(), self.name.clone()]);
        argv
    }
}

/// The names of the containers in a network.
fn members(network: &Data) -> Vec<String> {
    let containers = network.entry("Containers").as_map();
    containers
        .map(|all| all.iter().filter_map(|(_, container)| container.text("Name")).collect())
        .unwrap_or_default()
}
