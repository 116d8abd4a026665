//! `docker_image_info`

use super::Module;
use super::docker::{DockerArguments, with_tag};
use crate::host::docker::Thing;
use crate::host::{Data, Failure, Fields, Plan, Probe};

module! {
    /// Says what docker knows of images: `images`.
    ///
    /// ```yaml
    /// - docker_image_info: { name: ["docker.io/nginx:1.27"] }
    /// - docker_image_info:
    /// ```
    DockerImageInfo "docker_image_info" {
        /// The images, by name or id; all of the host if nothing is said.
        name: Vec<String>;
    } with { docker: DockerArguments }
}

impl Module for DockerImageInfo {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let names: Vec<String> = match self.name.is_empty() {
            false => self.name.iter().map(|name| with_tag(name, "latest")).collect(),
            true => match engine.ask(host, Thing::At("/images/json".to_owned()))? {
                Data::List(all) => all.iter().filter_map(|image| image.text("Id")).collect(),
                _ => Vec::new(),
            },
        };
        let mut images = Vec::new();
        for name in names {
            images.extend(Some(engine.image(host, &name)?).filter(|image| !image.is_null()));
        }
        Ok(Plan::say(Fields::new().with("images", images)))
    }
}
