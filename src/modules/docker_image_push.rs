//! `docker_image_push`

use super::Module;
use super::docker::{DockerArguments, has_sent, with_tag};
use crate::host::{Carried, Change, Failure, Plan, Probe, Report};

module! {
    /// Sends an image of docker to its registry.
    ///
    /// It counts as changed where the registry did not have all of it.
    ///
    /// ```yaml
    /// - docker_image_push: { name: registry.example.com/app, tag: "1.2" }
    /// ```
    DockerImagePush "docker_image_push" {
        /// The image, with its registry.
        name: String;
        /// Its tag.
        tag: String = "latest";
    } with { docker: DockerArguments }
}

impl Module for DockerImagePush {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let image = with_tag(&self.name, &self.tag);
        if self.docker.engine(host)?.image(host, &image)?.is_null() {
            return Err(host.missing(format!("there is no image `{image}` on this host")));
        }
        Ok(Plan::one(Change::Run(self.docker.push(host, &image)?)))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = self.docker.engine(host)?.image(host, &with_tag(&self.name, &self.tag))?;
        let pushed = carried.output().map(has_sent);
        Ok(Report { changed: pushed, ..Report::from(carried.result.clone().with("image", image)) })
    }
}
