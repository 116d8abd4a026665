//! `docker_image_load`

use super::Module;
use super::argument::PathText;
use super::docker::DockerArguments;
use crate::host::docker::{Thing, archive};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, text};

module! {
    /// Loads images of docker from a file of the host.
    ///
    /// Nothing is done where docker has all that is in the file, by the same names.
    ///
    /// ```yaml
    /// - docker_image_load: { path: /srv/images.tar }
    /// ```
    DockerImageLoad "docker_image_load" {
        /// The file.
        path: PathText;
    } with { docker: DockerArguments }
}

impl Module for DockerImageLoad {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        if !host.exists(&path)? {
            return Err(host.missing(format!("`{}` does not exist", path.display())));
        }
        let engine = self.docker.engine(host)?;
        let (mut names, mut effects, mut missing) = (Vec::new(), Vec::new(), false);
        for image in archive::images(host, &path)? {
            let id = archive::id(&image);
            let tags: Vec<&str> = image.list("RepoTags").iter().filter_map(Data::as_text).collect();
            // What has no name is known by its hash.
            let known = if tags.is_empty() { vec![id.as_str()] } else { tags.clone() };
            for name in known {
                missing |= engine.image(host, name)?.text("Id").as_ref() != Some(&id);
                let answer = Fields::new().with("Id", id.as_str()).with("RepoTags", tags.clone());
                effects.push(Effect::Set(engine.subject(Thing::Image(name.to_owned())), answer.into()));
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        let path = text::from_path(&path);
        let result = Fields::new().with("image_names", names.clone()).with("stdout", loaded(&names));
        let plan = Plan::say(result);
        if !missing && !names.is_empty() {
            return Ok(plan);
        }
        let run = self.docker.run(host, &["load", "--input", &path], effects)?;
        Ok(Plan { changes: vec![Change::Run(run.titled(format!("load {path}")))], ..plan })
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let engine = self.docker.engine(host)?;
        let said = Data::Map(carried.result.clone());
        let mut images = Vec::new();
        for name in said.list("image_names").iter().filter_map(Data::as_text) {
            images.push(engine.image(host, name)?);
        }
        Ok(carried.result.clone().with("images", images).into())
    }
}

/// What docker prints of the images.
fn loaded(names: &[String]) -> String {
    let line = |name: &String| {
        let kind = if name.starts_with("sha256:") { "Loaded image ID" } else { "Loaded image" };
        format!("{kind}: {name}")
    };
    names.iter().map(line).collect::<Vec<_>>().join("\n")
}
