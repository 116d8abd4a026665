//! Names of hosts as they are written: with a port, with ranges, IPv6.

use fancy_regex::Regex;
use std::sync::LazyLock;

/// A host's name, possibly with ranges, and the port behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Address<'a> {
    pub name: &'a str,
    pub port: Option<u16>,
}

/// The address that a text is; nothing where it is no name of a host.
pub fn address(text: &str) -> Option<Address<'_>> {
    let (name, port) = with_port(text);
    let is_host = is_ipv6(name) || is_hostname(name);
    is_host.then_some(Address { name, port })
}

/// Splits `[name]:port` and `name:port`; ranges in the name may hold colons.
fn with_port(text: &str) -> (&str, Option<u16>) {
    let Some((name, digits)) = text.rsplit_once(':') else { return (text, None) };
    let Some(port) = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit())) else {
        return (text, None);
    };
    if let Some(inner) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return (inner, Some(port));
    }
    let outside = outside_brackets(name);
    if outside.is_some_and(|outside| !outside.contains(':')) { (name, Some(port)) } else { (text, None) }
}

/// The text without what stands in brackets; nothing where these are not closed.
fn outside_brackets(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '[' if inside => return None,
            '[' => inside = true,
            ']' if !inside => return None,
            ']' => inside = false,
            _ if !inside => out.push(character),
            _ => {}
        }
    }
    (!inside).then_some(out)
}

fn is_hostname(text: &str) -> bool {
    static HOSTNAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let range = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]";
        let label = format!(r"(?:\w|{range})(?:[\w-]|{range})*(?<![_-])");
        Regex::new(&format!(r"(?i)^{label}(?:\.{label})*$")).ok()
    });
    HOSTNAME.as_ref().is_some_and(|pattern| pattern.is_match(text).unwrap_or(false))
}

/// An IPv6 address; a range may stand for one of its parts.
fn is_ipv6(text: &str) -> bool {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((range, after)) = after.split_once(']') else { return false };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(2..=3).contains(&range.split(':').count()) || !range.split(':').all(digits) {
            return false;
        }
        plain.push_str(before);
        plain.push('1');
        rest = after;
    }
    plain.push_str(rest);
    plain.contains(':') && plain.parse::<std::net::Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ports_and_ranges_are_told_apart() {
        type Case = (&'static str, Option<(&'static str, Option<u16>)>);
        let cases: [Case; 15] = [
            ("web", Some(("web", None))),
            ("web:22", Some(("web", Some(22)))),
            ("web-1.example.org:2222", Some(("web-1.example.org", Some(2222)))),
            ("web[1:3]", Some(("web[1:3]", None))),
            ("web[01:10:2].x:22", Some(("web[01:10:2].x", Some(22)))),
            ("[a:c]web", Some(("[a:c]web", None))),
            ("10.0.0.1:22", Some(("10.0.0.1", Some(22)))),
            ("2001:db8::1", Some(("2001:db8::1", None))),
            ("[2001:db8::1]:22", Some(("2001:db8::1", Some(22)))),
            ("2001:db8::[1:f]", Some(("2001:db8::[1:f]", None))),
            ("a:b", None),
            ("web:&db", None),
            ("web*", None),
            ("-web", None),
            ("web[1:", None),
        ];
        for (text, expected) in cases {
            assert_eq!(address(text).map(|address| (address.name, address.port)), expected, "{text}");
        }
    }
}
