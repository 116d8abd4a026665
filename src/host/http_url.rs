//! Addresses of the web, as far as requests need them.

/// An address in its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Url {
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// Path and query.
    pub target: String,
    /// User and password that stood in the address.
    pub user: Option<(String, String)>,
}

impl Url {
    /// Reads an address of `http` or `https`.
    pub fn read(text: &str) -> Result<Url, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("`{text}` is no address"))?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            other => return Err(format!("addresses of `{other}` are not known")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let target = target.split('#').next().unwrap_or_default();
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place, secure)?;
        if host.is_empty() || target.contains([' ', '\r', '\n']) {
            return Err(format!("`{text}` is no address"));
        }
        let user = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (unescape(name), unescape(password))
        });
        Ok(Url { secure, host, port, target, user })
    }

    /// The address that another one leads to.
    pub fn join(&self, location: &str) -> Result<Url, String> {
        if location.contains("://") {
            return Url::read(location);
        }
        let scheme = if self.secure { "https" } else { "http" };
        if let Some(rest) = location.strip_prefix("//") {
            return Url::read(&format!("{scheme}://{rest}"));
        }
        let target = match location.starts_with('/') {
            true => location.to_owned(),
            false => {
                let path = self.target.split('?').next().unwrap_or_default();
                let directory = path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or("/");
                format!("{directory}{location}")
            }
        };
        Ok(Url { target: target.split('#').next().unwrap_or_default().to_owned(), ..self.clone() })
    }

    /// The host as the header has it.
    pub fn host_header(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let standard = if self.secure { 443 } else { 80 };
        if self.port == standard { host } else { format!("{host}:{}", self.port) }
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.host_header(), self.target)
    }
}

fn host_and_port(place: &str, secure: bool) -> Result<(String, u16), String> {
    let standard = if secure { 443 } else { 80 };
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = match port {
        Some(port) if !port.is_empty() => port.parse().map_err(|_| format!("`{port}` is no port"))?,
        _ => standard,
    };
    Ok((host.to_owned(), port))
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|_| *byte == b'%') {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    super::text::from_bytes(&out)
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn addresses() {
        let url = Url::read("http://a:p%40@[::1]:8080/x/y?z=1#f").unwrap();
        assert_eq!((url.host.as_str(), url.port, url.target.as_str()), ("::1", 8080, "/x/y?z=1"));
        assert_eq!(url.user, Some(("a".to_owned(), "p@".to_owned())));
        assert_eq!(url.join("w").unwrap().to_string(), "http://[::1]:8080/x/w");
        assert_eq!(url.join("https://b").unwrap().to_string(), "https://b/");
        assert!(Url::read("ftp://x").is_err() && Url::read("http://").is_err());
    }
}
