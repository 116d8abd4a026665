//! `docker_image_pull`

use super::Module;
use super::docker as common;
use crate::host::{Carried, Failure, Fields, Plan, Probe, Report, docker};

choices! {
    /// When it is pulled.
    When { Always = "always", NotPresent = "not_present" }
}

module! {
    /// Pulls an image of docker.
    ///
    /// ```yaml
    /// - docker_image_pull: { name: docker.io/nginx, tag: "1.27", pull: not_present }
    /// ```
    DockerImagePull "docker_image_pull" {
        /// The image, with or without its tag.
        name: String;
        /// Its tag.
        tag: String = "latest";
        /// The platform.
        platform: Option<String>;
        /// When it is pulled.
        pull: When = "always";
        /// Where docker listens.
        docker_host ["docker_url"]: Option<String>;
        /// Seconds to wait for docker.
        timeout: i64 = 60;
        /// Means nothing here.
        debug: bool = false;
        /// The version of docker's protocol.
        api_version ["docker_api_version"]: Option<String>;
    }
}

impl Module for DockerImagePull {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let image = common::with_tag(&self.name, &self.tag);
        let found = docker::image(host, &image)?;
        if self.pull == When::NotPresent && !found.is_null() {
            return Ok(Plan::nothing());
        }
        let plan = Plan {
            changes: common::pull(host, &image, self.platform.as_deref())?.into_iter().collect(),
            ..Plan::default()
        };
        Ok(plan.with("image_before", found.text("Id")))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = docker::image(host, &common::with_tag(&self.name, &self.tag))?;
        let mut result = carried.result.clone();
        let before = result.remove("image_before").unwrap_or_default();
        let changed = carried.changed() && before.as_text() != image.text("Id").as_deref();
        let actions: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        result.set("actions", actions);
        result.set("image", if image.is_null() { Fields::new().into() } else { image });
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }
}
