//! Compose projects: what `docker_compose_v2` and `docker_compose_v2_pull` have in common.

use super::ArgumentError;
use super::argument::PathText;
use super::docker::DockerArguments;
use crate::host::docker::compose::{self, Event, FILES, Project};
use crate::host::{
    Bytes, Carried, Change, Data, Effect, Failure, Fields, Output, Plan, Probe, Report, Run, json, text,
};
use std::path::{Path, PathBuf};

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
        /// The program of docker.
        docker_cli: Option<PathText>;
        /// The context of docker's program.
        cli_context: Option<String>;
    }
}

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
        let engine = docker.engine(host)?;
        let mut docker = docker.run(host, &[], Vec::new())?.argv;
        if let (Some(program), Some(first)) = (&self.docker_cli, docker.first_mut()) {
            *first = text::from_path(&program.on(host)?);
        }
        let version =
            compose::version(host, &docker[..1])?.ok_or_else(|| host.missing(NO_COMPOSE.to_owned()))?;
        docker.extend(self.cli_context.iter().flat_map(|context| ["--context".to_owned(), context.clone()]));
        let directory = self.directory(host)?;
        let inside = |name: &String| directory.as_deref().unwrap_or(Path::new("")).join(text::to_path(name));
        let definition =
            self.definition.clone().map(|fields| Bytes(json::print(&fields.into()).into_bytes()));
        let files =
            self.files.iter().map(inside).chain(definition.iter().map(|_| PathBuf::from("-"))).collect();
        Ok(Project {
            docker,
            engine: Some(engine).filter(|_| self.cli_context.is_none()),
            version,
            files,
            options: self.options(directory.as_deref()),
            directory,
            stdin: definition,
            unseen: Vec::new(),
        })
    }

    fn directory(&self, host: &dyn Probe) -> Result<Option<PathBuf>, Failure> {
        let Some(directory) = &self.project_src else { return Ok(None) };
        let directory = directory.on(host)?;
        let is_asked = self.files.is_empty() && self.check_files_existing;
        if is_asked && compose::first_of(host, &directory, FILES)?.is_none() {
            return Err(host.missing(format!("`{}` has none of {}", directory.display(), FILES.join(", "))));
        }
        Ok(Some(directory))
    }

    fn options(&self, directory: Option<&Path>) -> Vec<String> {
        let inside =
            |name: &String| text::from_path(&directory.unwrap_or(Path::new("")).join(text::to_path(name)));
        let options = [
            ("--env-file", self.env_files.iter().map(inside).collect()),
            ("--project-name", self.project_name.iter().cloned().collect::<Vec<_>>()),
            ("--profile", self.profiles.clone()),
        ];
        let mut words = Vec::new();
        for (option, values) in options {
            words.extend(values.into_iter().flat_map(|value| [option.to_owned(), value]));
        }
        words
    }
}

/// Why nothing can be done.
const NO_COMPOSE: &str =
    "this host has no `docker compose`: its package is `docker-compose-plugin`, in Debian `docker-compose`";

/// What compose is told, and what it would do.
pub type Step = (Vec<String>, Vec<Event>);

/// Lets compose do these things, one after the other, of which such events are to come; what changes nothing is left out.
pub fn plan(project: &Project, steps: &[Step]) -> Plan {
    let (mut plan, mut actions) = (Plan::nothing(), Vec::<Data>::new());
    for (words, foreseen) in steps.iter().filter(|(_, foreseen)| !foreseen.is_empty()) {
        let run = Run {
            argv: project.words(words),
            stdin: project.stdin.clone(),
            counts: true,
            any_status: true,
            ..Run::default()
        };
        let title = foreseen.iter().map(Event::shown).collect::<Vec<_>>().join(", ");
        plan.push(Change::Run(run.titled(title).with_effects(vec![Effect::Anything])));
        actions.extend(foreseen.iter().map(Event::data));
    }
    plan.with("actions", actions)
}

/// What compose did, or in a dry run would do; `counts` says for which of its words something becomes other.
pub fn tell(carried: &Carried, counts: impl Fn(&str) -> bool) -> Report {
    let mut result = carried.result.clone();
    let stderr: String = carried.outputs().map(Output::stderr).collect();
    if !carried.dry {
        let done = compose::events(&stderr).into_iter().filter(Event::changes);
        result.set("actions", done.map(|event| event.data()).collect::<Vec<_>>());
    }
    let stdout: String = carried.outputs().map(Output::stdout).collect();
    for (name, text) in [("stdout", &stdout), ("stderr", &stderr)] {
        if !text.is_empty() {
            result.set(name, text.as_str());
        }
    }
    let warnings = compose::warnings(&stderr);
    if !warnings.is_empty() {
        result.set("warnings", warnings);
    }
    let result = Data::Map(result);
    let changed =
        result.list("actions").iter().filter_map(|action| action.text("status")).any(|word| counts(&word));
    Report { changed: Some(changed), ..Report::from(result.as_map().cloned().unwrap_or_default()) }
}

/// Whether compose failed at something.
pub fn has_failed(carried: &Carried) -> bool {
    carried.outputs().any(|output| output.status != 0)
}

/// The report, or the failure of what compose did, with all that the report holds.
pub fn judged(carried: &Carried, report: Report) -> Result<Report, Failure> {
    let Some(output) = carried.outputs().find(|output| output.status != 0) else { return Ok(report) };
    let failure = Failure::new(compose::complaint(&output.stderr())).with("rc", output.status);
    Err(report.result.into_iter().fold(failure, |failure, (name, value)| failure.with(&name, value)))
}
