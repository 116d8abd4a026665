//! `docker_image`

use super::argument::PathText;
use super::docker::{DockerArguments, has_sent, is_id, name_of_image, with_tag};
use super::docker_build::Build;
use super::{ArgumentError, Module};
use crate::host::docker::{Thing, archive};
use crate::host::{Carried, Change, Data, Done, Effect, Failure, Fields, Plan, Probe, Report, Run, text};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// Where it comes from.
    From { Pull = "pull", Local = "local", Load = "load", Build = "build" }
}

arguments! {
    /// How it is pulled.
    PullOptions {
        /// The platform.
        platform: Option<String>;
    }
}

arguments! {
    /// Limits of the containers of the build.
    Limits {
        /// The most memory.
        memory: Option<String>;
        /// The most memory and swap; -1 for any.
        memswap: Option<String>;
        /// The weight where processors are shared.
        cpushares: Option<i64>;
        /// The processors that may be used, as `0-3`.
        cpusetcpus: Option<String>;
    }
}

arguments! {
    /// How it is built.
    BuildOptions {
        /// The directory with all that it is built from.
        path ["context_path"]: PathText;
        /// The file that says how, inside that.
        dockerfile: Option<String>;
        /// Variables of the build.
        args: Fields;
        /// Labels.
        labels: Fields;
        /// The stage that is built.
        target: Option<String>;
        /// The network of the build.
        network: Option<String>;
        /// The platform.
        platform: Option<String>;
        /// Uses nothing that was built before.
        nocache: bool = false;
        /// Pulls the images that it is built from.
        pull: bool = false;
        /// Removes what is left between steps.
        rm: bool = true;
        /// More names for hosts.
        etc_hosts: Fields;
        /// Images that may serve as a cache.
        cache_from: Vec<String>;
        /// Seconds to wait.
        http_timeout: Option<i64>;
        /// Shared memory of the containers of the build.
        shm_size: Option<String>;
        /// Means nothing here.
        use_config_proxy: Option<bool>;
        /// Limits of the containers of the build.
        container_limits: Option<Limits>;
    }
}

nested!(PullOptions);
nested!(Limits);
nested!(BuildOptions);

module! {
    /// Sees to images of docker: pulls, builds, loads, tags, pushes and removes them.
    ///
    /// ```yaml
    /// - docker_image: { name: docker.io/nginx, tag: "1.27", source: pull }
    /// - docker_image: { name: app, source: build, build: { path: /src/app } }
    /// - docker_image: { name: app, source: load, load_path: /tmp/app.tar }
    /// - docker_image: { name: old, state: absent, force_absent: true }
    /// ```
    DockerImage "docker_image" {
        /// The image, with or without its tag.
        name: String;
        /// Its tag.
        tag: String = "latest";
        /// Whether it is to be there.
        state: State = "present";
        /// Where it comes from. Without it, as Ansible 2.7 had it: from `build`, from `load_path`, or else pulled.
        source: Option<From>;
        /// All that begins with `force_`, as in Ansible 2.7.
        force: bool = false;
        /// Fetches or makes it even where it is there.
        force_source: bool = false;
        /// Removes it even where containers use it.
        force_absent: bool = false;
        /// Gives it its other name even where an image has that.
        force_tag: bool = false;
        /// How it is pulled.
        pull: Option<PullOptions>;
        /// How it is built.
        build: Option<BuildOptions>;
        /// A file that it is loaded from.
        load_path: Option<PathText>;
        /// A file that it is written to.
        archive_path: Option<PathText>;
        /// Another name for it.
        repository: Option<String>;
        /// Sends it to its registry.
        push: bool = false;
    } with { docker: DockerArguments }
}

