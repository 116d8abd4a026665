//! Requests over HTTP.

use super::http_stream::{Secure, Stream, open, proxy_for};
use super::http_url::Url;
use super::{Bytes, Data, Fields, Probe, System, https, text};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

/// How many redirections are followed.
const MOST_REDIRECTIONS: usize = 10;
/// The most bytes of a head.
const MOST_HEAD: u64 = 256 << 10;

/// A request and how it is to be sent.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Exchange {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Seconds for connecting, and for every wait after.
    pub timeout: u64,
    pub follow: Follow,
    pub unix_socket: Option<PathBuf>,
    pub validate_certificates: bool,
    pub ca: Option<PathBuf>,
    pub client_certificate: Option<PathBuf>,
    pub client_key: Option<PathBuf>,
    pub proxies: Proxies,
    /// The most bytes of a body that are taken.
    pub limit: u64,
}

/// Who is asked instead of the server, as the environment says.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Proxies {
    pub http: Option<String>,
    pub https: Option<String>,
    /// Hosts and domains that are asked themselves, parted by commas.
    pub except: String,
}

impl Proxies {
    /// The proxies that the environment of a call names.
    pub fn of(host: &dyn Probe) -> Proxies {
        let variable = |name: &str| {
            let value = host.variable(name).or_else(|| host.variable(&name.to_uppercase()));
            value.filter(|value| !value.is_empty())
        };
        Proxies {
            http: variable("http_proxy"),
            https: variable("https_proxy"),
            except: variable("no_proxy").unwrap_or_default(),
        }
    }
}

/// Which redirections are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Follow {
    All,
    /// Those of requests that only read.
    #[default]
    Safe,
    None,
}

/// What came back.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// 0 when no answer came; then `reason` says why.
    pub status: u16,
    pub reason: String,
    /// The address that answered, redirections followed.
    pub url: String,
    /// In small letters; several of one name are joined by commas.
    pub headers: Fields,
    pub body: Bytes,
    pub redirected: bool,
}

/// Sends a request and takes what comes back; what goes wrong is told in the answer.
pub(in crate::host) fn send(system: &System, exchange: &Exchange) -> Answer {
    follow_all(exchange, &|url, method, body| send_by_program(system, exchange, url, method, body))
}

/// Sends a request from the controller, which speaks https itself, and follows redirections.
#[cfg(feature = "controller")]
pub fn send_from_here(exchange: &Exchange) -> Answer {
    follow_all(exchange, &|url, method, body| {
        send_once(exchange, url, method, body, Some(super::tls::secure))
    })
}

/// Sends a request to https, and follows nothing.
#[cfg(feature = "tls")]
pub fn send_securely(exchange: &Exchange) -> Answer {
    let answer = Url::read(&exchange.url).and_then(|url| {
        send_once(exchange, &url, &exchange.method, &exchange.body.0, Some(super::tls::secure))
    });
    answer.unwrap_or_else(|reason| Answer { reason, url: exchange.url.clone(), ..Answer::default() })
}

/// Sends one request to https: address, method, body.
type Securely<'s> = &'s dyn Fn(&Url, &str, &[u8]) -> Result<Answer, String>;

fn follow_all(exchange: &Exchange, securely: Securely) -> Answer {
    let mut url = exchange.url.clone();
    let answer = followed(exchange, &mut url, securely);
    answer.unwrap_or_else(|reason| Answer { reason, url, ..Answer::default() })
}

fn followed(exchange: &Exchange, said: &mut String, securely: Securely) -> Result<Answer, String> {
    let mut url = Url::read(&exchange.url)?;
    let mut method = exchange.method.clone();
    let mut body = exchange.body.0.as_slice();
    for redirections in 0..=MOST_REDIRECTIONS {
        *said = url.to_string();
        let mut answer = match url.secure && exchange.unix_socket.is_none() {
            true => securely(&url, &method, body)?,
            false => send_once(exchange, &url, &method, body, None)?,
        };
        answer.redirected = redirections > 0;
        let location = answer.headers.get("location").and_then(Data::as_text).map(str::to_owned);
        let Some(location) = location.filter(|_| follows(exchange, answer.status)) else { return Ok(answer) };
        url = url.join(&location)?;
        if !matches!(answer.status, 307 | 308) && method != "HEAD" {
            method = "GET".to_owned();
            body = &[];
        }
    }
    Err(format!("more than {MOST_REDIRECTIONS} redirections"))
}

fn follows(exchange: &Exchange, status: u16) -> bool {
    let is_redirection = matches!(status, 301 | 302 | 303 | 307 | 308);
    is_redirection
        && match exchange.follow {
            Follow::All => true,
            Follow::Safe => matches!(exchange.method.as_str(), "GET" | "HEAD"),
            Follow::None => false,
        }
}

fn send_by_program(
    system: &System,
    exchange: &Exchange,
    url: &Url,
    method: &str,
    body: &[u8],
) -> Result<Answer, String> {
    let body = Bytes(body.to_vec());
    let exchange = Exchange { url: url.to_string(), method: method.to_owned(), body, ..exchange.clone() };
    let answer = https::send(system, &exchange)?;
    if answer.status == 0 { Err(answer.reason) } else { Ok(answer) }
}

