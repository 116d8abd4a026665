//! `docker_image_build`

use super::argument::PathText;
use super::docker::{DockerArguments, is_id, with_tag};
use super::docker_build::Build;
use super::{ArgumentError, Module};
use crate::host::{Carried, Change, Failure, Fields, Plan, Probe, Report, Run, text};

choices! {
    /// What becomes of an image that is there.
    Rebuild { Never = "never", Always = "always" }
}

choices! {
    /// Where a secret of a build comes from.
    SecretType { File = "file", Env = "env", Value = "value" }
}

choices! {
    /// What is made of a build.
    OutputType { Local = "local", Tar = "tar", Oci = "oci", Docker = "docker", Image = "image" }
}

arguments! {
    /// A secret of a build.
    Secret {
        /// Its name in the build.
        id: String;
        /// Where it comes from.
        r#type: SecretType;
        /// A file of the host.
        src: Option<PathText>;
        /// A variable.
        env: Option<String>;
        /// The secret itself.
        value: Option<String>;
    }
}

arguments! {
    /// What is made of a build.
    Output {
        /// What is made.
        r#type: OutputType;
        /// Where it is put.
        dest: Option<PathText>;
        /// The daemon that gets it.
        context: Option<String>;
        /// Names of the image.
        name: Vec<String>;
        /// Sends it to its registry.
        push: bool = false;
    }
}

nested!(Secret);
nested!(Output);

module! {
    /// Builds an image of docker, with BuildKit.
    ///
    /// ```yaml
    /// - docker_image_build: { name: app, tag: "1.2", path: /src/app, args: { VERSION: "1.2" } }
    /// - docker_image_build: { name: app, path: /src/app, rebuild: always, secrets: [{ id: key, type: value, value: x }] }
    /// ```
    DockerImageBuild "docker_image_build" {
        /// The image.
        name: String;
        /// Its tag.
        tag: String = "latest";
        /// The directory with all that it is built from.
        path: PathText;
        /// The file that says how, inside that.
        dockerfile: Option<String>;
        /// Images that may serve as a cache.
        cache_from: Vec<String>;
        /// Pulls the images that it is built from.
        pull: bool = false;
        /// The network of the build.
        network: Option<String>;
        /// Uses nothing that was built before.
        nocache: bool = false;
        /// More names for hosts.
        etc_hosts: Fields;
        /// Variables of the build.
        args: Fields;
        /// The stage that is built.
        target: Option<String>;
        /// The platforms.
        platform: Vec<String>;
        /// Shared memory of the containers of the build.
        shm_size: Option<String>;
        /// Labels.
        labels: Fields;
        /// What becomes of an image that is there.
        rebuild: Rebuild = "never";
        /// Secrets of the build.
        secrets: Vec<Secret>;
        /// What is made of the build; an image on the host if nothing is said.
        outputs: Vec<Output>;
        /// Means nothing here: the program is `docker`.
        docker_cli: Option<PathText>;
        /// The context of docker's program.
        cli_context: Option<String>;
    } with { docker: DockerArguments }
}

impl Module for DockerImageBuild {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let image = with_tag(&self.name, &self.tag);
        let found = self.docker.engine(host)?.image(host, &image)?;
        if !found.is_null() && self.rebuild == Rebuild::Never {
            return Ok(Plan::nothing());
        }
        let run = self.build(host, &image)?;
        let command = run.argv.clone();
        Ok(Plan::one(Change::Run(run)).with("command", command).with("image_before", found.text("Id")))
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let image = self.docker.engine(host)?.image(host, &with_tag(&self.name, &self.tag))?;
        let mut result = carried.result.clone();
        let before = result.remove("image_before").unwrap_or_default();
        let same = before.as_text().is_some() && before.as_text() == image.text("Id").as_deref();
        let changed = same.then_some(false);
        Ok(Report { changed, ..Report::from(result.with("image", image)) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrongs = Vec::new();
        if is_id(&self.name) || self.name.contains('@') {
            wrongs.push(ArgumentError::new("name", "an image is not built by its id or digest"));
        }
        for secret in &self.secrets {
            let given = match secret.r#type {
                SecretType::File => secret.src.is_some(),
                SecretType::Env => secret.env.is_some(),
                SecretType::Value => secret.value.is_some(),
            };
            if !given {
                wrongs
                    .push(ArgumentError::new("secrets", format!("the secret `{}` has no source", secret.id)));
            }
        }
        wrongs
    }
}

