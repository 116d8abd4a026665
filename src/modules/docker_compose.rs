//! Compose projects: what `docker_compose_v2` and `docker_compose_v2_pull` have in common.

use super::ArgumentError;
use super::argument::PathText;
use super::docker::DockerArguments;
use crate::host::docker::compose::{Event, Project, events};
use crate::host::{Bytes, Carried, Change, Data, Failure, Fields, Plan, Probe, Run, json, text};

arguments! {
    /// A project of compose.
    ComposeArguments {
        /// The directory of the project.
        project_src: Option<PathText>;
        /// Its name; that of the directory if nothing is said.
        project_name: Option<String>;
        /// The files that define it, inside the directory.
        files: Vec<String>;
        /// What the files would say.
        definition: Option<Fields>;
        /// Files of variables, inside the directory.
        env_files: Vec<String>;
        /// Which profiles are meant.
        profiles: Vec<String>;
        /// Fails early where the directory has no file that defines it.
        check_files_existing: bool = true;
        /// Means nothing here: the program is `docker`.
        docker_cli: Option<PathText>;
        /// The context of docker's program.
        cli_context: Option<String>;
    }
}

/// Names of files that define a project.
const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

impl ComposeArguments {
    /// What is wrong with the arguments together.
    pub fn wrongs(&self) -> Vec<ArgumentError> {
        let message = match (&self.project_src, &self.definition) {
            (Some(_), Some(_)) => "`project_src` and `definition` cannot be given together",
            (None, None) => "`project_src` or `definition` is needed",
            (None, Some(_)) if self.project_name.is_none() => "`definition` needs a `project_name`",
            (None, Some(_)) if !self.files.is_empty() => "`definition` and `files` cannot be given together",
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", message)]
    }

    /// The project, on a host whose docker has compose.
    pub fn project(&self, host: &dyn Probe, docker: &DockerArguments) -> Result<Project, Failure> {
        let project = Project { words: self.words(host, docker)?, stdin: self.input() };
        if project.version(host)?.is_none() {
            return Err(host.missing(
                "this host has no `docker compose`: its package is `docker-compose-plugin`, in Debian `docker-compose`"
                    .to_owned(),
            ));
        }
        Ok(project)
    }

    fn input(&self) -> Option<Bytes> {
        let definition = self.definition.clone()?;
        Some(Bytes(json::print(&definition.into()).into_bytes()))
    }

    fn words(&self, host: &dyn Probe, docker: &DockerArguments) -> Result<Vec<String>, Failure> {
        let mut words =
            docker.run(host, &["compose", "--ansi", "never", "--progress", "plain"], Vec::new())?.argv;
        if let Some(context) = &self.cli_context {
            words.splice(1..1, ["--context".to_owned(), context.clone()]);
        }
        if let Some(directory) = &self.project_src {
            let directory = directory.on(host)?;
            let defined =
                FILES.iter().map(|name| host.exists(&directory.join(name))).collect::<Result<Vec<_>, _>>()?;
            if self.files.is_empty() && self.check_files_existing && !defined.contains(&true) {
                return Err(host.missing(format!(
                    "`{}` has none of {}",
                    directory.display(),
                    FILES.join(", ")
                )));
            }
            words.extend(["--project-directory".to_owned(), text::from_path(&directory)]);
            for (option, names) in [("--file", &self.files), ("--env-file", &self.env_files)] {
                words.extend(names.iter().flat_map(|name| {
                    [option.to_owned(), text::from_path(&directory.join(text::to_path(name)))]
                }));
            }
        }
        words.extend(self.definition.iter().flat_map(|_| ["--file".to_owned(), "-".to_owned()]));
        let options = [("--project-name", self.project_name.as_slice()), ("--profile", &self.profiles)];
        for (option, values) in options {
            words.extend(values.iter().flat_map(|value| [option.to_owned(), value.clone()]));
        }
        Ok(words)
    }

    /// Lets compose do something, where its own dry run says that it would change anything.
    pub fn plan(
        &self,
        host: &dyn Probe,
        project: &Project,
        words: &[String],
        counts: impl Fn(&Event) -> bool,
    ) -> Result<Plan, Failure> {
        let foreseen: Vec<Event> = project
            .foreseen(host, words)?
            .into_iter()
            .filter(|event| event.changes() && counts(event))
            .collect();
        if foreseen.is_empty() {
            return Ok(Plan::nothing());
        }
        let mut argv = project.words.clone();
        argv.extend(words.iter().cloned());
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let title = foreseen.iter().map(Event::shown).collect::<Vec<_>>().join(", ");
        let run = Run { stdin: project.stdin.clone(), ..Run::changing(&argv) };
        Ok(Plan::one(Change::Run(run.titled(title).with_effects(vec![crate::host::Effect::Anything]))))
    }

    /// What compose did, and what is there now.
    pub fn tell(
        &self,
        host: &dyn Probe,
        docker: &DockerArguments,
        carried: &Carried,
    ) -> Result<Fields, Failure> {
        let mut result = carried.result.clone();
        let said = carried.output().map(|output| events(&output.stderr())).unwrap_or_default();
        result.set(
            "actions",
            said.iter().filter(|event| event.changes()).map(Event::data).collect::<Vec<Data>>(),
        );
        if !carried.dry {
            let project = self.project(host, docker)?;
            result.set("containers", project.list(host, &["ps", "--all", "--format", "json"])?);
            result.set("images", project.list(host, &["images", "--format", "json"])?);
        }
        Ok(result)
    }
}
