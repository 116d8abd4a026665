//! `known_hosts`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module, files};
use crate::host::{Carried, Failure, Fields, Plan, Probe, Report, base64};
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
        match (&self.key, self.state) {
            (None, State::Present) => vec![ArgumentError::new("", "argument `key` is missing")],
            (Some(key), _) if key.split_whitespace().count() < 3 => {
                vec![ArgumentError::new("key", "`key` must be a line of host, type and key")]
            }
            _ => Vec::new(),
        }
    }
}

impl KnownHosts {
    /// Type and key of the wished line.
    fn wanted(&self) -> Option<(&str, &str)> {
        let mut words = self.key.as_deref()?.split_whitespace().filter(|word| !word.starts_with('@'));
        words.next()?;
        Some((words.next()?, words.next()?))
    }

    fn edited(&self, before: &str) -> Result<String, Failure> {
        let mut lines = Vec::new();
        let mut found = false;
        for line in before.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let is_it =
                words.first().is_some_and(|hosts| !hosts.starts_with('#') && names(hosts, &self.name));
            let (kind, key) = (words.get(1).copied(), words.get(2).copied());
            let same_kind = self.wanted().is_none_or(|(wanted, _)| kind == Some(wanted));
            let same_key = self.wanted().is_some_and(|(_, wanted)| key == Some(wanted));
            match (is_it && same_kind, self.state) {
                (false, _) => lines.push(line.to_owned()),
                (true, State::Absent) => {}
                (true, State::Present) if same_key && !found => {
                    found = true;
                    lines.push(line.to_owned());
                }
                // An older key of the same type gives way.
                (true, State::Present) => {}
            }
        }
        if let (State::Present, Some((kind, key)), false) = (self.state, self.wanted(), found) {
            lines.push(format!("{} {kind} {key}", self.written()?));
        }
        Ok(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    fn written(&self) -> Result<String, Failure> {
        if !self.hash_host {
            let key = self.key.as_deref().unwrap_or_default();
            return Ok(key.split_whitespace().next().unwrap_or(&self.name).to_owned());
        }
        let salt = Sha1::digest(crate::host::random_word()?.as_bytes());
        Ok(format!("|1|{}|{}", base64::encode(&salt), base64::encode(&hmac(&salt, self.name.as_bytes()))))
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
