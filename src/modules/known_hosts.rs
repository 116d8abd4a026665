//! `known_hosts`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Failure, Fields, Plan, Probe, Report, base64, glob};
use sha1::{Digest, Sha1};

choices! {
    /// Whether the key is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to the keys by which hosts are known to SSH.
    ///
    /// ```yaml
    /// - known_hosts: { name: example.org, key: "example.org ssh-ed25519 AAAAC3Nz" }
    /// - known_hosts: { name: old.example.org, state: absent }
    /// ```
    KnownHosts "known_hosts" {
        /// The host, as `name` or `[name]:port`.
        name ["host"]: String;
        /// The line: host, type, key.
        key: Option<String>;
        /// The file.
        path: PathText = "~/.ssh/known_hosts";
        /// Writes the name so that nobody can read it.
        hash_host: bool = false;
        /// Whether the key is to be there.
        state: State = "present";
    }
}

impl Module for KnownHosts {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let original = edit::read(host, &self.path.on(host)?)?;
        let before = original.text.clone().unwrap_or_default();
        let after = self.edited(&before)?;
        let path = original.path.display().to_string();
        let was = if original.text.is_some() { path.as_str() } else { "/dev/null" };
        let diff = Fields::new().with("before_header", was).with("after_header", path.as_str());
        let diff = diff.with("before", before.as_str()).with("after", after.as_str());
        let result = Fields::new()
            .with("diff", diff)
            .with("name", self.name.as_str())
            .with("path", self.path.0.as_str())
            .with("key", self.key.clone())
            .with("state", self.state.word())
            .with("hash_host", self.hash_host);
        if after == before {
            return Ok(Plan::say(result));
        }
        let attributes = FileAttributes::none();
        let how = Rewriting { attributes: &attributes, backup: false, validate: None, message: "" };
        Ok(Plan { result, ..original.rewrite(host, &after, &how)? })
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        files::describe(host, &self.path.on(host)?, &mut result)?;
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let entry = self.key.as_deref().map(Entry::read);
        let wrong = match (entry, self.state) {
            _ if self.name.contains(',') => {
                "Comma separated list of names is not supported. \
                 Please pass a single name to lookup in the known_hosts file."
            }
            (None, State::Present) => "argument `key` is missing",
            (Some(None), _) => "`key` must be a line of host, type and key",
            (Some(Some(entry)), _) if !entry.is_about(&self.name) => {
                "Host parameter does not match hashed host field in supplied key"
            }
            _ => return Vec::new(),
        };
        vec![ArgumentError::new("", wrong)]
    }
}

/// A line of such a file.
#[derive(PartialEq, Eq, Clone, Copy)]
struct Entry<'a> {
    /// `@revoked` or `@cert-authority`.
    marker: Option<&'a str>,
    hosts: &'a str,
    kind: &'a str,
    key: &'a str,
}

impl<'a> Entry<'a> {
    /// Comments and what is broken are none.
    fn read(line: &'a str) -> Option<Entry<'a>> {
        let mut words = line.split_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        let hosts = words.next().filter(|hosts| !hosts.starts_with('#'))?;
        Some(Entry { marker, hosts, kind: words.next()?, key: words.next()? })
    }

    fn is_hashed(&self) -> bool {
        self.hosts.starts_with("|1|")
    }

    /// Whether the line names the host, or has a pattern that does.
    fn is_about(&self, name: &str) -> bool {
        names(self.hosts, name) || self.hosts.split(',').any(|host| glob::matches(host, name))
    }
}

impl KnownHosts {
    fn edited(&self, before: &str) -> Result<String, Failure> {
        let wanted = self.key.as_deref().and_then(Entry::read);
        let mut lines = Vec::new();
        let mut found = false;
        for line in before.lines() {
            let entry = Entry::read(line).filter(|entry| names(entry.hosts, &self.name));
            let keep = entry.is_none_or(|entry| match (wanted, self.state) {
                (None, _) => false,
                (Some(wanted), State::Absent) => Entry { hosts: entry.hosts, ..wanted } != entry,
                // An older key of the same type gives way.
                (Some(wanted), State::Present)
                    if (wanted.marker, wanted.kind) == (entry.marker, entry.kind) =>
                {
                    let is_it = !found && wanted.key == entry.key && entry.is_hashed() == self.hash_host;
                    found |= is_it;
                    is_it
                }
                (Some(_), State::Present) => true,
            });
            lines.extend(keep.then(|| line.to_owned()));
        }
        if let (State::Present, Some(wanted), false) = (self.state, wanted, found) {
            lines.push(self.written(&wanted)?);
        }
        Ok(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    fn written(&self, wanted: &Entry) -> Result<String, Failure> {
        let line = self.key.as_deref().unwrap_or_default().trim();
        if !self.hash_host || wanted.is_hashed() {
            return Ok(line.to_owned());
        }
        let salt = Sha1::digest(crate::host::random_word()?.as_bytes());
        let hash = hmac(&salt, self.name.as_bytes());
        let hashed = format!("|1|{}|{}", base64::encode(&salt), base64::encode(&hash));
        Ok(line.replacen(wanted.hosts, &hashed, 1))
    }
}

/// Whether the first word of a line is about the host.
fn names(hosts: &str, name: &str) -> bool {
    if let Some(rest) = hosts.strip_prefix("|1|") {
        let parts = rest
            .split_once('|')
            .and_then(|(salt, hash)| Some((base64::decode(salt)?, base64::decode(hash)?)));
        return parts.is_some_and(|(salt, hash)| hmac(&salt, name.as_bytes()) == hash);
    }
    hosts.split(',').any(|host| host == name)
}

/// HMAC with SHA-1 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    let key: Vec<u8> = if key.len() > 64 { Sha1::digest(key).to_vec() } else { key.to_vec() };
    block.iter_mut().zip(&key).for_each(|(place, byte)| *place = *byte);
    let pad = |mask: u8| block.map(|byte| byte ^ mask);
    let inner = Sha1::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha1::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    #[test]
    fn hmac_of_rfc_2202() {
        let found = super::hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(crate::host::hex(&found), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }
}
