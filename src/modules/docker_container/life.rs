//! From what a container is to what it is to be.

use super::compare::How;
use super::settings::{Kind, Setting, capabilities};
use super::{DockerContainer, ImageComparison, NameMismatch, Pull, State, values};
use crate::host::docker::{Engine, Order, Then, Thing, escape};
use crate::host::{Attribute, Change, Data, Failure, Fields, Plan, Probe};
use crate::modules::docker::is_id;
use std::time::Duration;

impl DockerContainer {
    /// What must be done for the container to be as it is to be.
    pub(super) fn live(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let found = engine.container(host, &self.name)?;
        if self.state == State::Absent {
            let orders = if found.is_null() { Vec::new() } else { self.remove(&engine, &found) };
            return Ok(planned(orders));
        }
        if let Some(pull) = self.pull(host, &engine)?.filter(|_| host.stage() == 0) {
            return Ok(Plan::one(pull).and_again());
        }
        self.present(host, &engine, &found).map(planned)
    }

    fn pull(&self, host: &dyn Probe, engine: &Engine) -> Result<Option<Change>, Failure> {
        let Some(image) = self.image_name().filter(|image| !is_id(image)) else { return Ok(None) };
        let there = !engine.image(host, &image)?.is_null();
        if self.pull == Pull::Never || self.pull == Pull::Missing && there {
            return Ok(None);
        }
        let run = self.docker.pull(host, &image, self.platform.as_deref())?;
        // What comes of pulling what is there shows when the container is compared with its image.
        Ok(run.map(|run| Change::Run(crate::host::Run { counts: !there, ..run })))
    }

    fn present(&self, host: &dyn Probe, engine: &Engine, found: &Data) -> Result<Vec<Order>, Failure> {
        let name = self.image_name().or_else(|| found.entry("Config").text("Image"));
        let Some(name) = name else {
            return Err(
                host.missing(format!("there is no container `{}`, and no `image` to make it of", self.name))
            );
        };
        let image = engine.image(host, &name)?;
        if image.is_null() {
            return Err(host.missing(format!("there is no image `{name}` on this host")));
        }
        let base = match (self.image_comparison, found.text("Image")) {
            (ImageComparison::Current, Some(current)) => engine.image(host, &current)?,
            _ => image.clone(),
        };
        let settings = self.settings(host, engine, &base)?;
        if found.is_null() {
            return self.create(host, engine, (&name, &image), &settings, Vec::new());
        }
        let (live, other) = self.differences(&settings, found);
        let mut other: Vec<Attribute> = other.into_iter().flat_map(|(_, attributes)| attributes).collect();
        other.extend(self.image_differs(found, (&name, &image)));
        if self.recreate && host.stage() == 0 || !other.is_empty() {
            other.extend(live.into_iter().flat_map(|(_, attributes)| attributes));
            let mut orders = self.remove(engine, found);
            orders.extend(self.create(host, engine, (&name, &image), &settings, other)?);
            return Ok(orders);
        }
        let mut orders = Vec::new();
        if !live.is_empty() {
            orders.push(self.update(engine, found, live));
        }
        let mut joined = networks(found);
        orders.extend(self.join_and_leave(host, engine, &mut joined)?);
        orders.extend(self.run(engine, found, host.stage() == 0));
        Ok(orders)
    }