impl DockerImageBuild {
    fn build(&self, host: &dyn Probe, image: &str) -> Result<Run, Failure> {
        let platforms = (!self.platform.is_empty()).then(|| self.platform.join(","));
        let options = vec![
            ("--target", self.target.clone()),
            ("--network", self.network.clone()),
            ("--shm-size", self.shm_size.clone()),
            ("--platform", platforms),
        ];
        let build = Build {
            docker: &self.docker,
            image,
            path: &self.path,
            dockerfile: self.dockerfile.as_deref(),
            args: &self.args,
            labels: &self.labels,
            etc_hosts: &self.etc_hosts,
            cache_from: &self.cache_from,
            options,
            flags: vec![("--no-cache", self.nocache), ("--pull", self.pull)],
        };
        let mut more = Vec::new();
        let mut environment = vec![("DOCKER_BUILDKIT".to_owned(), "1".to_owned())];
        environment
            .extend(self.cli_context.iter().map(|context| ("DOCKER_CONTEXT".to_owned(), context.clone())));
        for (index, secret) in self.secrets.iter().enumerate() {
            let (word, variable) = secret_word(host, secret, index)?;
            more.extend(["--secret".to_owned(), word]);
            environment.extend(variable);
        }
        for output in &self.outputs {
            more.extend(["--output".to_owned(), output_word(host, output)?]);
        }
        let run = build.run(host, &more)?;
        environment.extend(run.environment);
        Ok(Run { environment, ..run })
    }
}

/// A secret as docker's program takes it; one that is given itself travels in a variable.
fn secret_word(
    host: &dyn Probe,
    secret: &Secret,
    index: usize,
) -> Result<(String, Option<(String, String)>), Failure> {
    let id = &secret.id;
    Ok(match (secret.r#type, &secret.src, &secret.env, &secret.value) {
        (SecretType::File, Some(path), ..) => {
            (format!("id={id},type=file,src={}", text::from_path(&path.on(host)?)), None)
        }
        (SecretType::Value, .., Some(value)) => {
            let variable = format!("PROVISION_BUILD_SECRET_{index}");
            (format!("id={id},type=env,env={variable}"), Some((variable, value.clone())))
        }
        (.., env, _) => (format!("id={id},type=env,env={}", env.as_deref().unwrap_or_default()), None),
    })
}

fn output_word(host: &dyn Probe, output: &Output) -> Result<String, Failure> {
    let mut parts = vec![format!("type={}", output.r#type.word())];
    if let Some(dest) = &output.dest {
        parts.push(format!("dest={}", text::from_path(&dest.on(host)?)));
    }
    parts.extend(output.context.iter().map(|context| format!("context={context}")));
    if !output.name.is_empty() {
        parts.push(format!("\"name={}\"", output.name.join(",")));
    }
    parts.extend(output.push.then(|| "push=true".to_owned()));
    Ok(parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::{Output, Secret};
    use crate::host::{Fields, NoContents, System};
    use crate::modules::Argument;

    #[test]
    fn secrets_are_no_words_of_a_command() {
        let host = System::new(Box::new(NoContents));
        let given = Fields::new().with("id", "key").with("type", "value").with("value", "hush");
        let (word, variable) = super::secret_word(&host, &Secret::parse(&given.into()).unwrap(), 0).unwrap();
        assert_eq!(word, "id=key,type=env,env=PROVISION_BUILD_SECRET_0");
        assert_eq!(variable.unwrap().1, "hush");
        let given = Fields::new().with("type", "image").with("name", vec!["a", "b"]).with("push", true);
        let output = Output::parse(&given.into()).unwrap();
        assert_eq!(super::output_word(&host, &output).unwrap(), "type=image,\"name=a,b\",push=true");
    }
}
