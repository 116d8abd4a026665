//! `docker_image_pull`

use super::docker::{DockerArguments, is_id, with_tag};
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Data, Failure, Fields, Plan, Probe, Report};

choices! {
    /// When it is pulled.
    When { Always = "always", NotPresent = "not_present" }
}

module! {
    /// Pulls an image of docker. One that the host has is not pulled again where docker can learn from the registry, without a
    /// password, that it has no other one.
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
    } with { docker: DockerArguments }
}

impl Module for DockerImagePull {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = self.docker.engine(host)?.image(host, &self.image())?;
        if self.pull == When::NotPresent && !found.is_null() && self.fits(&found) {
            return Ok(Plan::nothing());
        }
        let run = self.docker.pull(host, &self.image(), self.platform.as_deref())?;
        let plan = run.map_or_else(Plan::nothing, |run| Plan::one(Change::Run(run)));
        Ok(plan.with("image_before", found.text("Id")))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = self.docker.engine(host)?.image(host, &self.image())?;
        let mut result = carried.result.clone();
        let before = result.remove("image_before").unwrap_or_default();
        let changed = carried.changed() && before.as_text() != image.text("Id").as_deref();
        let actions: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        result.set("actions", actions);
        result.set("image", if image.is_null() { Fields::new().into() } else { image });
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        match is_id(&self.name) {
            true => vec![ArgumentError::new("name", "Cannot pull an image by ID")],
            false => Vec::new(),
        }
    }
}

impl DockerImagePull {
    fn image(&self) -> String {
        with_tag(&self.name, &self.tag)
    }

    /// Whether an image is of the platform that is asked for.
    fn fits(&self, found: &Data) -> bool {
        let Some(platform) = &self.platform else { return true };
        let known = ["Os", "Architecture", "Variant"].map(|part| found.text(part).unwrap_or_default());
        platform.split('/').zip(&known).all(|(wanted, known)| wanted == known)
    }
}
