//! `docker_image_tag`

use super::argument::Needed;
use super::docker::{DockerArguments, with_tag};
use super::{ArgumentError, Module};
use crate::host::docker::{Engine, Order, Thing, escape};
use crate::host::{Attribute, Carried, Change, Data, Failure, Plan, Probe, Report};

choices! {
    /// What becomes of an image that has the name already.
    Existing { Keep = "keep", Overwrite = "overwrite" }
}

module! {
    /// Gives an image of docker more names.
    ///
    /// ```yaml
    /// - docker_image_tag: { name: app, tag: "1.2", repository: ["registry.example.com/app:1.2", "app:latest"] }
    /// ```
    DockerImageTag "docker_image_tag" {
        /// The image, by name or id.
        name: String;
        /// Its tag.
        tag: String = "latest";
        /// Its new names.
        repository: Needed<Vec<String>>;
        /// What becomes of an image that has the name already.
        existing_images: Existing = "overwrite";
    } with { docker: DockerArguments }
}

impl Module for DockerImageTag {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let image = engine.image(host, &self.image())?;
        if image.is_null() {
            return Err(host.missing(format!("there is no image `{}` on this host", self.image())));
        }
        let mut plan = Plan::nothing();
        let mut tagged = Vec::new();
        for name in self.repository.0.iter().map(|name| with_tag(name, &self.tag)) {
            let there = engine.image(host, &name)?.text("Id");
            let keeps = there.is_some() && self.existing_images == Existing::Keep;
            if there != image.text("Id") && !keeps {
                plan.push(Change::Docker(Box::new(self.order(&engine, &name, &image, there))));
                tagged.push(name);
            }
        }
        Ok(plan.with("tagged_images", tagged))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = self.docker.engine(host)?.image(host, &self.image())?;
        Ok(carried.result.clone().with("image", image).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let names = self.repository.0.iter().enumerate();
        names.filter_map(|(place, name)| DockerImageTag::wrong(place, name)).collect()
    }
}

impl DockerImageTag {
    /// What is wrong with the new name at this place.
    fn wrong(place: usize, name: &str) -> Option<ArgumentError> {
        let what = match name {
            name if name.starts_with("sha256:") => "be an image ID",
            name if name.contains('@') => "have a digest",
            _ => return None,
        };
        let message = format!("repository[{}] must not {what}; got: {name}", place + 1);
        Some(ArgumentError::new("repository", message))
    }

    fn image(&self) -> String {
        with_tag(&self.name, &self.tag)
    }

    fn order(&self, engine: &Engine, name: &str, image: &Data, before: Option<String>) -> Order {
        let (repository, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
        let path =
            format!("/images/{}/tag?repo={}&tag={}", escape(&self.image()), escape(repository), escape(tag));
        let other = Attribute { name: "image".to_owned(), after: image.text("Id"), before };
        let attributes = Some(other).filter(|other| other.before.is_some()).into_iter().collect();
        let order = Order::new(engine, format!("tag {} as {name}", self.image()), "POST", path);
        Order { attributes, ..order }.with_effect(Thing::Image(name.to_owned()), image.clone())
    }
}
