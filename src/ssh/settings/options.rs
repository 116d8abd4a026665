//! Options of OpenSSH as keywords and words, before anything is made of them.

use std::collections::HashMap;

/// What is set, by keyword in lower case. A keyword may be given several times; what that means is up to the reader.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Options {
    values: HashMap<String, Vec<Vec<String>>>,
    /// Whether something was read that only OpenSSH itself is sure to understand.
    pub doubt: bool,
}

/// Keywords that add up; of all others the first wins.
const ADD_UP: [&str; 8] = [
    "identityfile",
    "certificatefile",
    "sendenv",
    "setenv",
    "localforward",
    "remoteforward",
    "dynamicforward",
    "permitremoteopen",
];

impl Options {
    /// Sets a keyword, unless it is set already and does not add up.
    pub fn set(&mut self, keyword: &str, words: Vec<String>) {
        let keyword = usual_name(&keyword.to_ascii_lowercase()).to_owned();
        if self.excludes(&keyword) {
            return;
        }
        let adds_up = ADD_UP.contains(&keyword.as_str());
        let values = self.values.entry(keyword).or_default();
        if values.is_empty() || adds_up {
            values.push(words);
        }
    }

    /// Of two ways around, the one that is named first holds.
    fn excludes(&self, keyword: &str) -> bool {
        match keyword {
            "proxyjump" => self.values.contains_key("proxycommand"),
            "proxycommand" => self.values.contains_key("proxyjump"),
            _ => false,
        }
    }

    /// The first word of a keyword.
    pub fn one(&self, keyword: &str) -> Option<&str> {
        self.words(keyword)?.first().map(String::as_str)
    }

    /// All words of the first value of a keyword.
    pub fn words(&self, keyword: &str) -> Option<&[String]> {
        self.values.get(keyword)?.first().map(Vec::as_slice)
    }

    /// The words of all values of a keyword.
    pub fn all(&self, keyword: &str) -> impl Iterator<Item = &str> {
        self.values.get(keyword).into_iter().flatten().flatten().map(String::as_str)
    }

    /// A keyword's first word, unless it is `none`.
    pub fn some(&self, keyword: &str) -> Option<&str> {
        self.one(keyword).filter(|word| !word.eq_ignore_ascii_case("none"))
    }

    /// Whether a keyword is switched on; the default where it is not set.
    pub fn on(&self, keyword: &str, default: bool) -> bool {
        self.one(keyword).map_or(default, |word| matches!(word.to_ascii_lowercase().as_str(), "yes" | "true"))
    }

    /// A keyword's number.
    pub fn number<N: std::str::FromStr>(&self, keyword: &str) -> Option<N> {
        self.one(keyword)?.parse().ok()
    }
}

/// Keywords with two names.
fn usual_name(keyword: &str) -> &str {
    match keyword {
        "challengeresponseauthentication" | "skeyauthentication" | "tisauthentication" => {
            "kbdinteractiveauthentication"
        }
        "pubkeyacceptedkeytypes" => "pubkeyacceptedalgorithms",
        "dsaauthentication" => "pubkeyauthentication",
        "hostbasedkeytypes" => "hostbasedacceptedalgorithms",
        other => other,
    }
}
