//! `getent`

use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, users};

module! {
    /// Looks into a database of the host, such as `passwd` or `hosts`.
    ///
    /// What is found becomes the fact `getent_` and the name of the database.
    ///
    /// ```yaml
    /// - getent: { database: passwd, key: root }
    /// ```
    Getent "getent" {
        /// The database.
        database: String;
        /// Who or what is looked for; all there is if nothing is said.
        key: Option<String>;
        /// What parts the fields.
        split: Option<String>;
        /// Where it is looked for.
        service: Option<String>;
        /// Fails when it is not found.
        fail_key: bool = true;
    }
}

impl Module for Getent {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let said = users::getent(host, &self.database, self.key.as_deref())?;
        let mut found = Fields::new();
        match said.number::<i64>("rc") {
            Some(0) => self.read(&said.text("stdout").unwrap_or_default(), &mut found),
            Some(1) => return Err(format!("there is no database `{}`", self.database).into()),
            Some(2) if self.fail_key => {
                return Err(
                    host.missing("one or more supplied key could not be found in the database".to_owned())
                );
            }
            Some(3) => return Err("the database cannot be listed".into()),
            Some(_) => {
                if let Some(key) = &self.key {
                    found.set(key.as_str(), Data::Null);
                }
            }
            None => return Err(host.missing("there is no `getent` on this host".to_owned())),
        }
        let facts = Fields::new().with(format!("getent_{}", self.database), found);
        Ok(Plan::say(Fields::new().with("ansible_facts", facts)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let database = ArgumentError::option("database", "database", &self.database);
        let key = self.key.iter().filter_map(|key| ArgumentError::option("key", "key", key));
        database.into_iter().chain(key).collect()
    }
}

impl Getent {
    fn read(&self, text: &str, found: &mut Fields) {
        let colon = ["passwd", "shadow", "group", "gshadow"].contains(&self.database.as_str());
        for line in text.lines() {
            let parts: Vec<&str> = match (&self.split, colon) {
                (Some(split), _) => line.split(split.as_str()).collect(),
                (None, true) => line.split(':').collect(),
                (None, false) => line.split_whitespace().collect(),
            };
            if let Some((key, rest)) = parts.split_first() {
                let rest: Vec<Data> = rest.iter().map(|part| Data::from(*part)).collect();
                found.set(*key, Data::List(rest));
            }
        }
    }
}
