//! What modules about docker have in common.

use super::Argument;
use super::argument::PathText;
use crate::host::docker::{Engine, Thing, Tls};
use crate::host::{Change, Data, Effect, Failure, Fields, Output, Probe, Run, text};

arguments! {
    /// How docker's daemon is spoken to.
    DockerArguments {
        /// Where docker listens: `unix:///var/run/docker.sock`, `tcp://host:port`.
        docker_host ["docker_url"]: Option<String>;
        /// The name in the daemon's certificate.
        tls_hostname: Option<String>;
        /// The version of docker's protocol.
        api_version ["docker_api_version"]: String = "auto";
        /// Seconds to wait for docker.
        timeout: i64 = 60;
        /// Certificates of those who are trusted.
        ca_path ["ca_cert", "tls_ca_cert", "cacert_path"]: Option<PathText>;
        /// A certificate that says who asks.
        client_cert ["tls_client_cert", "cert_path"]: Option<PathText>;
        /// The key of that.
        client_key ["tls_client_key", "key_path"]: Option<PathText>;
        /// Speaks with the daemon over TLS, whoever it is.
        tls: bool = false;
        /// Speaks with the daemon over TLS, and looks at its certificate.
        validate_certs ["tls_verify"]: bool = false;
        /// Means nothing here.
        use_ssh_client: bool = false;
        /// Means nothing here.
        debug: bool = false;
    }
}

impl DockerArguments {
    /// The daemon that is meant.
    pub fn engine(&self, host: &dyn Probe) -> Result<Engine, Failure> {
        let path = |path: &Option<PathText>| path.as_ref().map(|path| path.on(host)).transpose();
        let tls = match self.tls || self.validate_certs {
            false => None,
            true => Some(Tls {
                verify: self.validate_certs,
                ca: path(&self.ca_path)?,
                certificate: path(&self.client_cert)?,
                key: path(&self.client_key)?,
            }),
        };
        let known = Engine::of(host);
        Ok(Engine {
            address: self.docker_host.clone().unwrap_or(known.address),
            version: Some(self.api_version.clone()).filter(|version| version != "auto"),
            timeout: u64::try_from(self.timeout).unwrap_or(60),
            tls,
        })
    }

    /// Runs docker's own program, which knows where the passwords of registries are.
    pub fn run(&self, host: &dyn Probe, argv: &[&str], effects: Vec<Effect>) -> Result<Run, Failure> {
        let mut words = vec!["docker".to_owned()];
        words.extend(self.options(host)?);
        words.extend(argv.iter().map(|word| (*word).to_owned()));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Ok(Run::changing(&words).with_effects(effects))
    }

    fn options(&self, host: &dyn Probe) -> Result<Vec<String>, Failure> {
        let mut words = Vec::new();
        if let Some(address) = &self.docker_host {
            words.extend(["--host".to_owned(), address.clone()]);
        }
        let Some(tls) = self.engine(host)?.tls else { return Ok(words) };
        words.push(if tls.verify { "--tlsverify" } else { "--tls" }.to_owned());
        let paths = [("--tlscacert", &tls.ca), ("--tlscert", &tls.certificate), ("--tlskey", &tls.key)];
        for (option, path) in paths {
            words.extend(path.iter().flat_map(|path| [option.to_owned(), text::from_path(path)]));
        }
        Ok(words)
    }

    /// Pulls an image, unless its registry has nothing newer; what a dry run may know of it is said.
    pub fn pull(
        &self,
        host: &dyn Probe,
        image: &str,
        platform: Option<&str>,
    ) -> Result<Option<Run>, Failure> {
        let image = name_of_image(image)?;
        let engine = self.engine(host)?;
        let is_newest = if platform.is_none() { engine.is_newest(host, image)? } else { None };
        if is_newest == Some(true) {
            return Ok(None);
        }
        let mut argv = vec!["pull", "--quiet"];
        argv.extend(platform.into_iter().flat_map(|platform| ["--platform", platform]));
        argv.push(image);
        let foreseen = match is_newest {
            None => foreseen(host, &engine, image)?,
            Some(_) => to_be_pulled(image),
        };
        let effects = vec![Effect::Set(engine.subject(Thing::Image(image.to_owned())), foreseen)];
        Ok(Some(self.run(host, &argv, effects)?.titled(format!("pull {image}"))))
    }

    /// Sends an image to its registry.
    pub fn push(&self, host: &dyn Probe, image: &str) -> Result<Run, Failure> {
        let subject = self.engine(host)?.subject(Thing::Image(image.to_owned()));
        let run =
            self.run(host, &["push", name_of_image(image)?], vec![Effect::Merge(subject, Fields::new())])?;
        Ok(run.titled(format!("push {image}")))
    }
}

fn foreseen(host: &dyn Probe, engine: &Engine, image: &str) -> Result<Data, Failure> {
    let known = engine.image(host, image)?;
    Ok(if known.is_null() { to_be_pulled(image) } else { known })
}

/// Nobody knows the id of what is not pulled yet; one that no image has stands for it.
fn to_be_pulled(image: &str) -> Data {
    Fields::new().with("Id", "to be pulled").with("RepoTags", vec![image]).into()
}

/// The name of an image as it is; one that docker would take for an option is refused.
pub fn name_of_image(image: &str) -> Result<&str, Failure> {
    if image.starts_with('-') { Err(format!("`{image}` is no name of an image").into()) } else { Ok(image) }
}

/// Whether anything came to the registry that it had not.
pub fn has_sent(push: &Output) -> bool {
    [": Pushed", ": Mounted from "].iter().any(|word| push.stdout().contains(word))
}

/// Pulls an image from the daemon that the environment names.
pub fn pull(host: &dyn Probe, image: &str) -> Result<Change, Failure> {
    let engine = Engine::of(host);
    let effect = Effect::Set(engine.subject(Thing::Image(image.to_owned())), foreseen(host, &engine, image)?);
    let run = Run::changing(&["docker", "pull", "--quiet", name_of_image(image)?]);
    Ok(Change::Run(run.titled(format!("pull {image}")).with_effects(vec![effect])))
}

/// The image with a tag, where it has neither tag nor digest and is no id.
pub fn with_tag(name: &str, tag: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains([':', '@']) || tag.is_empty() || is_id(name) {
        name.to_owned()
    } else {
        format!("{name}:{tag}")
    }
}

/// Whether a name is the id of an image.
pub fn is_id(name: &str) -> bool {
    let digits = name.strip_prefix("sha256:").unwrap_or(name);
    digits.len() == 64 && digits.chars().all(|scalar| scalar.is_ascii_hexdigit())
}

/// The dict with texts as values, as docker keeps labels and options.
pub fn texts(fields: &Fields) -> Fields {
    fields.iter().map(|(name, value)| (name.to_owned(), Data::from(text_of(value)))).collect()
}

/// A value as text.
pub fn text_of(value: &Data) -> String {
    match value {
        Data::Bool(value) => value.to_string(),
        value => String::parse(value).unwrap_or_default(),
    }
}

/// Filters of lists, as docker's protocol takes them: a query, empty where nothing is filtered.
pub fn filters(fields: &Fields) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let values = |value: &Data| match value {
        Data::List(items) => items.iter().map(text_of).collect(),
        value => vec![text_of(value)],
    };
    let lists: Fields =
        fields.iter().map(|(name, value)| (name.to_owned(), Data::from(values(value)))).collect();
    let escaped: String =
        crate::host::json::print(&Data::Map(lists))
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
    format!("filters={escaped}")
}
