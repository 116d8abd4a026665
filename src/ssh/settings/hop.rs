//! Hosts on the way: `ProxyJump`.

use crate::ssh::Target;

/// One host on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ssh) struct Hop {
    pub user: Option<String>,
    pub host: String,
    pub port: Option<u16>,
}

impl Hop {
    /// The hop as a host of which no more is known.
    pub fn target(&self) -> Target {
        Target { user: self.user.clone(), port: self.port, ..Target::named(&self.host) }
    }
}

/// The hops of a list such as `user@first:2222,second`.
pub(super) fn chain(list: Option<&str>) -> Result<Vec<Hop>, String> {
    list.map_or(Ok(Vec::new()), |list| list.split(',').map(hop).collect())
}

fn hop(text: &str) -> Result<Hop, String> {
    let wrong = || format!("names `{text}`; a host is wanted, as in `user@host:port`");
    let rest = text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/');
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, rest)) => (Some(user.to_owned()), rest),
        None => (None, rest),
    };
    let (host, port) = host_and_port(rest).ok_or_else(wrong)?;
    if host.is_empty() || user.as_deref() == Some("") {
        return Err(wrong());
    }
    Ok(Hop { user, host: host.to_owned(), port })
}

fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        return match behind.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok()?))),
            None => behind.is_empty().then_some((host, None)),
        };
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => Some((host, Some(port.parse().ok()?))),
        _ => Some((text, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_read() {
        let hop = |user: Option<&str>, host: &str, port| Hop {
            user: user.map(str::to_owned),
            host: host.into(),
            port,
        };
        assert_eq!(
            chain(Some("u@a:2222,b,ssh://x@[::1]:22,fe80::1")).unwrap(),
            [
                hop(Some("u"), "a", Some(2222)),
                hop(None, "b", None),
                hop(Some("x"), "::1", Some(22)),
                hop(None, "fe80::1", None)
            ]
        );
        assert_eq!(chain(None), Ok(Vec::new()));
        assert!(chain(Some("a:x")).is_err());
        assert!(chain(Some("a,,b")).is_err());
        assert!(chain(Some("@b")).is_err());
    }
}
