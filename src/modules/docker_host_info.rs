//! `docker_host_info`

use super::Module;
use super::docker::{DockerArguments, filters};
use crate::host::docker::{Engine, Thing};
use crate::host::{Data, Failure, Fields, Plan, Probe};

module! {
    /// Says what docker knows of its host: `host_info`, and lists of what is on it.
    ///
    /// ```yaml
    /// - docker_host_info: { containers: true, containers_all: true }
    /// - docker_host_info: { images: true, images_filters: { dangling: true }, disk_usage: true }
    /// ```
    DockerHostInfo "docker_host_info" {
        /// Lists containers.
        containers: bool = false;
        /// Lists those, too, that do not run.
        containers_all: bool = false;
        /// Which containers.
        containers_filters: Fields;
        /// Lists images.
        images: bool = false;
        /// Which images.
        images_filters: Fields;
        /// Lists networks.
        networks: bool = false;
        /// Which networks.
        networks_filters: Fields;
        /// Lists volumes.
        volumes: bool = false;
        /// Which volumes.
        volumes_filters: Fields;
        /// Says how much room all of it takes.
        disk_usage: bool = false;
        /// Says all that is known of what is listed.
        verbose_output: bool = false;
    } with { docker: DockerArguments }
}

impl Module for DockerHostInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let info = ask(host, &engine, "/info")?;
        if info.is_null() {
            return Err(host
                .missing("there is no docker on this host".to_owned())
                .with("can_talk_to_docker", false));
        }
        let mut result = Fields::new().with("can_talk_to_docker", true).with("host_info", info);
        let all = if self.containers_all { "all=true&" } else { "" };
        let lists = [
            (
                self.containers,
                "containers",
                format!("/containers/json?{all}{}", filters(&self.containers_filters)),
                CONTAINER,
            ),
            (self.images, "images", format!("/images/json?{}", filters(&self.images_filters)), IMAGE),
            (self.networks, "networks", format!("/networks?{}", filters(&self.networks_filters)), NETWORK),
            (self.volumes, "volumes", format!("/volumes?{}", filters(&self.volumes_filters)), VOLUME),
        ];
        for (_, name, path, keys) in lists.into_iter().filter(|(wanted, ..)| *wanted) {
            result.set(name, self.listed(&ask(host, &engine, path.trim_end_matches(['?', '&']))?, keys));
        }
        if self.disk_usage {
            let usage = ask(host, &engine, "/system/df")?;
            let short = Fields::new().with("LayersSize", usage.entry("LayersSize").clone());
            result.set("disk_usage", if self.verbose_output { usage } else { short.into() });
        }
        Ok(Plan::say(result))
    }
}

const CONTAINER: &[&str] = &["Id", "Image", "Command", "Created", "Status", "Ports", "Names"];
const IMAGE: &[&str] = &["Id", "RepoTags", "Created", "Size"];
const NETWORK: &[&str] = &["Id", "Driver", "Name", "Scope"];
const VOLUME: &[&str] = &["Driver", "Name"];

fn ask(host: &dyn Probe, engine: &Engine, path: &str) -> Result<Data, Failure> {
    engine.ask(host, Thing::At(path.to_owned()))
}

impl DockerHostInfo {
    fn listed(&self, answer: &Data, keys: &[&str]) -> Vec<Data> {
        let items = match answer {
            Data::List(items) => items.as_slice(),
            answer => answer.list("Volumes"),
        };
        let short = |item: &Data| {
            let entries =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), item.as_map()?.get(key)?.clone())));
            Data::Map(entries.collect())
        };
        items.iter().map(|item| if self.verbose_output { item.clone() } else { short(item) }).collect()
    }
}
