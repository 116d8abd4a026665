//! Files that settings name.

use super::tokens::Names;
use std::path::{Path, PathBuf};

pub(super) const USER_KNOWN_HOSTS: &[&str] = &["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
pub(super) const GLOBAL_KNOWN_HOSTS: &[&str] = &["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/// The keys that are tried where none is named, in OpenSSH's order.
const USUAL_IDENTITIES: [&str; 5] =
    ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519", "~/.ssh/id_ed25519_sk"];

/// Makes paths of what is written.
pub(super) struct Expander<'a> {
    pub names: &'a Names<'a>,
    pub address: &'a str,
}

impl Expander<'_> {
    /// One path: `~`, `%` tokens and `${VARIABLE}` replaced.
    pub fn path(&self, text: &str) -> PathBuf {
        let home = self.names.origin.home.as_deref();
        under_home(&from_environment(&self.names.expand(text, self.address)), home)
    }

    /// A path each.
    pub fn each<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<PathBuf> {
        texts.map(|text| self.path(text)).collect()
    }

    /// The files of a list, or the usual ones; `none` is no file.
    pub fn files(&self, set: Option<&[String]>, usual: &[&str]) -> Vec<PathBuf> {
        match set {
            Some([word]) if word.eq_ignore_ascii_case("none") => Vec::new(),
            Some(words) => self.each(words.iter().map(String::as_str)),
            None => self.each(usual.iter().copied()),
        }
    }

    /// The keys to try; `none` is none.
    pub fn identities<'t>(&self, set: impl Iterator<Item = &'t str>) -> Vec<PathBuf> {
        let set: Vec<_> = set.collect();
        match set.is_empty() {
            true => self.each(USUAL_IDENTITIES.into_iter()),
            false => self.each(set.into_iter().filter(|word| !word.eq_ignore_ascii_case("none"))),
        }
    }
}

/// A path with `~` replaced.
pub(super) fn under_home(text: &str, home: Option<&Path>) -> PathBuf {
    match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(text),
    }
}

fn from_environment(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        out.push_str(&std::env::var(name).unwrap_or_default());
        rest = behind;
    }
    out + rest
}