fn send_once(
    exchange: &Exchange,
    url: &Url,
    method: &str,
    body: &[u8],
    secure: Option<Secure>,
) -> Result<Answer, String> {
    let mut stream = open(exchange, url, secure)?;
    let failed = |error: std::io::Error| format!("the connection to `{}` failed: {error}", url.host_header());
    stream.write_all(&head(exchange, url, method, body.len())).map_err(failed)?;
    stream.write_all(body).and_then(|()| stream.flush()).map_err(failed)?;
    receive(BufReader::new(stream), exchange, url, method)
}

fn head(exchange: &Exchange, url: &Url, method: &str, length: usize) -> Vec<u8> {
    let given = |name: &str| exchange.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    // A proxy is told the whole address, unless it only lets through.
    let through =
        exchange.unix_socket.is_none() && !url.secure && proxy_for(&exchange.proxies, url).is_some();
    let target = if through { url.to_string() } else { url.target.clone() };
    let mut lines = vec![format!("{method} {target} HTTP/1.1")];
    let mut standard = |name: &str, value: String| {
        if !given(name) {
            lines.push(format!("{name}: {value}"));
        }
    };
    standard("Host", url.host_header());
    standard("Accept", "*/*".to_owned());
    standard("Accept-Encoding", "identity".to_owned());
    standard("Connection", "close".to_owned());
    if let Some((user, password)) = &url.user {
        standard(
            "Authorization",
            format!("Basic {}", super::base64::encode(format!("{user}:{password}").as_bytes())),
        );
    }
    if length > 0 || matches!(method, "POST" | "PUT" | "PATCH") {
        standard("Content-Length", length.to_string());
    }
    let clean = |text: &str| text.replace(['\r', '\n'], " ");
    lines.extend(exchange.headers.iter().map(|(name, value)| format!("{}: {}", clean(name), clean(value))));
    text::to_bytes(&(lines.join("\r\n") + "\r\n\r\n"))
}

fn receive(
    mut reader: BufReader<Box<dyn Stream>>,
    exchange: &Exchange,
    url: &Url,
    method: &str,
) -> Result<Answer, String> {
    let (status, reason, headers) = loop {
        let head = read_head(&mut reader)?;
        // What comes before the answer itself: `100 Continue` and the like.
        if head.0 < 100 || head.0 >= 200 {
            break head;
        }
    };
    let header =
        |name: &str| headers.get(name).and_then(Data::as_text).unwrap_or_default().to_ascii_lowercase();
    let empty = method == "HEAD" || matches!(status, 204 | 304);
    let mut body = match (
        empty,
        header("transfer-encoding").contains("chunked"),
        header("content-length").trim().parse(),
    ) {
        (true, ..) => Vec::new(),
        (_, true, _) => read_chunks(&mut reader, exchange.limit)?,
        (_, _, Ok(length)) => read_length(&mut reader, length, exchange.limit)?,
        _ => read_rest(&mut reader, exchange.limit)?,
    };
    if header("content-encoding") == "gzip" {
        let mut plain = Vec::new();
        let decoder = flate2::read::MultiGzDecoder::new(body.as_slice());
        decoder
            .take(exchange.limit)
            .read_to_end(&mut plain)
            .map_err(|error| format!("the answer is broken: {error}"))?;
        body = plain;
    }
    Ok(Answer { status, reason, url: url.to_string(), headers, body: Bytes(body), redirected: false })
}

fn read_head(reader: &mut impl BufRead) -> Result<(u16, String, Fields), String> {
    let mut limited = reader.take(MOST_HEAD);
    let first = read_line(&mut limited)?;
    let mut parts = first.splitn(3, ' ');
    let version = parts.next().unwrap_or_default();
    let status = parts.next().and_then(|status| status.parse().ok());
    let status = status.filter(|_| version.starts_with("HTTP/")).ok_or("the answer is no HTTP")?;
    let reason = parts.next().unwrap_or_default().to_owned();
    let mut headers = Fields::new();
    loop {
        let line = read_line(&mut limited)?;
        if line.is_empty() {
            return Ok((status, reason, headers));
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match headers.get(&name).and_then(Data::as_text) {
            Some(before) => headers.set(name, format!("{before}, {value}")),
            None => headers.set(name, value),
        }
    }
}

fn read_line(reader: &mut impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).map_err(|error| format!("no answer came: {error}"))?;
    if !line.ends_with(b"\n") {
        return Err("the answer ended early".to_owned());
    }
    Ok(text::from_bytes(&line).trim_end_matches(['\r', '\n']).to_owned())
}

fn read_length(reader: &mut impl Read, length: u64, limit: u64) -> Result<Vec<u8>, String> {
    if length > limit {
        return Err(format!("the answer has {length} bytes; {limit} is the most"));
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).map_err(|error| format!("the answer broke off: {error}"))?;
    if (body.len() as u64) < length {
        return Err("the answer ended early".to_owned());
    }
    Ok(body)
}

fn read_rest(reader: &mut impl Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    reader
        .take(limit + 1)
        .read_to_end(&mut body)
        .map_err(|error| format!("the answer broke off: {error}"))?;
    if body.len() as u64 > limit { Err(format!("the answer has more than {limit} bytes")) } else { Ok(body) }
}

fn read_chunks(reader: &mut impl BufRead, limit: u64) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| "the answer is broken: no size of a chunk")?;
        if size == 0 {
            return Ok(body);
        }
        body.extend(read_length(reader, size, limit.saturating_sub(body.len() as u64))?);
        read_line(reader)?;
    }
}