    /// The settings that differ: those that can be changed in place, and the others.
    fn differences<'a>(&self, settings: &'a [Setting], found: &Data) -> (Differing<'a>, Differing<'a>) {
        let differing = settings.iter().filter_map(|setting| {
            let attributes = setting
                .differences(&as_docker_has_it(setting, found), self.how(setting.option, usual(setting)));
            (!attributes.is_empty()).then_some((setting, attributes))
        });
        differing.partition(|(setting, _)| setting.live)
    }

    fn image_differs(&self, found: &Data, (name, image): (&str, &Data)) -> Option<Attribute> {
        if self.ignore_image || self.image.is_none() || self.how("image", How::Strict) == How::Ignore {
            return None;
        }
        let attribute = |before: Option<String>, after: Option<String>| Attribute {
            name: "image".to_owned(),
            before,
            after,
        };
        let (there, wanted) = (found.text("Image"), image.text("Id"));
        if there != wanted {
            return Some(attribute(there, wanted));
        }
        let called = found.entry("Config").text("Image");
        let renamed = self.image_name_mismatch == NameMismatch::Recreate
            && called.as_deref() != Some(name)
            && called.as_deref() != self.image.as_deref();
        renamed.then(|| attribute(called, Some(name.to_owned())))
    }

    fn create(
        &self,
        host: &dyn Probe,
        engine: &Engine,
        (name, image): (&str, &Data),
        settings: &[Setting],
        why: Vec<Attribute>,
    ) -> Result<Vec<Order>, Failure> {
        let mode = self.wanted_network_mode(host, engine)?;
        let mut body = Fields::new().with("Image", name).with("HostConfig", Fields::new());
        let ordinary =
            settings.iter().filter(|setting| setting.kind != Kind::Value || !setting.wanted.is_null());
        ordinary
            .for_each(|setting| put(&mut body, setting.place.trim_start_matches("Config."), &setting.wanted));
        let mut joined = Fields::new();
        if let Some((network, endpoint)) = self.first_endpoint(mode.as_deref()) {
            if engine.network(host, &network)?.is_null() {
                return Err(host.missing(format!("there is no network `{network}`")));
            }
            joined.set(network, endpoint);
            body.set("NetworkingConfig", Fields::new().with("EndpointsConfig", joined.clone()));
        } else {
            joined.set(mode.as_deref().filter(|mode| *mode != "default").unwrap_or("bridge"), Fields::new());
        }
        let platform = self
            .platform
            .as_ref()
            .map(|platform| format!("&platform={}", escape(platform).replace('/', "%2F")));
        let path = format!("/containers/create?name={}{}", escape(&self.name), platform.unwrap_or_default());
        let made = self.foreseen(&body, image, &joined);
        let order = Order {
            attributes: why,
            body: Some(body.into()),
            ..Order::new(engine, format!("create container {}", self.name), "POST", path)
        };
        let mut orders = vec![order.with_effect(self.thing(), made.clone())];
        orders.extend(self.join_and_leave(host, engine, &mut joined)?);
        orders.extend(self.run(engine, &made, false));
        Ok(orders)
    }

    /// What docker is going to say of it.
    fn foreseen(&self, body: &Fields, image: &Data, joined: &Fields) -> Data {
        let mut config = body.clone();
        let host_config = config.remove("HostConfig").unwrap_or_default();
        config.remove("NetworkingConfig");
        let state = Fields::new().with("Running", false).with("Paused", false).with("Status", "created");
        let fields = Fields::new()
            .with("Id", format!("to be created as {}", self.name))
            .with("Name", format!("/{}", self.name))
            .with("Image", image.text("Id"))
            .with("Config", config)
            .with("HostConfig", host_config);
        fields
            .with("State", state)
            .with("NetworkSettings", Fields::new().with("Networks", joined.clone()))
            .into()
    }

    fn thing(&self) -> Thing {
        Thing::Container(self.name.clone())
    }

    fn update(&self, engine: &Engine, found: &Data, live: Differing) -> Order {
        let mut host_config = found.entry("HostConfig").as_map().cloned().unwrap_or_default();
        let mut body = Fields::new();
        let mut attributes = Vec::new();
        for (setting, differences) in live {
            let place = setting.place.trim_start_matches("HostConfig.");
            put(&mut body, place, &setting.wanted);
            put(&mut host_config, place, &setting.wanted);
            attributes.extend(differences);
        }
        // Docker refuses more memory than memory and swap together; it had made that twice the memory.
        if let (Some(Data::Int(memory)), None) = (body.get("Memory"), body.get("MemorySwap"))
            && found.entry("HostConfig").number::<i64>("MemorySwap").is_some_and(|swap| swap > 0)
        {
            let swap = memory.saturating_mul(2);
            body.set("MemorySwap", swap);
            host_config.set("MemorySwap", swap);
        }
        let order = Order {
            attributes,
            body: Some(body.into()),
            ..Order::container(engine, "update", &self.name, "")
        };
        order.with_change(self.thing(), Fields::new().with("HostConfig", host_config))
    }

    /// Stops what runs, and takes it away.
    fn remove(&self, engine: &Engine, found: &Data) -> Vec<Order> {
        let mut orders = Vec::new();
        if is(found, "Running") {
            orders.push(self.stop(engine));
        }
        let path = format!("/containers/{}?v={}&force=true", escape(&self.name), !self.keep_volumes);
        let patience =
            self.removal_wait_timeout.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
        let order = Order {
            fine: vec![404, 409],
            then: Then::Gone { name: self.name.clone(), patience },
            ..Order::new(engine, format!("remove container {}", self.name), "DELETE", path)
        };
        orders.push(order.with_effect(self.thing(), Data::Null));
        orders
    }

    fn stop(&self, engine: &Engine) -> Order {
        let order = match (self.force_kill, &self.kill_signal) {
            (true, None) => Order::container(engine, "kill", &self.name, ""),
            (true, Some(signal)) => {
                Order::container(engine, "kill", &self.name, &format!("?signal={}", escape(signal)))
            }
            (false, _) => Order::container(engine, "stop", &self.name, &self.stop_query()),
        };
        Order { fine: vec![304, 404], ..order }.with_change(self.thing(), state(false, false))
    }

    fn stop_query(&self) -> String {
        self.stop_timeout.map(|seconds| format!("?t={seconds}")).unwrap_or_default()
    }

    /// Starts it, stops it, or starts it again.
    fn run(&self, engine: &Engine, found: &Data, may_restart: bool) -> Vec<Order> {
        let runs = is(found, "Running");
        let mut orders = Vec::new();
        match self.state {
            State::Stopped if runs => orders.push(self.stop(engine)),
            State::Started | State::Healthy if !runs => orders.extend(self.start(engine)),
            State::Started | State::Healthy if self.restart && may_restart => {
                orders.push(
                    Order::container(engine, "restart", &self.name, &self.stop_query())
                        .with_change(self.thing(), state(true, false)),
                );
            }
            _ => {}
        }
        let paused = is(found, "Paused") && orders.is_empty();
        if let Some(wanted) = self.paused.filter(|wanted| *wanted != paused && self.state == State::Started) {
            let what = if wanted { "pause" } else { "unpause" };
            orders.push(
                Order::container(engine, what, &self.name, "").with_change(self.thing(), state(true, wanted)),
            );
        }
        let healthy = found.entry("State").entry("Health").text("Status");
        if self.state == State::Healthy && (!orders.is_empty() || healthy.as_deref() != Some("healthy")) {
            orders.push(self.wait_healthy(engine));
        }
        orders
    }

    fn start(&self, engine: &Engine) -> Vec<Order> {
        let order = Order { fine: vec![304], ..Order::container(engine, "start", &self.name, "") };
        if self.detaches() {
            return vec![order.with_change(self.thing(), state(true, false))];
        }
        let order = Order { then: Then::Ended { name: self.name.clone() }, ..order };
        let mut orders = vec![order.with_change(self.thing(), state(false, false))];
        if self.cleanup {
            orders.extend(self.remove(engine, &Data::Null));
        }
        orders
    }

    fn wait_healthy(&self, engine: &Engine) -> Order {
        let seconds = self.healthy_wait_timeout;
        let patience = (seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(1e9)));
        let path = format!("/containers/{}/json", escape(&self.name));
        let order = Order {
            then: Then::Healthy { name: self.name.clone(), patience },
            ..Order::new(engine, format!("wait for container {}", self.name), "GET", path)
        };
        let healthy = Fields::new().with("Status", "healthy");
        let state = Fields::new().with("Running", true).with("Status", "running").with("Health", healthy);
        order.with_change(self.thing(), Fields::new().with("State", state))
    }
}

