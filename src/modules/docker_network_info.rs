//! `docker_network_info`

use super::Module;
use super::docker::DockerArguments;
use crate::host::{Failure, Fields, Plan, Probe};

module! {
    /// Says what docker knows of a network: `exists` and `network`.
    ///
    /// ```yaml
    /// - docker_network_info: { name: web }
    /// ```
    DockerNetworkInfo "docker_network_info" {
        /// The network.
        name: String;
    } with { docker: DockerArguments }
}

impl Module for DockerNetworkInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = self.docker.engine(host)?.network(host, &self.name)?;
        Ok(Plan::say(Fields::new().with("exists", !found.is_null()).with("network", found)))
    }
}
