//! `htpasswd`

use super::argument::PathText;
use super::edit::{self, Rewriting};
use super::{ArgumentError, FileAttributes, Module};
use crate::host::{Change, Failure, Kind, Plan, Probe, crypt, random_word, text};

choices! {
    /// Whether the user is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// How passwords are hashed.
    Scheme {
        Apr = "apr_md5_crypt" | "portable" | "portable_apache22" | "host_apache22", Md5 = "md5_crypt",
        Sha1 = "ldap_sha1", Sha256 = "sha256_crypt" | "portable_apache24_sha256", Sha512 = "sha512_crypt" | "host",
        Bcrypt = "bcrypt" | "portable_apache24" | "host_apache24", Plain = "plaintext",
    }
}

module! {
    /// Sees to a user in a file of passwords that web servers read.
    ///
    /// ```yaml
    /// - htpasswd: { path: /etc/nginx/passwd, name: jan, password: secret, owner: root, group: www-data, mode: "0640" }
    /// - htpasswd: { path: /etc/nginx/passwd, name: jan, state: absent }
    /// ```
    Htpasswd "htpasswd" {
        /// The file.
        path ["dest", "destfile"]: PathText;
        /// The user.
        name ["username"]: String;
        /// The password.
        password: Option<String>;
        /// How it is hashed; `bcrypt` needs the host's `htpasswd`, SHA-2 its `openssl`.
        hash_scheme ["crypt_scheme"]: Scheme = "apr_md5_crypt";
        /// Whether the user is to be there.
        state: State = "present";
        /// Makes the file when it is not there.
        create: bool = true;
    } with { attributes: FileAttributes }
}

impl Module for Htpasswd {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let path = self.path.on(host)?;
        let original = edit::read(host, &path)?;
        if original.text.is_none() && (!self.create || self.state == State::Absent) {
            return match self.state {
                State::Present => Err(host.missing(format!("`{}` does not exist", path.display()))),
                State::Absent => Ok(Plan::nothing().with("msg", format!("{} not present", self.name))),
            };
        }
        let before = original.text.clone().unwrap_or_default();
        let own = format!("{}:", self.name);
        let line = edit::lines(&before).into_iter().find(|line| line.starts_with(&own));
        let found = line.and_then(|line| edit::bare(&line).strip_prefix(&own).map(str::to_owned));
        let others: Vec<String> =
            edit::lines(&before).into_iter().filter(|line| !line.starts_with(&own)).collect();
        let (after, message) = match (self.state, found) {
            (State::Absent, None) => (before, format!("{} not present", self.name)),
            (State::Absent, Some(_)) => (others.concat(), format!("Remove {}", self.name)),
            (State::Present, Some(hash)) if self.agrees(host, &text::from_path(&path), &hash)? => {
                (before, format!("{} already present", self.name))
            }
            (State::Present, _) => (self.with_user(host, &before)?, format!("Add/update {}", self.name)),
        };
        if self.state == State::Absent && after.is_empty() {
            let change = Change::Remove { path: original.path, kind: Kind::File };
            return Ok(Plan::one(change).with("msg", message));
        }
        let how =
            Rewriting { attributes: &self.attributes, backup: false, validate: None, message: &message };
        let mut plan = original.rewrite(host, &after, &how)?;
        plan.result = crate::host::Fields::new();
        Ok(plan.with("msg", message))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.state == State::Present && self.password.is_none() {
            wrong.push(ArgumentError::new("", "argument `password` is missing"));
        }
        if self.name.contains([':', '\n']) || self.name.is_empty() {
            wrong.push(ArgumentError::new("name", "a name must have neither colons nor line ends"));
        }
        wrong
    }
}

impl Htpasswd {
    /// Whether the hash is one of the password, however it was made.
    fn agrees(&self, host: &dyn Probe, file: &str, hash: &str) -> Result<bool, Failure> {
        let password = self.password.as_deref().unwrap_or_default();
        let parts: Vec<&str> = hash.split('$').collect();
        Ok(match parts.as_slice() {
            ["", "apr1", salt, _] => crypt::md5("$apr1$", salt, password) == hash,
            ["", "1", salt, _] => crypt::md5("$1$", salt, password) == hash,
            ["", kind @ ("5" | "6"), salt, _] => crypt::sha2(host, kind, salt, password)? == hash,
            _ if hash.starts_with("{SHA}") => crypt::sha1(password) == hash,
            ["", ..] => crypt::htpasswd_agrees(host, file, &self.name, password)?,
            _ => self.hash_scheme == Scheme::Plain && hash == password,
        })
    }

    fn with_user(&self, host: &dyn Probe, before: &str) -> Result<String, Failure> {
        let own = format!("{}:", self.name);
        let wanted = format!("{own}{}\n", self.hash(host)?);
        let mut lines = edit::lines(before);
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push('\n');
        }
        match lines.iter_mut().find(|line| line.starts_with(&own)) {
            Some(line) => *line = wanted,
            None => lines.push(wanted),
        }
        Ok(lines.concat())
    }

    fn hash(&self, host: &dyn Probe) -> Result<String, Failure> {
        let password = self.password.as_deref().unwrap_or_default();
        let salt: String = random_word()?.chars().take(8).collect();
        let long: String = random_word()?.chars().take(16).collect();
        Ok(match self.hash_scheme {
            Scheme::Apr => crypt::md5("$apr1$", &salt, password),
            Scheme::Md5 => crypt::md5("$1$", &salt, password),
            Scheme::Sha1 => crypt::sha1(password),
            Scheme::Sha256 => crypt::sha2(host, "5", &long, password)?,
            Scheme::Sha512 => crypt::sha2(host, "6", &long, password)?,
            Scheme::Bcrypt => crypt::bcrypt(host, password)?,
            Scheme::Plain => password.to_owned(),
        })
    }
}
