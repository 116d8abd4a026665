//! Streams to servers: TCP, unix sockets.

use super::http::{Exchange, Proxies};
use super::http_url::Url;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A stream in both directions.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Makes a stream secure.
pub type Secure = fn(TcpStream, &Exchange, &Url) -> Result<Box<dyn Stream>, String>;

/// Opens a stream to where the address leads.
pub fn open(exchange: &Exchange, url: &Url, secure: Option<Secure>) -> Result<Box<dyn Stream>, String> {
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
    let proxy = proxy_for(&exchange.proxies, url);
    let mut stream = connect(proxy.as_ref().unwrap_or(url), timeout).map_err(failed)?;
    stream
        .set_read_timeout(Some(timeout))
        .and_then(|()| stream.set_write_timeout(Some(timeout)))
        .map_err(failed)?;
    if !url.secure {
        return Ok(Box::new(stream));
    }
    if proxy.is_some() {
        tunnel(&mut stream, url)?;
    }
    let secure = secure.ok_or_else(|| format!("`{url}` needs a secure stream"))?;
    secure(stream, exchange, url)
}

/// Asks a proxy for a way through.
fn tunnel(stream: &mut TcpStream, url: &Url) -> Result<(), String> {
    let place = format!("{}:{}", url.host, url.port);
    let failed = |error: std::io::Error| format!("the proxy does not let through to `{place}`: {error}");
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16 << 10 {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(failed)?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default();
    if line.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    Err(format!("the proxy does not let through to `{place}`: {line}"))
}

/// The proxy that is to be asked for an address.
pub fn proxy_for(proxies: &Proxies, url: &Url) -> Option<Url> {
    let is_excepted = |entry: &str| {
        let entry = entry.trim().trim_start_matches('.');
        entry == "*" || !entry.is_empty() && (url.host == entry || url.host.ends_with(&format!(".{entry}")))
    };
    if proxies.except.split(',').any(is_excepted) {
        return None;
    }
    let proxy = if url.secure { proxies.https.as_ref()? } else { proxies.http.as_ref()? };
    let proxy = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
    Url::read(&proxy).ok()
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
