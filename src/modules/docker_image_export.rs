//! `docker_image_export`

use super::Module;
use super::argument::{Needed, PathText};
use super::docker::{DockerArguments, with_tag};
use crate::host::docker::archive;
use crate::host::{Change, Data, Effect, Failure, Fields, Plan, Probe, text};

module! {
    /// Writes images of docker to a file of the host.
    ///
    /// ```yaml
    /// - docker_image_export: { names: ["nginx:1.27", "busybox"], path: /srv/images.tar }
    /// ```
    DockerImageExport "docker_image_export" {
        /// The images, by name or id.
        names ["name"]: Needed<Vec<String>>;
        /// The tag of those that have none.
        tag: String = "latest";
        /// The file.
        path: PathText;
        /// Writes it even where it holds them.
        force: bool = false;
    } with { docker: DockerArguments }
}

impl Module for DockerImageExport {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let names: Vec<String> = self.names.0.iter().map(|name| with_tag(name, &self.tag)).collect();
        let mut images = Vec::new();
        for name in &names {
            let image = engine.image(host, name)?;
            if image.is_null() {
                return Err(host.missing(format!("there is no image `{name}` on this host")));
            }
            images.push(image);
        }
        let path = self.path.on(host)?;
        let plan = Plan::say(Fields::new().with("images", images.clone()));
        if !(self.force && host.stage() == 0) && host.exists(&path)? && holds_all(host, &path, &images)? {
            return Ok(plan);
        }
        let held: Vec<(Data, String)> = images.into_iter().zip(names.iter().cloned()).collect();
        let manifest = archive::written(&path, &held);
        let effects = vec![Effect::File { path: path.clone(), mode: 0o600, owner: host.me() }, manifest];
        let path = text::from_path(&path);
        let mut argv = vec!["save", "--output", &path];
        argv.extend(names.iter().map(String::as_str));
        let run = self.docker.run(host, &argv, effects)?;
        Ok(Plan {
            changes: vec![Change::Run(run.titled(format!("save {} to {path}", names.join(", "))))],
            ..plan
        })
    }
}

fn holds_all(host: &dyn Probe, path: &std::path::Path, images: &[Data]) -> Result<bool, Failure> {
    let held: Vec<String> = archive::images(host, path)?.iter().map(archive::id).collect();
    let wanted: Vec<String> = images.iter().filter_map(|image| image.text("Id")).collect();
    Ok(held.len() == wanted.len() && wanted.iter().all(|id| held.contains(id)))
}
