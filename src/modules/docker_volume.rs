//! `docker_volume`

use super::Module;
use super::docker::{DockerArguments, text_of, texts};
use crate::host::docker::{Engine, Order, Thing, escape};
use crate::host::{Attribute, Carried, Change, Data, Failure, Fields, Plan, Probe, Report};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// When it is made anew, without its data.
    Recreate { Never = "never", Always = "always", OptionsChanged = "options-changed" }
}

module! {
    /// Makes volumes of docker, and removes them.
    ///
    /// ```yaml
    /// - docker_volume: { name: data, labels: { keep: "yes" } }
    /// - docker_volume:
    ///     name: share
    ///     driver_options: { type: nfs, o: "addr=10.0.0.1,rw", device: ":/srv" }
    /// - docker_volume: { name: old, state: absent }
    /// ```
    DockerVolume "docker_volume" {
        /// The volume.
        volume_name ["name"]: String;
        /// Whether it is to be there.
        state: State = "present";
        /// What makes it.
        driver: String = "local";
        /// Options of that.
        driver_options: Fields;
        /// Labels.
        labels: Option<Fields>;
        /// When one that is there is made anew: all that is in it is lost.
        recreate: Recreate = "never";
    } with { docker: DockerArguments }
}

impl Module for DockerVolume {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let found = engine.volume(host, &self.volume_name)?;
        let differences = self.differences(&found);
        let anew = match self.recreate {
            Recreate::Never => false,
            Recreate::Always => true,
            Recreate::OptionsChanged => !differences.is_empty(),
        };
        let orders = match (self.state, found.is_null()) {
            (State::Absent, true) => Vec::new(),
            (State::Absent, false) => vec![self.remove(&engine)],
            (State::Present, true) => vec![self.create(&engine, Vec::new())],
            (State::Present, false) if anew => vec![self.remove(&engine), self.create(&engine, differences)],
            (State::Present, false) => Vec::new(),
        };
        Ok(Plan::from(orders.into_iter().map(|order| Change::Docker(Box::new(order))).collect::<Vec<_>>()))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let found = self.docker.engine(host)?.volume(host, &self.volume_name)?;
        let found = if found.is_null() { Fields::new().into() } else { found };
        Ok(carried.result.clone().with("volume", found).into())
    }
}

impl DockerVolume {
    fn differences(&self, found: &Data) -> Vec<Attribute> {
        let mut wanted = vec![("driver".to_owned(), Data::from(self.driver.as_str()), found.entry("Driver"))];
        let labels = self.labels.clone().unwrap_or_default();
        for (what, fields, there) in [
            ("driver_options", &self.driver_options, found.entry("Options")),
            ("labels", &labels, found.entry("Labels")),
        ] {
            wanted.extend(
                texts(fields)
                    .into_iter()
                    .map(|(name, value)| (format!("{what}.{name}"), value, there.entry(&name))),
            );
        }
        let differing = wanted.into_iter().filter(|(_, wanted, there)| wanted != *there);
        differing
            .map(|(name, wanted, there)| Attribute {
                name,
                before: (!there.is_null()).then(|| text_of(there)),
                after: Some(text_of(&wanted)),
            })
            .collect()
    }

    fn thing(&self) -> Thing {
        Thing::Volume(self.volume_name.clone())
    }

    fn remove(&self, engine: &Engine) -> Order {
        let path = format!("/volumes/{}", escape(&self.volume_name));
        let order = Order::new(engine, format!("remove volume {}", self.volume_name), "DELETE", path);
        Order { fine: vec![404], ..order }.with_effect(self.thing(), Data::Null)
    }

    fn create(&self, engine: &Engine, attributes: Vec<Attribute>) -> Order {
        let labels = self.labels.as_ref().map(texts).unwrap_or_default();
        let known =
            Fields::new().with("Name", self.volume_name.as_str()).with("Driver", self.driver.as_str());
        let body =
            known.clone().with("DriverOpts", texts(&self.driver_options)).with("Labels", labels.clone());
        let answer = known.with("Options", texts(&self.driver_options)).with("Labels", labels);
        let title = format!("create volume {}", self.volume_name);
        let order = Order::new(engine, title, "POST", "/volumes/create".to_owned());
        Order { attributes, body: Some(body.into()), ..order }.with_effect(self.thing(), answer.into())
    }
}
