//! `docker_container_info`

use super::Module;
use super::docker::DockerArguments;
use crate::host::{Failure, Fields, Plan, Probe};

module! {
    /// Says what docker knows of a container: `exists` and `container`.
    ///
    /// ```yaml
    /// - docker_container_info: { name: web }
    /// ```
    DockerContainerInfo "docker_container_info" {
        /// The container.
        name: String;
    } with { docker: DockerArguments }
}

impl Module for DockerContainerInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = self.docker.engine(host)?.container(host, &self.name)?;
        Ok(Plan::say(Fields::new().with("exists", !found.is_null()).with("container", found)))
    }
}
