//! Networks, mounts, health checks, words: the parts of a component.

use crate::host::Data;
use crate::modules::Argument;

arguments! {
    /// A network that a component joins.
    Network {
        /// The network.
        name: String;
        /// More names that it has there.
        aliases: Vec<String>;
        /// Its address there.
        ip ["ipv4_address"]: Option<String>;
        /// Its address of version 6 there.
        ip6 ["ipv6_address"]: Option<String>;
    }
}

choices! {
    /// What is mounted.
    MountType { Bind = "bind", Volume = "volume", Tmpfs = "tmpfs" }
}

arguments! {
    /// A directory or file that a component sees.
    MountParts {
        /// A path of the host, or a volume.
        source ["src"]: Option<String>;
        /// Where it is seen.
        target ["dst", "destination"]: String;
        /// Cannot be written.
        read_only ["readonly", "ro"]: bool = false;
        /// What is mounted.
        r#type: MountType = "bind";
        /// More options, as docker takes them.
        options: Vec<String>;
    }
}

arguments! {
    /// How it is known that a component works.
    HealthParts {
        /// A command inside that succeeds: words, or a line for the shell of the image.
        command ["cmd", "test"]: Option<super::Word>;
        /// An address that answers: `http://:8008/health`; without a host, that of the container.
        http ["url"]: Option<String>;
        /// A port of the container that takes connections.
        port: Option<i64>;
        /// The status that the address must answer with; any success if nothing is said.
        status: Option<i64>;
        /// Seconds between two looks.
        interval: f64 = 1.0;
        /// Seconds after which it is given up.
        timeout: i64 = 60;
    }
}

/// A directory or file that a component sees.
pub type Mount = MountText;
/// How it is known that a component works.
pub type Health = HealthParts;

/// A mount, as a dict or as `source:target:ro`.
#[derive(Clone, PartialEq)]
pub struct MountText(pub MountParts);

/// A text that may hold commas, or in a list, words.
#[derive(Clone, Debug, PartialEq)]
pub struct Word(pub Vec<String>);

nested!(MountParts);
nested!(HealthParts);

impl Argument for Network {
    fn kind() -> &'static str {
        "raw"
    }

    fn parse(data: &Data) -> Result<Network, String> {
        match data {
            Data::Text(name) => Ok(Network { name: name.clone(), aliases: Vec::new(), ip: None, ip6: None }),
            data => Ok(Network::take(&crate::modules::argument::checked(data, Network::ARGS)?)),
        }
    }
}

impl Argument for MountText {
    fn kind() -> &'static str {
        "raw"
    }

    fn parse(data: &Data) -> Result<MountText, String> {
        let Data::Text(text) = data else { return MountParts::parse(data).map(MountText) };
        let mut parts = text.split(':');
        let (source, target, options) = (parts.next(), parts.next(), parts.next());
        let (Some(source), Some(target)) = (source, target) else {
            return Err(format!("must be `source:target` or a dict, not `{text}`"));
        };
        let options: Vec<&str> =
            options.unwrap_or_default().split(',').filter(|option| !option.is_empty()).collect();
        let r#type = if source.starts_with('/') { MountType::Bind } else { MountType::Volume };
        Ok(MountText(MountParts {
            source: Some(source.to_owned()),
            target: target.to_owned(),
            read_only: options.contains(&"ro"),
            r#type,
            options: Vec::new(),
        }))
    }
}

impl Argument for Word {
    fn kind() -> &'static str {
        "raw"
    }

    fn parse(data: &Data) -> Result<Word, String> {
        match data {
            Data::List(items) => items.iter().map(String::parse).collect::<Result<_, _>>().map(Word),
            data => String::parse(data).map(|word| Word(vec![word])),
        }
    }
}

impl MountText {
    /// As `docker create --mount` takes it.
    pub fn option(&self) -> String {
        let MountText(mount) = self;
        let mut parts = vec![format!("type={}", mount.r#type.word())];
        parts.extend(mount.source.as_ref().map(|source| format!("source={source}")));
        parts.push(format!("target={}", mount.target));
        parts.extend(Some("readonly".to_owned()).filter(|_| mount.read_only));
        parts.extend(mount.options.iter().cloned());
        parts.iter().map(|part| csv(part)).collect::<Vec<_>>().join(",")
    }
}

/// A field with commas or quotes, as docker reads it.
fn csv(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

impl Network {
    /// As `docker create --network` takes it.
    pub fn option(&self) -> String {
        let mut parts = vec![format!("name={}", self.name)];
        parts.extend(self.aliases.iter().map(|alias| format!("alias={alias}")));
        parts.extend(self.ip.iter().map(|ip| format!("ip={ip}")));
        parts.extend(self.ip6.iter().map(|ip| format!("ip6={ip}")));
        parts.join(",")
    }

    /// The options of `docker network connect`.
    pub fn connect_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        self.aliases.iter().for_each(|alias| words.extend(["--alias".to_owned(), alias.clone()]));
        self.ip.iter().for_each(|ip| words.extend(["--ip".to_owned(), ip.clone()]));
        self.ip6.iter().for_each(|ip| words.extend(["--ip6".to_owned(), ip.clone()]));
        words.push(self.name.clone());
        words
    }
}
