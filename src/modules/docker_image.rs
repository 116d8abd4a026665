//! `docker_image`

use super::argument::PathText;
use super::docker as common;
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, docker, text};

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
        pull: Option<bool>;
        /// Removes what is left between steps.
        rm: bool = true;
        /// More names for hosts.
        etc_hosts: Fields;
        /// Images that may serve as a cache.
        cache_from: Vec<String>;
        /// Seconds to wait.
        http_timeout: Option<i64>;
        /// Means nothing here.
        shm_size: Option<String>;
        /// Means nothing here.
        use_config_proxy: Option<bool>;
        /// Limits of the containers of the build.
        container_limits: Fields;
    }
}

nested!(PullOptions);
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
        /// Where it comes from.
        source: Option<From>;
        /// Fetches or makes it even where it is there.
        force_source ["force"]: bool = false;
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

impl Module for DockerImage {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let found = docker::image(host, &self.image())?;
        if self.state == State::Absent {
            return Ok(self.remove(&found));
        }
        let mut plan = Plan::nothing();
        let wanted = found.is_null() || self.force_source && host.stage() == 0;
        if host.stage() == 0 && wanted {
            plan.changes.extend(self.obtain(host)?);
            return Ok(plan.and_again());
        }
        plan.changes.extend(self.rename(host, &found)?);
        plan.changes.extend(self.archive(host)?);
        plan.changes.extend(self.push());
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = docker::image(host, &self.image())?;
        let mut result =
            carried.result.clone().with("image", if image.is_null() { Fields::new().into() } else { image });
        let actions: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        result.set("actions", actions);
        let mut report = Report::from(result);
        // Pulling what is there already changes something only where another image came.
        if let Some(output) = carried.output().filter(|_| self.force_source) {
            report.changed = Some(!output.stdout().contains("Image is up to date"));
        }
        Ok(report)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let message = match self.source {
            Some(From::Build) if self.build.is_none() => "`build` is missing: what it is built from",
            Some(From::Load) if self.load_path.is_none() => "`load_path` is missing: what it is loaded from",
            None if self.state == State::Present => "`source` is missing: `pull`, `build`, `load` or `local`",
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }
}

impl DockerImage {
    fn image(&self) -> String {
        common::with_tag(&self.name, &self.tag)
    }

    fn run(&self, argv: &[&str], effects: Vec<Effect>) -> Change {
        let environment =
            self.docker_host.iter().map(|host| ("DOCKER_HOST".to_owned(), host.clone())).collect();
        Change::Run(Run { environment, ..Run::changing(argv).with_effects(effects) })
    }

    fn foreseen(&self, id: &str) -> Vec<Effect> {
        let image = self.image();
        let answer = Fields::new().with("Id", id).with("RepoTags", vec![image.as_str()]);
        vec![Effect::Set(docker::image_subject(&image), answer.into())]
    }

    fn remove(&self, found: &Data) -> Plan {
        if found.is_null() {
            return Plan::nothing();
        }
        let image = self.image();
        let mut argv = vec!["docker", "image", "rm"];
        argv.extend(Some("--force").filter(|_| self.force_absent));
        argv.push(&image);
        Plan::one(self.run(&argv, vec![Effect::Set(docker::image_subject(&image), Data::Null)]))
    }

    fn obtain(&self, host: &dyn Probe) -> Result<Option<Change>, Failure> {
        let image = self.image();
        match self.source {
            Some(From::Pull) => {
                let platform = self.pull.as_ref().and_then(|pull| pull.platform.as_deref());
                common::pull(host, &image, platform)
            }
            Some(From::Build) => self.build(host).map(Some),
            Some(From::Load) => {
                let path = self.load_path.as_ref().map(|path| path.on(host)).transpose()?.unwrap_or_default();
                if !host.exists(&path)? {
                    return Err(host.missing(format!("`{}` does not exist", path.display())));
                }
                Ok(Some(self.run(
                    &["docker", "load", "--input", &text::from_path(&path)],
                    self.foreseen("to be loaded"),
                )))
            }
            _ => Err(host.missing(format!("there is no image `{image}` on this host"))),
        }
    }

    fn build(&self, host: &dyn Probe) -> Result<Change, Failure> {
        let Some(build) = &self.build else { return Err("`build` is missing".into()) };
        let image = self.image();
        let path = build.path.on(host)?;
        if !host.is_directory(&path)? {
            return Err(host.missing(format!("the directory `{}` does not exist", path.display())));
        }
        let mut argv: Vec<String> = ["docker", "build", "--tag", &image].map(str::to_owned).to_vec();
        let text_of = |value: &Data| <String as super::Argument>::parse(value).unwrap_or_default();
        for (option, fields) in [("--build-arg", &build.args), ("--label", &build.labels)] {
            fields.iter().for_each(|(name, value)| {
                argv.extend([option.to_owned(), format!("{name}={}", text_of(value))])
            });
        }
        build.etc_hosts.iter().for_each(|(name, value)| {
            argv.extend(["--add-host".to_owned(), format!("{name}:{}", text_of(value))])
        });
        build.cache_from.iter().for_each(|image| argv.extend(["--cache-from".to_owned(), image.clone()]));
        let file = build.dockerfile.as_ref().map(|file| text::from_path(&path.join(text::to_path(file))));
        let options = [
            ("--file", &file),
            ("--target", &build.target),
            ("--network", &build.network),
            ("--platform", &build.platform),
        ];
        options.iter().for_each(|(option, value)| {
            argv.extend(value.iter().flat_map(|value| [(*option).to_owned(), value.clone()]))
        });
        argv.extend(Some("--no-cache".to_owned()).filter(|_| build.nocache));
        argv.extend(Some("--pull".to_owned()).filter(|_| build.pull == Some(true)));
        argv.push(text::from_path(&path));
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        Ok(self.run(&argv, self.foreseen("to be built")))
    }

    fn rename(&self, host: &dyn Probe, found: &Data) -> Result<Option<Change>, Failure> {
        let Some(repository) = &self.repository else { return Ok(None) };
        let other = common::with_tag(repository, &self.tag);
        let there = docker::image(host, &other)?;
        if there.text("Id") == found.text("Id") || (!there.is_null() && !self.force_tag) {
            return Ok(None);
        }
        let effect = Effect::Set(docker::image_subject(&other), found.clone());
        Ok(Some(self.run(&["docker", "tag", &self.image(), &other], vec![effect])))
    }

    fn archive(&self, host: &dyn Probe) -> Result<Option<Change>, Failure> {
        let Some(path) = &self.archive_path else { return Ok(None) };
        let path = path.on(host)?;
        if host.exists(&path)? && !self.force_source {
            return Ok(None);
        }
        let effect = Effect::File { path: path.clone(), mode: 0o600, owner: host.me() };
        let path = text::from_path(&path);
        Ok(Some(self.run(&["docker", "save", "--output", &path, &self.image()], vec![effect])))
    }

    fn push(&self) -> Option<Change> {
        let target =
            self.repository.as_ref().map_or_else(|| self.image(), |name| common::with_tag(name, &self.tag));
        self.push.then(|| {
            self.run(
                &["docker", "push", &target],
                vec![Effect::Merge(docker::image_subject(&target), Fields::new())],
            )
        })
    }
}
