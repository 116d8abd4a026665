//! Whether a container works: by a command inside, an address or a port.

use super::http::{Exchange, Follow};
use super::{Run, System, http, process};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How it is known that a container works: all that is given must hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Test {
    /// Words of a command inside; a single one is a line for its shell.
    pub command: Option<Vec<String>>,
    /// An address; one without a host is the container's own.
    pub http: Option<String>,
    pub port: Option<u16>,
    /// The status that the address must answer with.
    pub status: Option<u16>,
}

impl Test {
    /// Whether the container works now.
    pub(in crate::host) fn holds(
        &self,
        system: &System,
        docker: &str,
        name: &str,
        address: Option<&str>,
    ) -> bool {
        self.command.as_ref().is_none_or(|words| command_works(system, docker, name, words))
            && self.port.is_none_or(|port| address.is_some_and(|address| takes_connections(address, port)))
            && self
                .http
                .as_ref()
                .is_none_or(|url| address.is_some_and(|address| self.answers(system, url, address)))
    }

    fn answers(&self, system: &System, url: &str, address: &str) -> bool {
        let url = match url.split_once("://") {
            Some((scheme, rest)) if rest.starts_with(':') || rest.starts_with('/') => {
                format!("{scheme}://{address}{rest}")
            }
            _ => url.to_owned(),
        };
        let exchange = Exchange {
            method: "GET".to_owned(),
            url,
            timeout: PATIENCE.as_secs(),
            follow: Follow::None,
            limit: 1 << 20,
            ..Exchange::default()
        };
        let status = http::send(system, &exchange).status;
        self.status.map_or((200..400).contains(&status), |wanted| status == wanted)
    }
}

fn command_works(system: &System, docker: &str, name: &str, words: &[String]) -> bool {
    let mut argv = [docker, "exec", name].map(str::to_owned).to_vec();
    match words {
        [line] => argv.extend(["sh".to_owned(), "-c".to_owned(), line.clone()]),
        words => argv.extend(words.iter().cloned()),
    }
    let quick = system.quick(Instant::now() + PATIENCE * 2);
    process::run(&quick, &Run::quiet(argv)).is_ok_and(|output| output.status == 0)
}

/// Whether somebody takes connections there.
pub fn takes_connections(address: &str, port: u16) -> bool {
    let addresses = (address, port).to_socket_addrs().into_iter().flatten();
    addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}