impl Module for DockerImage {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = self.found(host)?;
        if self.state == State::Absent {
            return self.remove(host, &found);
        }
        if host.stage() == 0 && (found.is_null() || self.force || self.force_source) {
            let plan = self.obtain(host)?.map_or_else(Plan::nothing, |run| Plan::one(Change::Run(run)));
            return Ok(plan.with("image_before", found.text("Id")).and_again());
        }
        let runs = [self.rename(host, &found)?, self.archive(host, &found)?, self.push(host)?];
        Ok(Plan::from(runs.into_iter().flatten().map(Change::Run).collect::<Vec<_>>()))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = self.found(host)?;
        let mut result = carried.result.clone();
        let before = result.remove("image_before").unwrap_or_default();
        let same = before.as_text().is_some() && before.as_text() == image.text("Id").as_deref();
        result.set("image", if image.is_null() { Fields::new().into() } else { image });
        let actions: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        result.set("actions", actions);
        if let Some(output) = carried.output().filter(|_| self.source() == From::Build) {
            result.set("stdout", output.stdout());
        }
        // What was made or fetched again may be what was there, and a registry may have had it already.
        let nothing_came = |(change, done): &(Change, Done)| match (change.command(), done) {
            (Some(title), Done::Ran(output)) if title.starts_with("push ") => !has_sent(output),
            (Some(title), _) => {
                same && ["pull ", "build ", "load "].iter().any(|verb| title.starts_with(verb))
            }
            _ => false,
        };
        let changed = carried.changed() && !carried.changes.iter().all(nothing_came);
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let id = is_id(&self.name) && matches!(self.source, Some(From::Pull | From::Build));
        let message = match self.source() {
            From::Pull if id && self.state == State::Present => {
                "Image name must not be an image ID for source=pull"
            }
            From::Build if id && self.state == State::Present => {
                "Image name must not be an image ID for source=build"
            }
            From::Build if self.build.is_none() => "`build` is missing: what it is built from",
            From::Load if self.load_path.is_none() => "`load_path` is missing: what it is loaded from",
            _ if self.repository.as_deref().is_some_and(is_id) => "`repository` must not be an image ID",
            _ if self.push && self.repository.is_none() && is_id(&self.name) => "Cannot push an image by ID",
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl DockerImage {
    fn image(&self) -> String {
        with_tag(&self.name, &self.tag)
    }

    fn source(&self) -> From {
        let guessed = match (&self.build, &self.load_path) {
            (Some(_), _) => From::Build,
            (_, Some(_)) => From::Load,
            _ => From::Pull,
        };
        self.source.unwrap_or(guessed)
    }

    fn found(&self, host: &dyn Probe) -> Result<Data, Failure> {
        self.docker.engine(host)?.image(host, &self.image())
    }

    fn effect(&self, host: &dyn Probe, image: &str, answer: Data) -> Result<Effect, Failure> {
        Ok(Effect::Set(self.docker.engine(host)?.subject(Thing::Image(image.to_owned())), answer))
    }

    fn remove(&self, host: &dyn Probe, found: &Data) -> Result<Plan, Failure> {
        if found.is_null() {
            return Ok(Plan::nothing());
        }
        let image = self.image();
        let mut argv = vec!["image", "rm"];
        argv.extend(Some("--force").filter(|_| self.force || self.force_absent));
        argv.push(&image);
        let run = self.docker.run(host, &argv, vec![self.effect(host, &image, Data::Null)?])?;
        Ok(Plan::one(Change::Run(run.titled(format!("remove image {image}")))))
    }

    fn obtain(&self, host: &dyn Probe) -> Result<Option<Run>, Failure> {
        let image = self.image();
        match self.source() {
            From::Pull => {
                let platform = self.pull.as_ref().and_then(|pull| pull.platform.as_deref());
                self.docker.pull(host, &image, platform)
            }
            From::Build => self.build(host, &image).map(Some),
            From::Load => self.load(host, &image).map(Some),
            From::Local if host.stage() == 0 && !self.found(host)?.is_null() => Ok(None),
            From::Local => Err(host.missing(format!("there is no image `{image}` on this host"))),
        }
    }

    fn load(&self, host: &dyn Probe, image: &str) -> Result<Run, Failure> {
        let path = self.load_path.as_ref().map(|path| path.on(host)).transpose()?.unwrap_or_default();
        if !host.exists(&path)? {
            return Err(host.missing(format!("`{}` does not exist", path.display())));
        }
        let path = text::from_path(&path);
        let answer = Fields::new().with("Id", "to be loaded").with("RepoTags", vec![image]);
        let effect = self.effect(host, image, answer.into())?;
        let run = self.docker.run(host, &["load", "--input", &path], vec![effect])?;
        Ok(run.titled(format!("load {image} from {path}")))
    }

    fn build(&self, host: &dyn Probe, image: &str) -> Result<Run, Failure> {
        let Some(build) = &self.build else { return Err("`build` is missing".into()) };
        let limits = build.container_limits.as_ref();
        let options = vec![
            ("--target", build.target.clone()),
            ("--network", build.network.clone()),
            ("--platform", build.platform.clone()),
            ("--shm-size", build.shm_size.clone()),
            ("--memory", limits.and_then(|limits| limits.memory.clone())),
            ("--memory-swap", limits.and_then(|limits| limits.memswap.clone())),
            ("--cpu-shares", limits.and_then(|limits| limits.cpushares).map(|shares| shares.to_string())),
            ("--cpuset-cpus", limits.and_then(|limits| limits.cpusetcpus.clone())),
        ];
        let flags = vec![("--no-cache", build.nocache), ("--pull", build.pull), ("--rm=false", !build.rm)];
        let build = Build {
            docker: &self.docker,
            image,
            path: &build.path,
            dockerfile: build.dockerfile.as_deref(),
            args: &build.args,
            labels: &build.labels,
            etc_hosts: &build.etc_hosts,
            cache_from: &build.cache_from,
            options,
            flags,
        };
        build.run(host, &[])
    }

    fn rename(&self, host: &dyn Probe, found: &Data) -> Result<Option<Run>, Failure> {
        let Some(repository) = &self.repository else { return Ok(None) };
        let other = with_tag(repository, &self.tag);
        let there = self.docker.engine(host)?.image(host, &other)?;
        if there.text("Id") == found.text("Id") || (!there.is_null() && !self.force && !self.force_tag) {
            return Ok(None);
        }
        let effect = self.effect(host, &other, found.clone())?;
        let run = self.docker.run(host, &["tag", &self.image(), name_of_image(&other)?], vec![effect])?;
        Ok(Some(run.titled(format!("tag {} as {other}", self.image()))))
    }

    /// Writes it to a file that does not hold it already.
    fn archive(&self, host: &dyn Probe, found: &Data) -> Result<Option<Run>, Failure> {
        let Some(path) = &self.archive_path else { return Ok(None) };
        let path = path.on(host)?;
        if host.exists(&path)? && archive::holds(host, &path, found, &self.image())? {
            return Ok(None);
        }
        let manifest = archive::written(&path, &[(found.clone(), self.image())]);
        let effects = vec![Effect::File { path: path.clone(), mode: 0o600, owner: host.me() }, manifest];
        let path = text::from_path(&path);
        let run = self.docker.run(host, &["save", "--output", &path, &self.image()], effects)?;
        Ok(Some(run.titled(format!("save {} to {path}", self.image()))))
    }

    fn push(&self, host: &dyn Probe) -> Result<Option<Run>, Failure> {
        let name = self.repository.as_ref().unwrap_or(&self.name);
        match self.push {
            true => self.docker.push(host, &with_tag(name, &self.tag)).map(Some),
            false => Ok(None),
        }
    }
}
