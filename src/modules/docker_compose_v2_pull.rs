//! `docker_compose_v2_pull`

use super::docker::DockerArguments;
use super::docker_compose::ComposeArguments;
use super::{ArgumentError, Module};
use crate::host::{Carried, Failure, Plan, Probe, Report};

choices! {
    /// When images are pulled.
    Policy { Always = "always", Missing = "missing" }
}

module! {
    /// Pulls the images of a project of compose.
    ///
    /// ```yaml
    /// - docker_compose_v2_pull: { project_src: /srv/app, policy: missing }
    /// ```
    DockerComposeV2Pull "docker_compose_v2_pull" {
        /// When images are pulled.
        policy: Policy = "always";
        /// Leaves images that can be built.
        ignore_buildable: bool = false;
        /// Pulls those, too, that the services need.
        include_deps: bool = false;
        /// Which services are meant.
        services: Vec<String>;
    } with { compose: ComposeArguments, docker: DockerArguments }
}

impl Module for DockerComposeV2Pull {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let project = self.compose.project(host, &self.docker)?;
        let mut words = vec!["pull"];
        words.extend(["--policy", "missing"].into_iter().filter(|_| self.policy == Policy::Missing));
        words.extend(Some("--ignore-buildable").filter(|_| self.ignore_buildable));
        words.extend(Some("--include-deps").filter(|_| self.include_deps));
        words.push("--");
        words.extend(self.services.iter().map(String::as_str));
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        self.compose.plan(host, &project, &words, |_| true)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        self.compose.tell(host, &self.docker, carried).map(Report::from)
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.compose.wrongs()
    }
}
