//! `docker_container_exec`

use super::docker::{DockerArguments, text_of};
use super::execution;
use super::{ArgumentError, Module};
use crate::host::docker::{Engine, Order, Then, Thing, escape};
use crate::host::{Carried, Change, Data, Done, Effect, Failure, Fields, Plan, Probe, Report, Run, words};

module! {
    /// Runs a program inside a container of docker.
    ///
    /// It counts as changed each time; a dry run does not run it. A status other than 0 is for the task to judge.
    ///
    /// ```yaml
    /// - docker_container_exec: { container: db, argv: [psql, -c, "select 1"], user: postgres }
    /// - docker_container_exec: { container: web, command: nginx -s reload }
    /// ```
    DockerContainerExec "docker_container_exec" {
        /// The container.
        container: String;
        /// The command as a list of words.
        argv: Option<Vec<String>>;
        /// The command as one text.
        command: Option<String>;
        /// The directory inside to run it in.
        chdir: Option<String>;
        /// Does not wait for it.
        detach: bool = false;
        /// The user inside.
        user: Option<String>;
        /// What it reads.
        stdin: Option<String>;
        /// Ends that with a line end.
        stdin_add_newline: bool = true;
        /// Takes line ends away from the end of its output.
        strip_empty_ends: bool = true;
        /// Gives it a terminal.
        tty: bool = false;
        /// Variables.
        env: Fields;
    } with { docker: DockerArguments }
}

impl Module for DockerContainerExec {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let engine = self.docker.engine(host)?;
        let container = engine.container(host, &self.container)?;
        if container.is_null() {
            return Err(host.missing(format!("Could not find container \"{}\"", self.container)));
        }
        let state = container.entry("State");
        if state.entry("Running") != &Data::Bool(true) || state.entry("Paused") == &Data::Bool(true) {
            return Err(host.missing(format!("there is no container `{}` that runs", self.container)));
        }
        Ok(Plan::one(match self.detach {
            true => Change::Docker(Box::new(self.make(&engine)?)),
            false => Change::Run(self.run(host)?),
        }))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if let Some(output) = carried.output().filter(|_| !self.detach) {
            execution::said(output, self.strip_empty_ends, &mut result);
        }
        for (_, done) in &carried.changes {
            if let Done::Said(said) = done {
                result.set("exec_id", said.get("Id").cloned().unwrap_or_default());
            }
        }
        execution::judged(result)
    }

    fn check(&self) -> Vec<ArgumentError> {
        match self.words() {
            _ if self.detach && self.stdin.is_some() => {
                vec![ArgumentError::new("stdin", "what is not waited for reads nothing")]
            }
            Ok(words) if words.is_empty() => {
                vec![ArgumentError::new("", one_of!("argv, command"))]
            }
            Ok(_) => Vec::new(),
            Err(message) => vec![ArgumentError::new("command", message)],
        }
    }
}

impl DockerContainerExec {
    fn words(&self) -> Result<Vec<String>, String> {
        match (&self.argv, &self.command) {
            (Some(_), Some(_)) => Err("the command is given twice, as `argv` and as `command`".to_owned()),
            (Some(argv), None) => Ok(argv.clone()),
            (None, Some(line)) => {
                words::split(line).map_err(|error| format!("the command cannot be read: {error}"))
            }
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Docker's program takes the values of variables from its own, where others do not see them.
    fn run(&self, host: &dyn Probe) -> Result<Run, Failure> {
        let command = self.words()?;
        let mut argv = vec!["exec"];
        argv.extend(Some("--interactive").filter(|_| self.stdin.is_some()));
        argv.extend(Some("--tty").filter(|_| self.tty));
        for (option, value) in [("--user", &self.user), ("--workdir", &self.chdir)] {
            argv.extend(value.iter().flat_map(|value| [option, value]));
        }
        argv.extend(self.env.iter().flat_map(|(name, _)| ["--env", name]));
        argv.push(&self.container);
        argv.extend(command.iter().map(String::as_str));
        let run = self.docker.run(host, &argv, vec![Effect::Anything])?;
        let environment = self.env.iter().map(|(name, value)| (name.to_owned(), text_of(value))).collect();
        let stdin = execution::input(self.stdin.as_ref(), self.stdin_add_newline);
        Ok(Run { environment, stdin, any_status: true, ..run })
    }

    /// Makes what runs without being waited for, which is started at once.
    fn make(&self, engine: &Engine) -> Result<Order, Failure> {
        let variables: Vec<String> =
            self.env.iter().map(|(name, value)| format!("{name}={}", text_of(value))).collect();
        let body = Fields::new()
            .with("Cmd", self.words()?)
            .with("Env", variables)
            .with("Tty", self.tty)
            .with("User", self.user.clone().unwrap_or_default())
            .with("WorkingDir", self.chdir.clone().unwrap_or_default());
        let path = format!("/containers/{}/exec", escape(&self.container));
        let title = format!("run {} in container {}", words::join(&self.words()?), self.container);
        let order = Order { body: Some(body.into()), ..Order::new(engine, title, "POST", path) };
        let order = Order { then: Then::Started, ..order };
        Ok(order.with_change(Thing::Container(self.container.clone()), Fields::new()))
    }
}