/// Settings, and how each differs.
type Differing<'a> = Vec<(&'a Setting, Vec<Attribute>)>;

fn planned(orders: Vec<Order>) -> Plan {
    Plan::from(orders.into_iter().map(|order| Change::Docker(Box::new(order))).collect::<Vec<_>>())
}

/// Whether the state of a container says so.
fn is(found: &Data, what: &str) -> bool {
    found.entry("State").entry(what) == &Data::Bool(true)
}

fn state(running: bool, paused: bool) -> Fields {
    let status = if running { "running" } else { "exited" };
    let state = Fields::new().with("Running", running).with("Paused", paused).with("Status", status);
    Fields::new().with("State", state)
}

fn networks(found: &Data) -> Fields {
    found.entry("NetworkSettings").entry("Networks").as_map().cloned().unwrap_or_default()
}

/// How an option is compared when nothing is said.
fn usual(setting: &Setting) -> How {
    match setting.kind {
        _ if setting.option == "stop_timeout" => How::Ignore,
        Kind::Value | Kind::List => How::Strict,
        Kind::Set | Kind::Dict | Kind::Pairs(_) => How::AllowMore,
    }
}

/// What docker has at the place of a setting, spelled as the setting spells it.
fn as_docker_has_it(setting: &Setting, found: &Data) -> Data {
    let there = setting.place.split('.').fold(found, |data, part| data.entry(part)).clone();
    let texts = |data: &Data| match data {
        Data::List(items) => Some(items.iter().map(crate::modules::docker::text_of).collect::<Vec<_>>()),
        _ => None,
    };
    match setting.option {
        "links" => {
            texts(&there).unwrap_or_default().iter().map(|link| values::link(link)).collect::<Vec<_>>().into()
        }
        // Docker keeps no limit where any number is allowed.
        "pids_limit" if setting.wanted == Data::Int(-1) && there.is_null() => Data::Int(-1),
        "capabilities" | "cap_drop" => capabilities(&texts(&there)).into(),
        "volumes" if matches!(there, Data::List(_)) => {
            texts(&there).unwrap_or_default().iter().map(|bind| values::bind(bind)).collect::<Vec<_>>().into()
        }
        "network_mode"
            if setting.wanted.as_text() == Some("default") && there.as_text() == Some("bridge") =>
        {
            "default".into()
        }
        "network_mode"
            if setting.wanted.as_text() == Some("bridge") && there.as_text() == Some("default") =>
        {
            "bridge".into()
        }
        _ => there,
    }
}

/// Puts a value at a place such as `LogConfig.Type`.
fn put(fields: &mut Fields, place: &str, value: &Data) {
    match place.split_once('.') {
        None => fields.set(place, value.clone()),
        Some((first, rest)) => {
            let mut inner = fields.get(first).and_then(Data::as_map).cloned().unwrap_or_default();
            put(&mut inner, rest, value);
            fields.set(first, inner);
        }
    }
}
