//! `docker_compose_v2_pull`

use super::docker::DockerArguments;
use super::docker_compose::{self, ComposeArguments};
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
        let mut words = vec!["pull"];
        words.extend(["--policy", "missing"].into_iter().filter(|_| self.policy == Policy::Missing));
        words.extend(Some("--ignore-buildable").filter(|_| self.ignore_buildable));
        words.extend(Some("--include-deps").filter(|_| self.include_deps));
        words.push("--");
        words.extend(self.services.iter().map(String::as_str));
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let project = self.compose.project(host, &self.docker)?;
        let seen = project.as_planned(host)?;
        let foreseen = seen.foreseen(host, &words)?;
        if foreseen.is_empty() || seen.is_newest(host)? {
            return Ok(docker_compose::plan(&project, &[]));
        }
        let plan = docker_compose::plan(&project, &[(words, foreseen)]);
        Ok(plan.with("before", seen.ids_of_images(host)?))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut report = docker_compose::tell(carried, |_| true);
        let before = report.result.remove("before");
        if !carried.dry && before.is_some() && !docker_compose::has_failed(carried) {
            let project = self.compose.project(host, &self.docker)?;
            report.changed = Some(before != Some(project.ids_of_images(host)?.into()));
        }
        docker_compose::judged(carried, report)
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.compose.wrongs()
    }
}
