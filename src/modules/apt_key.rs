//! `apt_key`

use super::argument::{Mode, PathText};
use super::files::{self, FileAttributes};
use super::place::Placement;
use super::web;
use super::{ArgumentError, Module};
use crate::host::openpgp::{self, Key};
use crate::host::{Carried, Change, Content, Data, Failure, Fields, Kind, Plan, Probe, Report, text};
use std::path::{Path, PathBuf};

/// Where apt looks for keys whose sources name none.
const TRUSTED: &str = "/etc/apt/trusted.gpg";
const TRUSTED_PARTS: &str = "/etc/apt/trusted.gpg.d";
/// Seconds to wait for a server of keys.
const PATIENCE: i64 = 30;

choices! {
    /// Whether the key is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to the keys that apt trusts. Keyrings are written as they are: neither `apt-key` nor `gpg` is needed.
    ///
    /// Without a keyring, a key gets a file of its own in `/etc/apt/trusted.gpg.d`.
    ///
    /// ```yaml
    /// - apt_key: { url: "https://example.org/key.asc", keyring: /etc/apt/keyrings/example.gpg }
    /// - apt_key: { keyserver: keyserver.ubuntu.com, id: 36A1D7869245C8950F966E92D8576A8BA88D21E9 }
    /// - apt_key: { id: 0xA88D21E9, state: absent }
    /// ```
    AptKey "apt_key" {
        /// The number of the key: its fingerprint, or the end of it.
        id: Option<String>;
        /// The key itself.
        data: Option<String>;
        /// A file of the host that holds it.
        file: Option<PathText>;
        /// The keyring.
        keyring: Option<PathText>;
        /// An address of it.
        url: Option<String>;
        /// A server of keys that has it.
        keyserver: Option<String>;
        /// Whether it is to be there.
        state: State = "present";
        /// Whether the certificate of the server must be good.
        validate_certs: bool = true;
    }
}

/// A keyring of the host and what it holds.
struct Keyring {
    path: PathBuf,
    keys: Vec<Key>,
}

impl Module for AptKey {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let keyrings = self.keyrings(host)?;
        let wanted = self.id.as_deref().and_then(openpgp::plain_id);
        let there = |id: &str| keyrings.iter().flat_map(|ring| &ring.keys).any(|key| key.is(id));
        if self.state == State::Present && wanted.as_deref().is_some_and(&there) {
            return Ok(self.say(wanted.as_deref(), None, &keyrings));
        }
        let given =
            if self.state == State::Absent && wanted.is_some() { Vec::new() } else { self.given(host)? };
        let id = match (wanted, given.first()) {
            (Some(wanted), _) => wanted,
            (None, Some(key)) => key.fingerprint().to_owned(),
            (None, None) => return Err(host.missing("no key was found in what was given".to_owned())),
        };
        let fingerprint = given.iter().find(|key| key.is(&id)).map(|key| key.fingerprint().to_owned());
        let mut plan = self.say(Some(&id), fingerprint.as_deref(), &keyrings);
        match self.state {
            State::Absent => plan.changes = removal(host, &keyrings, &id)?,
            State::Present if there(&id) => {}
            State::Present if fingerprint.is_none() => {
                return Err(Failure::new(format!("the key {id} is not in what was given")));
            }
            State::Present => {
                let addition = self.addition(host, given)?;
                plan.changes = addition.changes;
                plan.again = addition.again;
            }
        }
        Ok(plan)
    }

    fn report(&self, host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        if carried.changed() {
            result.set("after", ids(&self.keyrings(host)?));
        }
        Ok(result.into())
    }

    fn check(&self) -> Vec<ArgumentError> {
        let sources =
            [self.data.is_some(), self.file.is_some(), self.url.is_some(), self.keyserver.is_some()];
        let given = sources.iter().filter(|given| **given).count();
        let mut errors = Vec::new();
        if given > 1 {
            errors.push(ArgumentError::new("", exclusive!("data|file|keyserver|url")));
        }
        if given == 0 && self.id.is_none() {
            errors.push(ArgumentError::new("", one_of!("data, file, id, keyserver, url")));
        }
        if self.keyserver.is_some() && self.id.is_none() {
            errors.push(ArgumentError::new("id", "`keyserver` needs an `id`"));
        }
        if let Some(id) = self.id.as_deref().filter(|id| openpgp::plain_id(id).is_none()) {
            errors.push(ArgumentError::new("id", format!("`{id}` is no number of a key")));
        }
        errors
    }
}

impl AptKey {
    /// The keyrings in which the key may be.
    fn keyrings(&self, host: &dyn Probe) -> Result<Vec<Keyring>, Failure> {
        let mut paths = Vec::new();
        match &self.keyring {
            Some(keyring) => paths.push(keyring.on(host)?),
            None => {
                paths.push(PathBuf::from(TRUSTED));
                let parts = Path::new(TRUSTED_PARTS);
                let names = if host.is_directory(parts)? { host.list(parts)? } else { Vec::new() };
                let is_ring =
                    |path: &PathBuf| path.extension().is_some_and(|end| end == "gpg" || end == "asc");
                paths.extend(names.into_iter().map(|name| parts.join(name)).filter(is_ring));
            }
        }
        let mut keyrings = Vec::new();
        for path in paths {
            let keys = if host.exists(&path)? { openpgp::keys(&host.read(&path)?) } else { Vec::new() };
            keyrings.push(Keyring { path, keys });
        }
        Ok(keyrings)
    }

