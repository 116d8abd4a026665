//! Building images: what `docker_image` and `docker_image_build` have in common.

use super::argument::PathText;
use super::docker::{DockerArguments, text_of};
use crate::host::docker::Thing;
use crate::host::{Effect, Failure, Fields, Probe, Run, text};
use std::path::Path;

/// What is built, and how.
pub struct Build<'a> {
    pub docker: &'a DockerArguments,
    pub image: &'a str,
    pub path: &'a PathText,
    pub dockerfile: Option<&'a str>,
    pub args: &'a Fields,
    pub labels: &'a Fields,
    pub etc_hosts: &'a Fields,
    pub cache_from: &'a [String],
    /// Options with a value, of those that are given.
    pub options: Vec<(&'static str, Option<String>)>,
    /// Options without one, of those that are set.
    pub flags: Vec<(&'static str, bool)>,
}

impl Build<'_> {
    /// Runs docker's program; variables of the build are not seen in the list of processes.
    pub fn run(&self, host: &dyn Probe, more: &[String]) -> Result<Run, Failure> {
        let path = self.path.on(host)?;
        if !host.is_directory(&path)? {
            return Err(host.missing(format!("the directory `{}` does not exist", path.display())));
        }
        let mut argv = vec!["build".to_owned(), "--tag".to_owned(), self.image.to_owned()];
        argv.extend(self.words(&path));
        argv.extend(more.iter().cloned());
        argv.extend(["--".to_owned(), text::from_path(&path)]);
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let answer = Fields::new().with("Id", "to be built").with("RepoTags", vec![self.image]);
        let engine = self.docker.engine(host)?;
        let effect = Effect::Set(engine.subject(Thing::Image(self.image.to_owned())), answer.into());
        let run = self.docker.run(host, &argv, vec![effect])?.titled(format!("build {}", self.image));
        let environment = self.args.iter().map(|(name, value)| (name.to_owned(), text_of(value))).collect();
        Ok(Run { environment, ..run })
    }

    fn words(&self, path: &Path) -> Vec<String> {
        let mut words = Vec::new();
        let mut put = |option: &str, value: String| words.extend([option.to_owned(), value]);
        self.args.iter().for_each(|(name, _)| put("--build-arg", name.to_owned()));
        self.labels.iter().for_each(|(name, value)| put("--label", format!("{name}={}", text_of(value))));
        self.etc_hosts
            .iter()
            .for_each(|(name, value)| put("--add-host", format!("{name}:{}", text_of(value))));
        self.cache_from.iter().for_each(|image| put("--cache-from", image.clone()));
        if let Some(file) = self.dockerfile {
            put("--file", text::from_path(&path.join(text::to_path(file))));
        }
        for (option, value) in &self.options {
            value.iter().for_each(|value| put(option, value.clone()));
        }
        words.extend(self.flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        words
    }
}
