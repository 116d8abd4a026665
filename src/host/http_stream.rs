//! Streams to servers: TCP, unix sockets.

use super::http::Exchange;
use super::http_url::Url;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A stream in both directions.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Opens a stream to where the address leads.
pub fn open(exchange: &Exchange, url: &Url) -> Result<Box<dyn Stream>, String> {
    let timeout = Duration::from_secs(exchange.timeout.max(1));
    let failed = |error: std::io::Error| format!("cannot connect to `{}`: {error}", url.host_header());
    if let Some(path) = &exchange.unix_socket {
        let stream = UnixStream::connect(path).map_err(failed)?;
        stream
            .set_read_timeout(Some(timeout))
            .and_then(|()| stream.set_write_timeout(Some(timeout)))
            .map_err(failed)?;
        return Ok(Box::new(stream));
    }
    let stream = connect(url, timeout).map_err(failed)?;
    stream
        .set_read_timeout(Some(timeout))
        .and_then(|()| stream.set_write_timeout(Some(timeout)))
        .map_err(failed)?;
    Ok(Box::new(stream))
}

fn connect(url: &Url, timeout: Duration) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name leads nowhere");
    for address in (url.host.as_str(), url.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