    /// The keys that the task gives.
    fn given(&self, host: &dyn Probe) -> Result<Vec<Key>, Failure> {
        let bytes = if let Some(data) = &self.data {
            text::to_bytes(data)
        } else if let Some(file) = &self.file {
            let path = file.on(host)?;
            if !host.exists(&path)? {
                return Err(host.missing(format!("`{}` does not exist", path.display())));
            }
            host.read(&path)?
        } else if let Some(url) = &self.url {
            web::fetch(host, url, self.validate_certs, PATIENCE)?
        } else if let (Some(server), Some(id)) = (&self.keyserver, &self.id) {
            let id = openpgp::plain_id(id).unwrap_or_default();
            web::fetch(host, &lookup_address(server, &id), self.validate_certs, PATIENCE)?
        } else {
            return Err(host.missing(format!(
                "the key {} is not there, and nothing says where it comes from",
                self.id.as_deref().unwrap_or_default()
            )));
        };
        Ok(openpgp::keys(&bytes))
    }

    fn say(&self, id: Option<&str>, fingerprint: Option<&str>, keyrings: &[Keyring]) -> Plan {
        let id = id.unwrap_or_default();
        let known = keyrings.iter().flat_map(|ring| &ring.keys).find(|key| key.is(id)).map(Key::fingerprint);
        let fingerprint = fingerprint.or(known).unwrap_or(id);
        let before = ids(keyrings);
        let result = Fields::new()
            .with("id", openpgp::last(id, 16))
            .with("fp", fingerprint)
            .with("key_id", openpgp::last(fingerprint, 16))
            .with("short_id", openpgp::last(fingerprint, 8))
            .with("before", before.clone());
        Plan::say(result.with("after", before))
    }

    /// Puts the keys into the keyring, beside those that it has.
    fn addition(&self, host: &dyn Probe, mut given: Vec<Key>) -> Result<Plan, Failure> {
        let path = match &self.keyring {
            Some(keyring) => keyring.on(host)?,
            None => {
                let id = given.first().map_or("", Key::id);
                Path::new(TRUSTED_PARTS).join(format!("{id}.gpg"))
            }
        };
        let parent = path.parent().unwrap_or(Path::new("/"));
        let missing = files::directories(host, parent, &FileAttributes::none())?;
        if !missing.is_empty() {
            return Ok(Plan::from(missing).and_again());
        }
        let mut keys = if host.exists(&path)? { openpgp::keys(&host.read(&path)?) } else { Vec::new() };
        given.retain(|key| !keys.iter().any(|known| known.fingerprint() == key.fingerprint()));
        keys.append(&mut given);
        written(host, &path, &keys).map(Plan::from)
    }
}

/// Takes a key out of the keyrings; one that holds nothing else goes as a whole.
fn removal(host: &dyn Probe, keyrings: &[Keyring], id: &str) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for ring in keyrings.iter().filter(|ring| ring.keys.iter().any(|key| key.is(id))) {
        let left: Vec<Key> = ring.keys.iter().filter(|key| !key.is(id)).cloned().collect();
        if left.is_empty() {
            changes.push(Change::Remove { path: ring.path.clone(), kind: Kind::File });
        } else {
            changes.extend(written(host, &ring.path, &left)?);
        }
    }
    Ok(changes)
}

/// Writes a keyring that everybody can read.
fn written(host: &dyn Probe, path: &Path, keys: &[Key]) -> Result<Vec<Change>, Failure> {
    let bytes = openpgp::keyring(keys);
    let armoured = path.extension().is_some_and(|end| end == "asc");
    let content = if armoured { openpgp::armoured(&bytes).into_bytes() } else { bytes };
    let attributes = FileAttributes { mode: Some(Mode::Octal(0o644)), ..FileAttributes::none() };
    Ok(Placement::of(path, Content::inline(content), &attributes).plan(host)?.changes)
}

/// The address under which a server of keys gives a key.
fn lookup_address(server: &str, id: &str) -> String {
    let base = match server.split_once("://") {
        Some(("hkps", rest)) => format!("https://{rest}"),
        Some(("hkp", rest)) if rest.contains(':') => format!("http://{rest}"),
        Some(("hkp", rest)) => format!("http://{rest}:11371"),
        Some(_) => server.to_owned(),
        None => format!("http://{server}:11371"),
    };
    format!("{}/pks/lookup?op=get&options=mr&search=0x{id}", base.trim_end_matches('/'))
}

/// The long numbers of all keys.
fn ids(keyrings: &[Keyring]) -> Data {
    let keys = keyrings.iter().flat_map(|ring| &ring.keys);
    Data::List(keys.map(|key| Data::from(key.id())).collect())
}
