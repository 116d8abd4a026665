//! `docker_compose_v2`

use super::docker::{DockerArguments, text_of};
use super::docker_compose::{self, ComposeArguments, Step};
use super::{ArgumentError, Module};
use crate::host::docker::compose::Project;
use crate::host::{Carried, Data, Failure, Fields, Plan, Probe, Report};

choices! {
    /// What a project is to be.
    State { Absent = "absent", Stopped = "stopped", Restarted = "restarted", Present = "present" }
}

choices! {
    /// When images are pulled.
    Pull { Always = "always", Missing = "missing", Never = "never", Policy = "policy" }
}

choices! {
    /// When images are built.
    BuildWhen { Always = "always", Never = "never", Policy = "policy" }
}

choices! {
    /// When containers are made anew.
    Recreate { Always = "always", Never = "never", Auto = "auto" }
}

choices! {
    /// Which images are removed.
    Images { All = "all", Local = "local" }
}

module! {
    /// Sees to projects of compose, through the `docker compose` of the host.
    ///
    /// Whether there is anything to do, compose's own dry run says, so it must know `--dry-run` (2.18 and later). It takes
    /// each image that it would build for a new one, and each that it would pull where nobody knows better. In a dry run it
    /// is handed the file of the project as it is planned; where more is planned in its directory that might matter, the
    /// task depends on that.
    ///
    /// ```yaml
    /// - docker_compose_v2: { project_src: /srv/app, pull: missing, wait: true }
    /// - docker_compose_v2:
    ///     project_name: app
    ///     definition: { services: { web: { image: "nginx:1.27" } } }
    /// - docker_compose_v2: { project_src: /srv/app, state: absent, remove_volumes: true }
    /// ```
    DockerComposeV2 "docker_compose_v2" {
        /// What the project is to be.
        state: State = "present";
        /// When images are pulled.
        pull: Pull = "policy";
        /// When images are built.
        build: BuildWhen = "policy";
        /// Sees to the services, too, that those that are named need.
        dependencies: bool = true;
        /// Images that are built count only where a container comes of them.
        ignore_build_events: bool = true;
        /// When containers are made anew.
        recreate: Recreate = "auto";
        /// Gives containers that are made anew new volumes where these have no name.
        renew_anon_volumes: bool = false;
        /// Which images are removed.
        remove_images: Option<Images>;
        /// Removes volumes.
        remove_volumes: bool = false;
        /// Removes containers that the files do not name.
        remove_orphans: bool = false;
        /// Seconds that containers have to end by themselves.
        timeout: Option<i64>;
        /// Which services are meant.
        services: Vec<String>;
        /// How many containers services have.
        scale: Fields;
        /// Waits until services run and are healthy.
        wait: bool = false;
        /// The most seconds for that.
        wait_timeout: Option<i64>;
        /// Answers questions with yes.
        assume_yes: bool = false;
    } with { compose: ComposeArguments, docker: DockerArguments }
}

impl Module for DockerComposeV2 {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let project = self.compose.project(host, &self.docker)?;
        if self.assume_yes && project.version < (2, 32) {
            return Err("`assume_yes` needs `docker compose` 2.32 or newer".into());
        }
        let seen = project.as_planned(host)?;
        let steps = match self.state {
            // Compose claims to stop what stands, too.
            State::Stopped => vec![
                self.step(host, &seen, State::Present)?,
                (self.words(self.state, self.pull), seen.stops(host, &self.services)?),
            ],
            state => vec![self.step(host, &seen, state)?],
        };
        Ok(docker_compose::plan(&project, &steps))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let counts =
            |status: &str| status != "Pulling" && !(self.ignore_build_events && status == "Building");
        let mut report = docker_compose::tell(carried, counts);
        let shown = if carried.dry { Ok(Vec::new()) } else { self.shown(host) };
        match shown {
            // Why compose failed counts for more than that the rest cannot be told.
            Err(failure) if !docker_compose::has_failed(carried) => return Err(failure),
            shown => shown.into_iter().flatten().for_each(|(name, value)| report.result.set(name, value)),
        }
        docker_compose::judged(carried, report)
    }

    fn check(&self) -> Vec<ArgumentError> {
        let number = |value: &Data| text_of(value).parse::<u32>().is_ok();
        let wrong = self.scale.iter().filter(|(_, value)| !number(value)).map(|(service, value)| {
            ArgumentError::new(
                "scale",
                format!("`{}` is no number of containers of `{service}`", text_of(value)),
            )
        });
        self.compose.wrongs().into_iter().chain(wrong).collect()
    }
}

impl DockerComposeV2 {
    /// The containers and images of the project.
    fn shown(&self, host: &dyn Probe) -> Result<Vec<(&'static str, Data)>, Failure> {
        let project = self.compose.project(host, &self.docker)?;
        let containers = project.containers(host, &[])?.into();
        Ok(vec![("containers", containers), ("images", project.images(host)?.into())])
    }

    /// What compose is told, and what would come of it. It takes what it would pull for something new, so it is asked once more
    /// where the registries have nothing new.
    fn step(&self, host: &dyn Probe, seen: &Project, state: State) -> Result<Step, Failure> {
        let words = self.words(state, self.pull);
        let events = seen.foreseen(host, &words)?;
        let pulls = events.iter().any(|event| event.status == "Pulling");
        if pulls && seen.is_newest(host)? {
            let events = seen.foreseen(host, &self.words(state, Pull::Missing))?;
            return Ok((words, events));
        }
        Ok((words, events))
    }

    fn words(&self, state: State, pull: Pull) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut put = |all: &[&str]| words.extend(all.iter().map(|word| (*word).to_owned()));
        match state {
            State::Present => self.up(&mut put, pull),
            State::Stopped => put(&["stop"]),
            State::Restarted => put(if self.dependencies { &["restart"] } else { &["restart", "--no-deps"] }),
            State::Absent => self.down(&mut put),
        }
        if let Some(seconds) = self.timeout {
            put(&["--timeout", &seconds.to_string()]);
        }
        put(&["--"]);
        self.services.iter().for_each(|service| put(&[service]));
        words
    }

    fn up(&self, put: &mut impl FnMut(&[&str]), pull: Pull) {
        put(&["up", "--detach", "--no-color", "--quiet-pull"]);
        match pull {
            Pull::Policy => {}
            pull => put(&["--pull", pull.word()]),
        }
        let flags = [
            (self.remove_orphans, "--remove-orphans"),
            (self.build == BuildWhen::Always, "--build"),
            (self.build == BuildWhen::Never, "--no-build"),
            (!self.dependencies, "--no-deps"),
            (self.recreate == Recreate::Always, "--force-recreate"),
            (self.recreate == Recreate::Never, "--no-recreate"),
            (self.renew_anon_volumes, "--renew-anon-volumes"),
            (self.assume_yes, "-y"),
            (self.wait, "--wait"),
            (self.state == State::Stopped, "--no-start"),
        ];
        flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| put(&[flag]));
        if let Some(seconds) = self.wait_timeout.filter(|_| self.wait) {
            put(&["--wait-timeout", &seconds.to_string()]);
        }
        for (service, number) in self.scale.iter() {
            put(&["--scale", &format!("{service}={}", text_of(number))]);
        }
    }

    fn down(&self, put: &mut impl FnMut(&[&str])) {
        put(&["down"]);
        if self.remove_orphans {
            put(&["--remove-orphans"]);
        }
        if let Some(images) = self.remove_images {
            put(&["--rmi", images.word()]);
        }
        if self.remove_volumes {
            put(&["--volumes"]);
        }
    }
}
