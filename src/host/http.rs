//! Requests over HTTP.

use super::http_body::{Body, Length};
use super::http_stream::{Secure, Stream, open, proxy_for};
use super::http_url::Url;
use super::{Bytes, Content, Data, Failure, Fields, Probe, Store, Stored, System, https, text};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

/// How many redirections are followed.
const MOST_REDIRECTIONS: usize = 10;
/// The most bytes of a head.
const MOST_HEAD: u64 = 256 << 10;

/// The most bytes of a body that are taken into a file.
const MOST_STORED: u64 = 64 << 30;

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
    /// Whether the body of the answer goes into a file of the agent's own: it may be long.
    pub to_file: bool,
}

impl Exchange {
    /// The same, with room for a long answer.
    #[must_use]
    pub fn into_file(self) -> Exchange {
        Exchange { to_file: true, limit: MOST_STORED, ..self }
    }
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
            let value = host.variable(name).or_else(|| host.variable(&name.to_ascii_uppercase()));
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
    /// The body where it was to go into a file.
    #[serde(skip)]
    pub stored: Option<Stored>,
    pub redirected: bool,
}

impl Answer {
    /// The body, wherever it is.
    pub fn content(&self) -> Result<Content, Failure> {
        match &self.stored {
            Some(stored) => stored.clone().content(),
            None => Ok(Content::Inline(self.body.clone())),
        }
    }

    /// How long the body is, in bytes.
    pub fn size(&self) -> u64 {
        self.stored.as_ref().map_or(self.body.0.len() as u64, |stored| stored.size)
    }
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

/// Sends a request to https, and follows nothing; the body of the answer goes into the sink.
#[cfg(feature = "tls")]
pub fn send_securely(exchange: &Exchange, sink: &mut dyn Write) -> Answer {
    let answer = Url::read(&exchange.url).and_then(|url| {
        let secure = Some(super::tls::secure as Secure);
        send_into(exchange, (&url, &exchange.method, &exchange.body.0), secure, sink)
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
    if !exchange.to_file {
        let mut bytes = Vec::new();
        let answer = send_into(exchange, (url, method, body), secure, &mut bytes)?;
        return Ok(Answer { body: Bytes(bytes), ..answer });
    }
    let no_room = |error: std::io::Error| format!("no room for the answer: {error}");
    let mut store = BufWriter::with_capacity(64 << 10, Store::new().map_err(no_room)?);
    let answer = send_into(exchange, (url, method, body), secure, &mut store)?;
    let store = store.into_inner().map_err(|error| no_room(error.into_error()))?;
    Ok(Answer { stored: Some(store.since(0)), ..answer })
}

/// Sends one request: address, method, body. What comes back goes into the sink.
fn send_into(
    exchange: &Exchange,
    (url, method, body): (&Url, &str, &[u8]),
    secure: Option<Secure>,
    sink: &mut dyn Write,
) -> Result<Answer, String> {
    let mut stream = open(exchange, url, secure)?;
    let failed = |error: std::io::Error| format!("the connection to `{}` failed: {error}", url.host_header());
    stream.write_all(&head(exchange, url, method, body.len())).map_err(failed)?;
    stream.write_all(body).and_then(|()| stream.flush()).map_err(failed)?;
    receive(BufReader::with_capacity(64 << 10, stream), exchange, (url, method), sink)
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
    (url, method): (&Url, &str),
    sink: &mut dyn Write,
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
    let length = match header("content-length").trim().parse() {
        _ if method == "HEAD" || matches!(status, 204 | 304) => Length::Known(0),
        _ if header("transfer-encoding").contains("chunked") => Length::Chunks,
        Ok(length) => Length::Known(length),
        Err(_) => Length::Open,
    };
    let body = BufReader::new(Body::new(reader, length));
    match header("content-encoding") == "gzip" {
        true => take(flate2::bufread::MultiGzDecoder::new(body), exchange.limit, sink)?,
        false => take(body, exchange.limit, sink)?,
    }
    Ok(Answer { status, reason, url: url.to_string(), headers, ..Answer::default() })
}

/// Takes a body, if it is not too long.
fn take(body: impl Read, limit: u64, sink: &mut dyn Write) -> Result<(), String> {
    let mut body = body.take(limit.saturating_add(1));
    let count = std::io::copy(&mut body, sink).map_err(|error| format!("the answer broke off: {error}"))?;
    if count > limit { Err(format!("the answer has more than {limit} bytes")) } else { Ok(()) }
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
