//! `rpm_key`

use super::argument::PathText;
use super::{ArgumentError, Module, web};
use crate::host::openpgp::{self, Key};
use crate::host::{Aside, Change, Content, Failure, Plan, Probe, Run, rpm};

choices! {
    /// Whether the key is to be there.
    State { Present = "present", Absent = "absent" }
}

module! {
    /// Sees to the keys that rpm trusts. `gpg` is not needed.
    ///
    /// ```yaml
    /// - rpm_key: { key: "https://example.org/RPM-GPG-KEY", fingerprint: EBC6 E12C 62B1 C734 026B 2122 A20E 5214 6B8D 79E6 }
    /// - rpm_key: { key: 6B8D79E6, state: absent }
    /// ```
    RpmKey "rpm_key" {
        /// The key: an address, a file of the host, or its number.
        key: String;
        /// Whether it is to be there.
        state: State = "present";
        /// Whether the certificate of the server must be good.
        validate_certs: bool = true;
        /// The fingerprints that the key, or its subkeys, must have.
        fingerprint: Vec<String>;
    }
}

impl Module for RpmKey {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let given = self.given(host)?;
        let id = match (&given, openpgp::plain_id(&self.key)) {
            (Some((key, _)), _) => key.fingerprint().to_owned(),
            (None, Some(id)) => id,
            (None, None) => {
                return Err(host.missing(format!("`{}` is no key, and no file of this host", self.key)));
            }
        };
        let id = id.to_ascii_lowercase();
        let known = rpm::keys(host)?;
        // Old versions of rpm know a key by its last eight digits, new ones by its fingerprint.
        let is_known = |known: &String| id.ends_with(known.as_str()) || known.ends_with(&id);
        let there = known.iter().find(|known| is_known(known)).cloned();
        match (self.state, there, given) {
            (State::Present, None, Some((key, bytes))) => {
                self.judge(&key)?;
                let after: Vec<String> =
                    known.iter().cloned().chain([openpgp::last(&id, 8).to_owned()]).collect();
                // rpm reads a key from a file only.
                let run = Run::changing(&["rpm", "--import", Aside::ARGUMENTS]);
                let asides = vec![Aside { word: Aside::ARGUMENTS, content: Content::inline(bytes) }];
                let effects = vec![rpm::keys_effect(&after)];
                let title = format!("trust the key {}", key.id());
                Ok(Plan::one(Change::Run(Run { asides, effects, ..run.titled(title) })))
            }
            (State::Present, None, None) => Err(Failure::new("a key to import must be a file or an address")),
            (State::Absent, Some(found), _) => {
                let after: Vec<String> = known.iter().filter(|known| **known != found).cloned().collect();
                let package = format!("gpg-pubkey-{found}");
                let run = Run::changing(&["rpm", "--erase", "--allmatches", &package]);
                Ok(Plan::one(Change::Run(run.with_effects(vec![rpm::keys_effect(&after)]))))
            }
            _ => Ok(Plan::nothing()),
        }
    }

    fn check(&self) -> Vec<ArgumentError> {
        let is_odd = |print: &&String| openpgp::plain_id(print).is_none();
        let odd = self.fingerprint.iter().find(is_odd);
        odd.map(|print| ArgumentError::new("fingerprint", format!("`{print}` is no fingerprint")))
            .into_iter()
            .collect()
    }
}

impl RpmKey {
    /// The key as it is given, and its bytes; nothing where only its number is.
    fn given(&self, host: &dyn Probe) -> Result<Option<(Key, Vec<u8>)>, Failure> {
        let bytes = if self.key.contains("://") {
            web::fetch(host, &self.key, self.validate_certs, 30)?
        } else {
            let path = PathText(self.key.clone()).on(host)?;
            if openpgp::plain_id(&self.key).is_some() || !host.exists(&path)? {
                return Ok(None);
            }
            host.read(&path)?
        };
        let key = openpgp::keys(&bytes).into_iter().next();
        let key = key.ok_or_else(|| Failure::new(format!("`{}` holds no public key", self.key)))?;
        Ok(Some((key, bytes)))
    }

    fn judge(&self, key: &Key) -> Result<(), Failure> {
        let wanted = self.fingerprint.iter().filter_map(|print| openpgp::plain_id(print));
        for print in wanted {
            if !key.fingerprints.contains(&print) {
                let found = key.fingerprints.join(", ");
                return Err(Failure::new(format!("the key has the fingerprints {found}, not {print}")));
            }
        }
        Ok(())
    }
}
