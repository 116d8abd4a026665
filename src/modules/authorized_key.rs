//! `authorized_key`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::web;
use super::{ArgumentError, FileAttributes, Module, argument::Mode, files};
use crate::host::{Carried, Change, Failure, Fields, Owner, Plan, Probe, Report, text, users};
use std::path::PathBuf;

choices! {
    /// Whether the keys are to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to the keys with which a user may log in.
    ///
    /// ```yaml
    /// - authorized_key: { user: app, key: "ssh-ed25519 AAAAC3Nz me@here" }
    /// - authorized_key: { user: app, key: "ssh-ed25519 AAAAC3Nz", key_options: 'from="10.0.0.1"', exclusive: true }
    /// ```
    AuthorizedKey "authorized_key" {
        /// The user.
        user: String;
        /// The keys, a line each, or an address of them.
        key: String;
        /// Whether they are to be there.
        state: State = "present";
        /// The file; that in the home of the user if nothing is said.
        path: Option<PathText>;
        /// Makes the directory of the file, and gives it to the user.
        manage_dir: bool = true;
        /// What the keys may do.
        key_options: Option<String>;
        /// Takes all other keys away.
        exclusive: bool = false;
        /// What is said of the keys.
        comment: Option<String>;
        /// Follows a link at the path.
        follow: bool = false;
        /// Whether the certificate of the server must be good.
        validate_certs: bool = true;
    }
}

/// The types of keys that there are.
const KINDS: [&str; 22] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ssh-dss",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ssh-ed25519@openssh.com",
    "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-xmss@openssh.com",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ssh-ed25519-cert-v01@openssh.com",
    "ssh-rsa-cert-v01@openssh.com",
    "ssh-dss-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "sk-ssh-ed25519-cert-v01@openssh.com",
    "rsa-sha2-256-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com",
];

/// A line of a file of keys.
#[derive(Clone, PartialEq, Debug)]
struct Key {
    options: String,
    kind: String,
    blob: String,
    comment: String,
}

impl Module for AuthorizedKey {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let user = users::user(host, &self.user)?;
        let user = user.ok_or_else(|| host.missing(format!("there is no user `{}`", self.user)))?;
        let owner = Owner { uid: user.uid, gid: user.gid };
        let file = self.file(host, &user.home)?;
        let directory = file.parent().map(PathBuf::from).unwrap_or_default();
        let mut plan = Plan::nothing();
        if self.manage_dir && self.state == State::Present {
            match host.stat(&directory)? {
                None => {
                    plan.push(Change::Directory { path: directory, mode: 0o700, owner });
                    return Ok(plan.and_again());
                }
                Some(stat) => {
                    let wishes = FileAttributes {
                        mode: self.path.is_none().then_some(Mode::Octal(0o700)),
                        owner: Some(owner.uid.to_string()),
                        group: Some(owner.gid.to_string()),
                        ..FileAttributes::none()
                    };
                    plan.changes.extend(wishes.changes(host, &directory, &stat)?);
                }
            }
        }
        let keys = self.keys(host)?;
        let original = edit::read(host, &file)?;
        let before = original.text.clone().unwrap_or_default();
        let after = self.edited(&before, &keys);
        if after != before || original.text.is_none() && self.state == State::Present {
            let attributes = FileAttributes {
                mode: original.text.is_none().then_some(Mode::Octal(0o600)),
                owner: Some(owner.uid.to_string()),
                group: Some(owner.gid.to_string()),
                ..FileAttributes::none()
            };
            let how = Rewriting { attributes: &attributes, backup: false, validate: None, message: "" };
            plan.changes.extend(original.rewrite(host, &after, &how)?.changes);
        }
        plan.result = Fields::new()
            .with("comment", self.comment.clone())
            .with("follow", self.follow)
            .with("key_options", self.key_options.clone())
            .with("path", self.path.as_ref().map(|path| path.0.clone()))
            .with("validate_certs", self.validate_certs)
            .with("user", self.user.as_str())
            .with("key", self.key.as_str())
            .with("keyfile", text::from_path(&file))
            .with("state", self.state.word())
            .with("exclusive", self.exclusive)
            .with("manage_dir", self.manage_dir);
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let keyfile = result.get("keyfile").and_then(|file| file.as_text()).map(text::to_path);
        // Ansible tells of a file only where the task named it.
        if let Some(file) = keyfile.filter(|_| self.path.is_some()) {
            files::describe(host, &file, &mut result)?;
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        if self.key.contains("://") {
            return Vec::new();
        }
        let wrong = self.key.lines().filter(|line| is_key_line(line)).find(|line| Key::read(line).is_none());
        wrong.map(|line| ArgumentError::new("key", invalid(line))).into_iter().collect()
    }
}

