//! Names and patterns, as OpenSSH compares them.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Whether a text is what a pattern with `*` and `?` describes. Never takes longer than the product of their lengths.
pub(in crate::ssh) fn glob(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let (mut at, mut next) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(at) {
        match pattern.get(next) {
            Some(b'*') => {
                star = Some((next + 1, at));
                next += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == byte => (at, next) = (at + 1, next + 1),
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (at, next) = (from + 1, after);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(next).all(|&byte| byte == b'*')
}

/// Whether a list of patterns, separated by commas, describes a text: one must, and none with a `!` may.
pub(in crate::ssh) fn list(text: &str, patterns: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let mut found = false;
    for pattern in patterns.split(',') {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix('!') {
            Some(negated) if glob(&text, negated) => return false,
            Some(_) => {}
            None => found |= glob(&text, &pattern),
        }
    }
    found
}

/// Whether the names of a line are this host, hashed or not.
pub(super) fn names(host: &str, names: &str) -> bool {
    match names.starts_with('|') {
        true => hashed_with_salt_of(host, names).is_some_and(|hashed| hashed == names),
        false => list(host, names),
    }
}

fn hashed_with_salt_of(host: &str, names: &str) -> Option<String> {
    let salt = names.strip_prefix("|1|")?.split('|').next()?;
    let salt: [u8; 20] = STANDARD.decode(salt).ok()?.try_into().ok()?;
    hashed(host, &salt)
}

/// A host's name as a hashed line has it.
pub(super) fn hashed(host: &str, salt: &[u8; 20]) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).ok()?;
    mac.update(host.as_bytes());
    Some(format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(mac.finalize().into_bytes())))
}

/// A host as known_hosts has it: in lower case, with its port unless that is 22.
pub(in crate::ssh) fn with_port(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    match port {
        22 => host,
        port => format!("[{host}]:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_describe_names() {
        for (text, pattern, expected) in [
            ("web1", "web?", true),
            ("web1", "*", true),
            ("web1.example.org", "*.example.org", true),
            ("example.org", "*.example.org", false),
            ("web1", "WEB1", true),
            ("[web1]:2222", "[web?]:*", true),
            ("web1", "!web1,*", false),
            ("web2", "!web1,*", true),
            ("web2", "!web1", false),
            ("web2", "db1,web2", true),
            ("web2", "", false),
            ("aab", "a*ab", true),
        ] {
            assert_eq!(list(text, pattern), expected, "{text} as {pattern}");
        }
    }

    #[test]
    fn hashed_names_are_recognised() {
        let line = hashed("web1", &[7; 20]).unwrap();
        assert!(names("web1", &line));
        assert!(!names("web2", &line));
        assert!(!names("web1", "|1|short|short"));
        assert!(!names("web1", "|2|x|y"));
    }

    /// The same question, asked of a regular expression.
    fn by_regex(text: &str, pattern: &str) -> bool {
        let pattern = pattern.replace('*', ".*").replace('?', ".");
        fancy_regex::Regex::new(&format!("^{pattern}$")).unwrap().is_match(text).unwrap()
    }

    proptest! {
        #[test]
        fn globs_are_regular(text in "[ab]{0,8}", pattern in "[ab*?]{0,6}") {
            prop_assert_eq!(glob(&text, &pattern), by_regex(&text, &pattern));
        }
    }
}
