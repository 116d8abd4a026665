//! Waiting for something outside: ports, files, connections that end.

use super::regex::{Flags, Match, Regex, Text};
use super::{Data, Failure, Fields, Probe, Query, Subject, System, text};
use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Waits until something holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Wait {
    pub until: Until,
    pub delay: Duration,
    pub timeout: Duration,
    /// Between two looks.
    pub pause: Duration,
    /// What is said when it does not come true.
    pub message: String,
}

/// What is waited for.
#[derive(Clone, PartialEq, Debug)]
pub enum Until {
    /// Nothing but time.
    Time,
    Open {
        host: String,
        port: u16,
        patience: Duration,
        pattern: Option<String>,
    },
    Closed {
        host: String,
        port: u16,
        patience: Duration,
    },
    /// No connection is left.
    Drained {
        host: String,
        port: u16,
        states: Vec<u8>,
        except: Vec<String>,
    },
    There {
        path: PathBuf,
        pattern: Option<String>,
    },
    Gone {
        path: PathBuf,
    },
}

/// Waits; what matched is in the fields.
pub(in crate::host) fn wait(system: &System, wait: &Wait) -> Result<Fields, Failure> {
    let start = Instant::now();
    let elapsed = || i64::try_from(start.elapsed().as_secs()).unwrap_or(i64::MAX);
    sleep(system, wait.delay)?;
    if wait.until == Until::Time {
        sleep(system, wait.timeout)?;
        return Ok(Fields::new().with("elapsed", elapsed()));
    }
    let end = start + wait.timeout;
    let end = system.deadline.map_or(end, |deadline| deadline.min(end));
    loop {
        if let Some(fields) = holds(system, &wait.until, end)? {
            return Ok(fields.with("elapsed", elapsed()));
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::new(wait.message.clone()).with("elapsed", elapsed()));
        }
        sleep(system, wait.pause.min(left))?;
    }
}

/// Sleeps for as long as somebody waits for the end of it.
fn sleep(system: &System, time: Duration) -> Result<(), Failure> {
    let end = Instant::now() + time;
    loop {
        system.go_on()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_secs(1)));
    }
}

fn holds(system: &System, until: &Until, end: Instant) -> Result<Option<Fields>, Failure> {
    Ok(match until {
        Until::Time => Some(Fields::new()),
        Until::Open { host, port, patience, pattern } => {
            open(host, *port, *patience, pattern.as_deref(), end)?
        }
        Until::Closed { host, port, patience } => connect(host, *port, *patience).is_none().then(Fields::new),
        Until::Drained { host, port, states, except } => {
            (connections(system, host, *port, states, except)? == 0).then(Fields::new)
        }
        Until::There { path, pattern } => there(system, path, pattern.as_deref())?,
        Until::Gone { path } => (!system.exists(path)?).then(Fields::new),
    })
}

fn connect(host: &str, port: u16, patience: Duration) -> Option<TcpStream> {
    let addresses = (host, port).to_socket_addrs().ok()?;
    addresses.into_iter().find_map(|address| TcpStream::connect_timeout(&address, patience).ok())
}

fn open(
    host: &str,
    port: u16,
    patience: Duration,
    pattern: Option<&str>,
    end: Instant,
) -> Result<Option<Fields>, Failure> {
    let Some(mut stream) = connect(host, port, patience) else { return Ok(None) };
    let Some(pattern) = pattern else { return Ok(Some(Fields::new())) };
    let regex = Regex::new(pattern, Flags { multiline: true, ..Flags::default() })?;
    let mut said = Vec::new();
    let mut buffer = [0; 1024];
    while Instant::now() < end && said.len() < 1 << 20 {
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let _ = stream.set_read_timeout(Some(left));
        match stream.read(&mut buffer) {
            Ok(count @ 1..) => said.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            _ => return Ok(None),
        }
        if let Some(fields) = matched(&regex, &text::from_bytes(&said)) {
            return Ok(Some(fields));
        }
    }
    Ok(None)
}

fn there(host: &dyn Probe, path: &Path, pattern: Option<&str>) -> Result<Option<Fields>, Failure> {
    if !host.exists(path)? {
        return Ok(None);
    }
    let Some(pattern) = pattern else { return Ok(Some(Fields::new())) };
    let regex = Regex::new(pattern, Flags { multiline: true, ..Flags::default() })?;
    let Ok(bytes) = host.read(path) else { return Ok(None) };
    Ok(matched(&regex, &text::from_bytes(&bytes)))
}

fn matched(regex: &Regex, found: &str) -> Option<Fields> {
    let place = regex.search(found)?;
    let text = Text::new(found);
    let part = |place: &Match, number| place.group(number).map(|place| text.part(place));
    let mut groups = Vec::new();
    let mut number = 1;
    while number <= regex.groups() {
        groups.push(Data::from(part(&place, number)));
        number += 1;
    }
    let named: Fields =
        regex.names().iter().map(|(name, number)| (name.clone(), part(&place, *number).into())).collect();
    Some(Fields::new().with("match_groups", groups).with("match_groupdict", named))
}

/// Whether what is waited for holds already, as far as looking can tell; `None` where only time can.
pub fn holds_now(host: &dyn Probe, until: &Until) -> Result<Option<bool>, Failure> {
    let reachable = |name: &str, port: u16| -> Result<bool, Failure> {
        Ok(host.ask(&Query::about(Subject::Reachable(name.to_owned(), port)))? == Data::Bool(true))
    };
    Ok(match until {
        Until::There { path, pattern } => Some(there(host, path, pattern.as_deref())?.is_some()),
        Until::Gone { path } => Some(!host.exists(path)?),
        Until::Open { host: name, port, pattern: None, .. } => Some(reachable(name, *port)?),
        Until::Closed { host: name, port, .. } => Some(!reachable(name, *port)?),
        _ => None,
    })
}

/// How many connections to a port of this host are in one of the states.
fn connections(
    host: &dyn Probe,
    name: &str,
    port: u16,
    states: &[u8],
    except: &[String],
) -> Result<usize, Failure> {
    let any = matches!(name, "0.0.0.0" | "::");
    let own: Vec<String> = addresses_of(name);
    let except: Vec<String> = except.iter().flat_map(|name| addresses_of(name)).collect();
    let mut count = 0;
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        if !host.exists(Path::new(table))? {
            continue;
        }
        let lines = text::from_bytes(&host.read(Path::new(table))?);
        for line in lines.lines().skip(1) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let [_, local, remote, state, ..] = parts.as_slice() else { continue };
            let Some((local, local_port)) = local.split_once(':') else { continue };
            let remote = remote.split_once(':').map_or("", |(address, _)| address);
            let here = u16::from_str_radix(local_port, 16) == Ok(port)
                && (any || own.iter().any(|own| own == local));
            let counts = u8::from_str_radix(state, 16).is_ok_and(|state| states.contains(&state));
            count += usize::from(here && counts && !except.iter().any(|except| except == remote));
        }
    }
    Ok(count)
}

/// The addresses of a name, as the kernel's tables have them.
fn addresses_of(name: &str) -> Vec<String> {
    let addresses = (name, 0).to_socket_addrs().into_iter().flatten();
    let words = |bytes: &[u8]| {
        bytes
            .chunks(4)
            .map(|word| word.iter().rev().map(|b| format!("{b:02X}")).collect::<String>())
            .collect()
    };
    addresses
        .into_iter()
        .map(|address| match address.ip() {
            std::net::IpAddr::V4(address) => words(&address.octets()),
            std::net::IpAddr::V6(address) => words(&address.octets()),
        })
        .collect()
}