impl AuthorizedKey {
    fn file(&self, host: &dyn Probe, home: &str) -> Result<PathBuf, Failure> {
        let path = match &self.path {
            Some(path) => PathText(path.0.replace("%u", &self.user).replace("%h", home)).on(host)?,
            None => text::to_path(home).join(".ssh/authorized_keys"),
        };
        if self.follow { host.resolve_to_write(&path) } else { Ok(path) }
    }

    fn keys(&self, host: &dyn Probe) -> Result<Vec<Key>, Failure> {
        let mut lines = self.key.clone();
        if self.key.contains("://") {
            lines = text::from_bytes(&web::fetch(host, &self.key, self.validate_certs, 30)?);
        }
        let read = |line: &str| {
            let mut key = Key::read(line).ok_or_else(|| Failure::new(invalid(line)))?;
            if let Some(options) = &self.key_options {
                key.options.clone_from(options);
            }
            if let Some(comment) = &self.comment {
                key.comment.clone_from(comment);
            }
            Ok::<_, Failure>(key)
        };
        let mut keys: Vec<Key> = Vec::new();
        for key in lines.lines().filter(|line| is_key_line(line)).map(read) {
            let key = key?;
            // What is said last of a key counts, in the place where it was named first.
            match keys.iter_mut().find(|known| known.is(&key)) {
                Some(known) => *known = key,
                None => keys.push(key),
            }
        }
        Ok(keys)
    }

    fn edited(&self, before: &str, keys: &[Key]) -> String {
        let mut lines: Vec<String> = Vec::new();
        let mut missing: Vec<&Key> = keys.iter().collect();
        for line in before.lines() {
            let Some(found) = Key::read(line).filter(|_| is_key_line(line)) else {
                lines.push(line.to_owned());
                continue;
            };
            let wanted = keys.iter().find(|key| key.is(&found));
            match (self.state, wanted) {
                (State::Present, Some(wanted)) => {
                    missing.retain(|key| !key.is(&found));
                    lines.push(wanted.merged(&found, self).unwrap_or_else(|| line.to_owned()));
                }
                (State::Present, None) if self.exclusive => {}
                (State::Absent, Some(_)) => {}
                _ => lines.push(line.to_owned()),
            }
        }
        if self.state == State::Present {
            lines.extend(missing.iter().map(|key| key.line()));
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn invalid(line: &str) -> String {
    format!("invalid key specified: {line}")
}

fn is_key_line(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

impl Key {
    fn read(line: &str) -> Option<Key> {
        let parts = split(line.trim());
        let at = parts.iter().position(|part| KINDS.contains(&part.as_str()))?;
        if at > 1 {
            return None;
        }
        Some(Key {
            options: if at == 1 { parts.first()?.clone() } else { String::new() },
            kind: parts.get(at)?.clone(),
            blob: parts.get(at + 1)?.clone(),
            comment: parts.get(at + 2..).unwrap_or_default().join(" "),
        })
    }

    /// Whether it is the same key, whatever is said of it.
    fn is(&self, other: &Key) -> bool {
        self.blob == other.blob && self.kind == other.kind
    }

    fn line(&self) -> String {
        let parts = [&self.options, &self.kind, &self.blob, &self.comment];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// The line when something of it is to be another; `None` when it may stay.
    fn merged(&self, found: &Key, call: &AuthorizedKey) -> Option<String> {
        let mut wanted = self.clone();
        if call.comment.is_none() && self.comment.is_empty() {
            wanted.comment.clone_from(&found.comment);
        }
        (wanted != *found).then(|| wanted.line())
    }
}

/// Parts at blanks, those in quotes kept together.
fn split(line: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for scalar in line.chars() {
        match scalar {
            '"' => {
                quoted = !quoted;
                part.push(scalar);
            }
            ' ' | '\t' if !quoted => {
                parts.extend(Some(std::mem::take(&mut part)).filter(|part| !part.is_empty()))
            }
            scalar => part.push(scalar),
        }
    }
    parts.extend(Some(part).filter(|part| !part.is_empty()));
    parts
}
