//! Docker: questions for its daemon, and orders to it, over its socket.

pub mod archive;
pub mod compose;
mod ended;
mod engine;
mod order;

pub use engine::{Engine, Tls, escape};
pub use order::{Order, Then};

use super::{Data, Failure, Probe, Query, Subject};
use std::fmt;

/// What a question to the daemon is about.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Thing {
    Network(String),
    /// An image by any of its names, its id or its digest.
    Image(String),
    Container(String),
    Volume(String),
    /// Whatever the daemon answers at this path.
    At(String),
    /// Whether a registry lets somebody in: `refused` is why not.
    Login(Login),
}

/// Somebody at a registry. The password is never shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Login {
    pub registry: String,
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{} at {}", self.user, self.registry)
    }
}

impl Thing {
    /// Where the daemon answers it.
    fn path(&self) -> String {
        match self {
            Thing::Network(name) => format!("/networks/{}", engine::escape(name)),
            Thing::Image(name) => format!("/images/{}/json", engine::escape(name)),
            Thing::Container(name) => format!("/containers/{}/json", engine::escape(name)),
            Thing::Volume(name) => format!("/volumes/{}", engine::escape(name)),
            Thing::At(path) => path.clone(),
            Thing::Login(_) => "/auth".to_owned(),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Thing::Network(name) => write!(f, "network {name}"),
            Thing::Image(name) => write!(f, "image {name}"),
            Thing::Container(name) => write!(f, "container {name}"),
            Thing::Volume(name) => write!(f, "volume {name}"),
            Thing::At(path) => write!(f, "docker {path}"),
            Thing::Login(login) => write!(f, "login of {} to {}", login.user, login.registry),
        }
    }
}

impl Engine {
    /// What the daemon says of a thing; [`Data::Null`] where there is no such thing, and where there is no docker.
    pub fn ask(&self, host: &dyn Probe, thing: Thing) -> Result<Data, Failure> {
        host.ask(&Query::about(self.subject(thing)))
    }

    /// What a question about a thing is about, for effects.
    pub fn subject(&self, thing: Thing) -> Subject {
        Subject::Docker(self.clone(), thing)
    }

    /// A network by name or id.
    pub fn network(&self, host: &dyn Probe, name: &str) -> Result<Data, Failure> {
        self.ask(host, Thing::Network(name.to_owned()))
    }

    /// An image by any of its names.
    pub fn image(&self, host: &dyn Probe, name: &str) -> Result<Data, Failure> {
        self.ask(host, Thing::Image(name.to_owned()))
    }

    /// Whether an image of the host is the one that its registry has now; nothing where nobody knows.
    pub fn is_newest(&self, host: &dyn Probe, image: &str) -> Result<Option<bool>, Failure> {
        let known = self.image(host, image)?;
        let digests = known.list("RepoDigests");
        if digests.is_empty() {
            return Ok(None);
        }
        let told = self.ask(host, Thing::At(format!("/distribution/{}/json", engine::escape(image))));
        let digest = told.ok().and_then(|told| told.entry("Descriptor").text("digest"));
        Ok(digest
            .map(|digest| digests.iter().filter_map(Data::as_text).any(|known| known.ends_with(&digest))))
    }

    /// A container by name or id.
    pub fn container(&self, host: &dyn Probe, name: &str) -> Result<Data, Failure> {
        self.ask(host, Thing::Container(name.to_owned()))
    }

    /// A volume by name.
    pub fn volume(&self, host: &dyn Probe, name: &str) -> Result<Data, Failure> {
        self.ask(host, Thing::Volume(name.to_owned()))
    }
}

/// The values that containers, running or not, have for a label.
pub fn labelled(host: &dyn Probe, label: &str) -> Result<Vec<String>, Failure> {
    let path = format!("/containers/json?all=true&filters=%7B%22label%22%3A%5B%22{label}%22%5D%7D");
    Ok(match Engine::of(host).ask(host, Thing::At(path))? {
        Data::List(containers) => {
            containers.iter().filter_map(|one| one.entry("Labels").text(label)).collect()
        }
        _ => Vec::new(),
    })
}
