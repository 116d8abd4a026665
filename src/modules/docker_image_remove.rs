//! `docker_image_remove`

use super::Module;
use super::docker::{DockerArguments, with_tag};
use crate::host::docker::{Order, Thing, escape};
use crate::host::{Carried, Change, Data, Done, Failure, Fields, Plan, Probe, Report};

module! {
    /// Removes an image of docker, or one of its names.
    ///
    /// ```yaml
    /// - docker_image_remove: { name: app, tag: "1.1", force: true }
    /// ```
    DockerImageRemove "docker_image_remove" {
        /// The image, by name or id.
        name: String;
        /// Its tag.
        tag: String = "latest";
        /// Removes it even where containers use it or it has other names.
        force: bool = false;
        /// Removes images below it that have no name.
        prune: bool = true;
    } with { docker: DockerArguments }
}

impl Module for DockerImageRemove {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let name = with_tag(&self.name, &self.tag);
        let engine = self.docker.engine(host)?;
        let image = engine.image(host, &name)?;
        if image.is_null() {
            return Ok(Plan::say(Fields::new().with("image", Fields::new())));
        }
        let path = format!("/images/{}?force={}&noprune={}", escape(&name), self.force, !self.prune);
        let order = Order::new(&engine, format!("remove image {name}"), "DELETE", path);
        let order = Order { fine: vec![404], ..order }.with_effect(Thing::Image(name), Data::Null);
        Ok(Plan::one(Change::Docker(Box::new(order))).with("image", image))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let said = carried.changes.iter().find_map(|(_, done)| match done {
            Done::Said(said) => Some(Data::Map(said.clone())),
            _ => None,
        });
        let said = said.unwrap_or_default();
        let named =
            |key: &str| said.list("items").iter().filter_map(|item| item.text(key)).collect::<Vec<_>>();
        let result = carried.result.clone().with("deleted", named("Deleted"));
        Ok(result.with("untagged", named("Untagged")).into())
    }
}
