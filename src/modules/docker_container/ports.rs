//! Ports: as docker's program reads them, and as its protocol has them.

use crate::host::{Data, Fields};

/// One port of a container, and where the host publishes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Published {
    /// As `80/tcp`.
    pub port: String,
    /// The address of the host, if one is named.
    pub address: Option<String>,
    /// The port of the host, or a range of which docker takes one; empty where docker chooses.
    pub on: String,
}

/// The ports that one entry publishes: `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `7000-7010:9000-9010`.
pub fn published(entry: &str) -> Result<Vec<Published>, String> {
    let wrong = || format!("`{entry}` is no port to publish, such as `127.0.0.1:8080:80/tcp`");
    let (place, protocol) = entry.rsplit_once('/').unwrap_or((entry, "tcp"));
    let (rest, inside) = match place.rsplit_once(':') {
        Some((rest, inside)) => (Some(rest), inside),
        None => (None, place),
    };
    let (address, outside) = match rest {
        None => (None, ""),
        Some(rest) => match rest.rsplit_once(':') {
            Some((place, outside)) => (Some(address(place).ok_or_else(wrong)?), outside),
            None if rest.contains('.') => (Some(address(rest).ok_or_else(wrong)?), ""),
            None => (None, rest),
        },
    };
    let inside = range(inside).ok_or_else(wrong)?;
    let on = if outside.is_empty() { None } else { Some(range(outside).ok_or_else(wrong)?) };
    let make = |port: u16, on: String| Published {
        port: format!("{port}/{}", protocol.to_ascii_lowercase()),
        address: address.clone(),
        on,
    };
    let (first, last) = inside;
    Ok(match on {
        None => (first..=last).map(|port| make(port, String::new())).collect(),
        // A range for one port: docker takes one that is free.
        Some((from, to)) if first == last && from != to => vec![make(first, format!("{from}-{to}"))],
        Some((from, to)) => {
            (first..=last).zip(from..=to).map(|(port, on)| make(port, on.to_string())).collect()
        }
    })
}

/// An address of the host: those of version 6 may stand in brackets. Names are none.
fn address(text: &str) -> Option<String> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None => text,
    };
    bare.parse::<std::net::IpAddr>().ok().map(|_| bare.to_owned())
}

/// The ports that one entry exposes: `80`, `53/udp`, `8000-8010`.
pub fn exposed(entry: &str) -> Result<Vec<String>, String> {
    let (ports, protocol) = entry.rsplit_once('/').unwrap_or((entry, "tcp"));
    let (first, last) = range(ports).ok_or_else(|| format!("`{entry}` is no port, such as `80/tcp`"))?;
    Ok((first..=last).map(|port| format!("{port}/{}", protocol.to_ascii_lowercase())).collect())
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

/// What docker's protocol wants of published ports; ports without an address get `address`.
pub fn bindings(ports: &[Published], address: &str) -> Fields {
    let mut bindings = Fields::new();
    for published in ports {
        let mut places = match bindings.get(&published.port) {
            Some(Data::List(places)) => places.clone(),
            _ => Vec::new(),
        };
        let address = published.address.as_deref().unwrap_or(address);
        places.push(Fields::new().with("HostIp", address).with("HostPort", published.on.as_str()).into());
        bindings.set(published.port.as_str(), Data::List(places));
    }
    bindings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_dockers_program_reads_them() {
        let one = |entry: &str| {
            let all = published(entry).unwrap();
            all.iter().map(|p| format!("{:?} {} {}", p.address, p.on, p.port)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(one("80"), "None  80/tcp");
        assert_eq!(one("8080:80/UDP"), "None 8080 80/udp");
        assert_eq!(one("127.0.0.1:8080:80"), "Some(\"127.0.0.1\") 8080 80/tcp");
        assert_eq!(one("127.0.0.1::80"), "Some(\"127.0.0.1\")  80/tcp");
        assert_eq!(one("[::1]:1:2"), "Some(\"::1\") 1 2/tcp");
        assert_eq!(one("8000-8100:9"), "None 8000-8100 9/tcp");
        assert_eq!(one("7-8:17-18"), "None 7 17/tcp, None 8 18/tcp");
        assert!(published("http").is_err() && published("9-1:1").is_err());
        assert!(published("[::1:1:2").is_err() && published("localhost:1:2").is_err());
        assert_eq!(exposed("5-6").unwrap(), ["5/tcp", "6/tcp"]);
    }
}
