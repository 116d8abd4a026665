//! The percent signs of OpenSSH's settings.

use crate::ssh::Origin;

/// What the tokens stand for.
pub(super) struct Names<'a> {
    /// As it was given, before `HostName`.
    pub host: &'a str,
    pub port: u16,
    pub user: &'a str,
    pub origin: &'a Origin,
}

impl Names<'_> {
    /// The name or address that is dialled.
    pub fn host_name(&self, set: Option<&str>) -> String {
        let set = set.unwrap_or(self.host);
        expand(set, |token| (token == 'h').then(|| self.host.to_owned())).to_ascii_lowercase()
    }

    /// Replaces the tokens of a path or command; tokens that mean nothing stay.
    pub fn expand(&self, text: &str, address: &str) -> String {
        let home = || self.origin.home.as_deref().map(|home| home.to_string_lossy().into_owned());
        expand(text, |token| match token {
            'h' | 'k' => Some(address.to_owned()),
            'n' => Some(self.host.to_owned()),
            'p' => Some(self.port.to_string()),
            'r' => Some(self.user.to_owned()),
            'u' => Some(self.origin.user.clone()),
            'd' => home(),
            'i' => Some(rustix::process::getuid().as_raw().to_string()),
            'l' => Some(own_name()),
            'L' => own_name().split('.').next().map(str::to_owned),
            'j' => Some(String::new()),
            _ => None,
        })
    }
}

fn own_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

fn expand(text: &str, meaning: impl Fn(char) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('%') => out.push('%'),
            Some(token) => match meaning(token) {
                Some(text) => out.push_str(&text),
                None => out.extend(['%', token]),
            },
            None => out.push('%'),
        }
    }
    out
}
