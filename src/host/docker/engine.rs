//! Docker's daemon: where it listens, and how it is spoken to.

use super::{Login, Thing};
use crate::host::http::{self, Answer, Exchange, Follow};
use crate::host::{Bytes, Data, Failure, Fields, Probe, System, json, text};
use std::path::{Path, PathBuf};

/// Where docker's daemon listens, and how it is spoken to.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Engine {
    /// `unix:///var/run/docker.sock`, or `tcp://host:port`.
    pub address: String,
    /// The version of its protocol; its own if nothing is said.
    pub version: Option<String>,
    /// Seconds to wait for an answer.
    pub timeout: u64,
    pub tls: Option<Tls>,
}

/// How a daemon is spoken to over a network.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Tls {
    /// Whether its certificate must be good.
    pub verify: bool,
    pub ca: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

/// Where the daemon listens when nothing else is said.
const SOCKET: &str = "unix:///var/run/docker.sock";
/// The most bytes of an answer.
const MOST: u64 = 256 << 20;
/// Seconds to wait for an answer when nothing else is said.
const PATIENCE: u64 = 60;

impl Default for Engine {
    fn default() -> Engine {
        Engine { address: SOCKET.to_owned(), version: None, timeout: PATIENCE, tls: None }
    }
}

impl Engine {
    /// The daemon that the environment of a call names.
    pub fn of(host: &dyn Probe) -> Engine {
        let address = host.variable("DOCKER_HOST").filter(|address| !address.is_empty());
        address.map_or_else(Engine::default, |address| Engine { address, ..Engine::default() })
    }

    /// Asks for a thing.
    pub(in crate::host) fn look_up(&self, system: &System, thing: &Thing) -> Result<Data, Failure> {
        if self.socket().is_some_and(|socket| !socket.exists()) {
            return Ok(Data::Null);
        }
        if let Thing::Login(login) = thing {
            return self.try_login(system, login);
        }
        let answer = self.send(system, "GET", &thing.path(), None)?;
        match answer.status {
            404 => Ok(Data::Null),
            200..300 => Ok(json::parse(&text::from_bytes(&answer.body.0))?),
            _ => Err(Failure::new(format!("docker does not tell of {thing}: {}", complaint(&answer)))),
        }
    }

    /// Has the daemon ask a registry, which keeps nothing of it.
    fn try_login(&self, system: &System, login: &Login) -> Result<Data, Failure> {
        let body = Fields::new()
            .with("username", login.user.as_str())
            .with("password", login.password.as_str())
            .with("serveraddress", login.registry.as_str());
        let answer = self.send(system, "POST", "/auth", Some(&body.into()))?;
        // Older daemons tell it as a failure of their own.
        let why = complaint(&answer);
        let is_refused = answer.status >= 400 && why.to_ascii_lowercase().contains("unauthorized");
        Ok(if is_refused { Fields::new().with("refused", why).into() } else { Data::Null })
    }

    /// Sends a request and gives the daemon's answer, whatever it is.
    pub(in crate::host) fn send(
        &self,
        system: &System,
        method: &str,
        path: &str,
        body: Option<&Data>,
    ) -> Result<Answer, Failure> {
        let answer = http::send(system, &self.exchange(method, path, body)?);
        match answer.status {
            0 => {
                Err(Failure::new(format!("docker does not answer at `{}`: {}", self.address, answer.reason)))
            }
            _ => Ok(answer),
        }
    }

    fn exchange(&self, method: &str, path: &str, body: Option<&Data>) -> Result<Exchange, Failure> {
        let version = self.version.as_ref().map(|version| format!("/v{version}")).unwrap_or_default();
        let socket = self.socket().map(Path::to_owned);
        let tls = self.tls.clone().unwrap_or(Tls { verify: true, ca: None, certificate: None, key: None });
        Ok(Exchange {
            method: method.to_owned(),
            url: format!("{}{version}{path}", self.base()?),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Bytes(body.map(|body| json::print(body).into_bytes()).unwrap_or_default()),
            timeout: self.timeout,
            follow: Follow::None,
            unix_socket: socket,
            validate_certificates: tls.verify,
            ca: tls.ca,
            client_certificate: tls.certificate,
            client_key: tls.key,
            limit: MOST,
            ..Exchange::default()
        })
    }

    fn socket(&self) -> Option<&Path> {
        self.address.strip_prefix("unix://").map(Path::new)
    }

    fn base(&self) -> Result<String, Failure> {
        let secure = self.tls.is_some();
        match self.address.split_once("://") {
            Some(("unix", _)) => Ok("http://docker".to_owned()),
            Some(("tcp", place)) => Ok(format!("http{}://{place}", if secure { "s" } else { "" })),
            Some(("http" | "https", _)) => Ok(self.address.trim_end_matches('/').to_owned()),
            _ => Err(Failure::new(format!(
                "`{}` is no address of docker: `unix:///path` and `tcp://host:port` are known",
                self.address
            ))),
        }
    }
}

/// What the daemon complains of.
pub(super) fn complaint(answer: &Answer) -> String {
    let said = text::from_bytes(&answer.body.0);
    let message = json::parse(&said).ok().and_then(|data| data.text("message"));
    message.unwrap_or_else(|| format!("{} {}", answer.status, answer.reason)).trim().to_owned()
}

/// A name as a part of a path; slashes of images stay.
pub fn escape(name: &str) -> String {
    let mut out = String::new();
    for byte in text::to_bytes(name) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'@' | b'.' | b'_' | b'-' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::NoContents;

    #[test]
    fn addresses_of_daemons() {
        let at = |address: &str| Engine { address: address.to_owned(), ..Engine::default() };
        assert_eq!(at("tcp://a:2375").base().unwrap(), "http://a:2375");
        assert_eq!(at("unix:///run/x.sock").socket(), Some(Path::new("/run/x.sock")));
        assert!(at("ssh://a").base().unwrap_err().to_string().contains("`ssh://a`"));
        assert_eq!(escape("a/b:1?x y"), "a/b:1%3Fx%20y");
    }

    #[test]
    fn where_no_docker_is_there_is_nothing() {
        let system = System::new(Box::new(NoContents));
        let engine = Engine { address: "unix:///nowhere/docker.sock".to_owned(), ..Engine::default() };
        assert_eq!(engine.look_up(&system, &Thing::Container("x".to_owned())), Ok(Data::Null));
    }
}
