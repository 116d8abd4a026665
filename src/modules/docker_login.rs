//! `docker_login`

use super::argument::PathText;
use super::docker::DockerArguments;
use super::{ArgumentError, Module};
use crate::host::docker::{Login, Thing};
use crate::host::{
    Bytes, Carried, Change, Data, Effect, Failure, Fields, Plan, Probe, Report, Run, base64, json, text,
};
use std::path::{Path, PathBuf};

choices! {
    /// Whether docker is to know the password.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Lets docker know the password of a registry, or forget it.
    ///
    /// Docker's own program keeps the password where its configuration says. A wrong one is told in a dry run, too.
    ///
    /// ```yaml
    /// - docker_login: { registry_url: registry.example.com, username: me, password: "{{ secret }}" }
    /// - docker_login: { registry_url: registry.example.com, state: absent }
    /// ```
    DockerLogin "docker_login" {
        /// The registry.
        registry_url ["registry", "url"]: String = "https://index.docker.io/v1/";
        /// The name there.
        username: Option<String>;
        /// The password.
        password: Option<String>;
        /// Logs in again even where the password is known.
        reauthorize ["reauth"]: bool = false;
        /// The configuration of docker's program; its name is `config.json`.
        config_path ["dockercfg_path"]: PathText = "~/.docker/config.json";
        /// Whether docker is to know the password.
        state: State = "present";
    } with { docker: DockerArguments }
}

impl Module for DockerLogin {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.config_path.on(host)?;
        let config = read(host, &path)?;
        let known = self.known(&config);
        match self.state {
            State::Absent if known.is_null() => Ok(Plan::nothing()),
            State::Absent => Ok(Plan::one(Change::Run(self.logout(host, path, config)?))),
            State::Present if !self.must_log_in(host, &config, known) => Ok(Plan::nothing()),
            State::Present => Ok(Plan::one(Change::Run(self.login(host, path, config)?))),
        }
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let said = Fields::new().with("IdentityToken", "").with("Status", "Login Succeeded");
        let present = self.state == State::Present;
        let result = if present { Fields::new().with("login_result", said) } else { Fields::new() };
        let actions: Vec<String> =
            carried.changes.iter().filter_map(|(change, _)| change.command()).collect();
        Ok(result.with("actions", actions).into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrongs = Vec::new();
        if self.state == State::Present && (self.username.is_none() || self.password.is_none()) {
            wrongs.push(ArgumentError::new(
                "",
                "state is present but all of the following are missing: username, password",
            ));
        }
        if !self.config_path.0.ends_with("/config.json") {
            wrongs.push(ArgumentError::new(
                "config_path",
                "docker's program reads `config.json` in a directory",
            ));
        }
        wrongs
    }
}

impl DockerLogin {
    /// What the configuration says of the registry; it may be called by its host alone.
    fn known<'a>(&self, config: &'a Data) -> &'a Data {
        let auths = config.entry("auths");
        match auths.entry(&self.registry_url) {
            Data::Null => auths.entry(self.host_name()),
            known => known,
        }
    }

    fn host_name(&self) -> &str {
        let place =
            self.registry_url.split_once("://").map_or(self.registry_url.as_str(), |(_, place)| place);
        place.split('/').next().unwrap_or_default()
    }

    /// A program that keeps passwords does not show them: there, the registry is known or it is not.
    fn must_log_in(&self, host: &dyn Probe, config: &Data, known: &Data) -> bool {
        let kept_elsewhere = !config.entry("credsStore").is_null()
            || !config.entry("credHelpers").entry(self.host_name()).is_null();
        let same = known.text("auth") == Some(self.auth()) || kept_elsewhere && !known.is_null();
        !same || self.reauthorize && host.stage() == 0
    }

    fn auth(&self) -> String {
        let (user, password) = (self.username.as_deref(), self.password.as_deref());
        base64::encode(format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default()).as_bytes())
    }

    fn login(&self, host: &dyn Probe, path: PathBuf, config: Data) -> Result<Run, Failure> {
        let user = self.username.clone().unwrap_or_default();
        let (registry, password) = (self.registry_url.clone(), self.password.clone().unwrap_or_default());
        let asked = Thing::Login(Login { registry, user: user.clone(), password });
        // Who cannot be asked tells it when the time comes.
        let told = self.docker.engine(host)?.ask(host, asked).ok();
        if let Some(why) = told.and_then(|told| told.text("refused")) {
            let message = format!("Logging into {} for user {user} failed - {why}", self.registry_url);
            // What is planned may let the user in.
            let is_first =
                host.planned_below(Path::new("/")).is_empty() && host.planned_subjects().is_empty();
            return Err(match is_first {
                true => host.missing(message),
                false => Failure::unknown(format!("what is planned before; now: {message}")),
            });
        }
        let argv = ["login", "--username", &user, "--password-stdin", &self.registry_url];
        let entry = Fields::new().with("auth", self.auth());
        let run = self.run(host, path, config, &argv, Some(entry))?;
        let stdin = Some(Bytes(text::to_bytes(self.password.as_deref().unwrap_or_default())));
        Ok(Run { stdin, ..run }.titled(format!("log in to {} as {user}", self.registry_url)))
    }

    fn logout(&self, host: &dyn Probe, path: PathBuf, config: Data) -> Result<Run, Failure> {
        let run = self.run(host, path, config, &["logout", &self.registry_url], None)?;
        Ok(run.titled(format!("log out of {}", self.registry_url)))
    }

    /// Runs docker's program, after which the configuration has this entry for the registry, or none.
    fn run(
        &self,
        host: &dyn Probe,
        path: PathBuf,
        config: Data,
        argv: &[&str],
        entry: Option<Fields>,
    ) -> Result<Run, Failure> {
        let mut auths = config.entry("auths").as_map().cloned().unwrap_or_default();
        auths.remove(self.host_name());
        auths.remove(&self.registry_url);
        if let Some(entry) = entry {
            auths.set(self.registry_url.as_str(), entry);
        }
        let after = config.as_map().cloned().unwrap_or_default().with("auths", auths);
        let directory = text::from_path(path.parent().unwrap_or(&path));
        let effect = Effect::Text { path, text: json::print(&after.into()) };
        let run = self.docker.run(host, argv, vec![effect])?;
        Ok(Run { environment: vec![("DOCKER_CONFIG".to_owned(), directory)], ..run })
    }
}

fn read(host: &dyn Probe, path: &std::path::Path) -> Result<Data, Failure> {
    if !host.exists(path)? {
        return Ok(Data::Null);
    }
    let said = text::from_bytes(&host.read(path)?);
    json::parse(&said).map_err(|error| Failure::new(format!("`{}` is no JSON: {error}", path.display())))
}
