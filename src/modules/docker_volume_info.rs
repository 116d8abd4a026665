//! `docker_volume_info`

use super::Module;
use super::docker::DockerArguments;
use crate::host::{Failure, Fields, Plan, Probe};

module! {
    /// Says what docker knows of a volume: `exists` and `volume`.
    ///
    /// ```yaml
    /// - docker_volume_info: { name: web }
    /// ```
    DockerVolumeInfo "docker_volume_info" {
        /// The volume.
        name ["volume_name"]: String;
    } with { docker: DockerArguments }
}

impl Module for DockerVolumeInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = self.docker.engine(host)?.volume(host, &self.name)?;
        Ok(Plan::say(Fields::new().with("exists", !found.is_null()).with("volume", found)))
    }
}
