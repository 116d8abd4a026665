//! Algorithms that settings name, as far as the built-in client has them.

use super::options::Options;
use russh::keys::Algorithm;
use russh::{cipher, kex, mac};

/// What settings allow; `None` where they say nothing beyond the defaults of OpenSSH.
#[derive(Clone, Debug, Default)]
pub(in crate::ssh) struct Algorithms {
    pub host_keys: Option<Vec<Algorithm>>,
    pub kex: Option<Vec<kex::Name>>,
    pub ciphers: Option<Vec<cipher::Name>>,
    pub macs: Option<Vec<mac::Name>>,
}

impl Algorithms {
    /// What is set, and is not merely a default.
    pub(super) fn read(options: &Options, baseline: Option<&Options>) -> Algorithms {
        let names = |keyword| named(options, baseline, keyword);
        Algorithms {
            host_keys: names("hostkeyalgorithms").map(|names| host_keys(&names)),
            kex: names("kexalgorithms").map(|names| known(&names)),
            ciphers: names("ciphers").map(|names| known(&names)),
            macs: names("macs").map(|names| known(&names)),
        }
    }

    /// Which list holds nothing that the built-in client has.
    pub fn impossible(&self) -> Option<&'static str> {
        fn empty<T>(list: &Option<Vec<T>>) -> bool {
            list.as_ref().is_some_and(Vec::is_empty)
        }
        match self {
            list if empty(&list.host_keys) => Some("HostKeyAlgorithms"),
            list if empty(&list.kex) => Some("KexAlgorithms"),
            list if empty(&list.ciphers) => Some("Ciphers"),
            list if empty(&list.macs) => Some("MACs"),
            _ => None,
        }
    }
}

/// The names of a list that is not the default. Without OpenSSH's own answer a list that changes the defaults (`+`, `-`,
/// `^`) is not understood, and the defaults hold.
fn named(options: &Options, baseline: Option<&Options>, keyword: &str) -> Option<Vec<String>> {
    let set = options.one(keyword)?;
    if baseline.and_then(|baseline| baseline.one(keyword)) == Some(set) || set.starts_with(['+', '-', '^']) {
        return None;
    }
    Some(set.split(',').map(str::to_owned).collect())
}

fn known<T: for<'a> TryFrom<&'a str>>(names: &[String]) -> Vec<T> {
    names.iter().filter_map(|name| T::try_from(name.as_str()).ok()).collect()
}

/// Certificates are asked for by what known_hosts has, so only the bare types count here.
fn host_keys(names: &[String]) -> Vec<Algorithm> {
    let known = |name: &String| match Algorithm::new(name) {
        Ok(algorithm @ (Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. })) => {
            Some(algorithm)
        }
        _ => None,
    };
    names.iter().filter_map(known).collect()
}
