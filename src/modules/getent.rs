//! `getent`

use super::{ArgumentError, Module};
use crate::host::{Data, Failure, Fields, Plan, Probe, users};

const NOT_FOUND: &str = "One or more supplied key could not be found in the database.";

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
        let said = users::getent(host, &self.database, self.key.as_deref(), self.service.as_deref())?;
        let mut found = Fields::new();
        let mut result = Fields::new();
        match said.number::<i64>("rc") {
            Some(0) => found = self.read(&said.text("stdout").unwrap_or_default()),
            Some(2) if !self.fail_key => {
                self.key.iter().for_each(|key| found.set(key.as_str(), Data::Null));
                result.set("msg", NOT_FOUND);
            }
            Some(2) => return Err(host.missing(NOT_FOUND.to_owned())),
            Some(3) => return Err("Enumeration not supported on this database.".into()),
            Some(_) => return Err(format!("there is no database `{}`", self.database).into()),
            None => return Err(host.missing("there is no `getent` on this host".to_owned())),
        }
        let facts = Fields::new().with(format!("getent_{}", self.database), found);
        Ok(Plan::say(result.with("ansible_facts", facts)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let database = ArgumentError::option("database", "database", &self.database);
        let key = self.key.iter().filter_map(|key| ArgumentError::option("key", "key", key));
        let service =
            self.service.iter().filter_map(|name| ArgumentError::option("service", "service", name));
        database.into_iter().chain(key).chain(service).collect()
    }
}

impl Getent {
    /// What stands behind each key; a list of that where the key stands there more than once.
    fn read(&self, text: &str) -> Fields {
        let mut records: Vec<(String, Vec<Data>)> = Vec::new();
        for line in text.lines() {
            let Some((key, rest)) = self.parts(line) else { continue };
            match records.iter_mut().find(|(known, _)| *known == key) {
                Some((_, all)) => all.push(rest),
                None => records.push((key, vec![rest])),
            }
        }
        let told = |mut all: Vec<Data>| if all.len() == 1 { all.remove(0) } else { Data::List(all) };
        records.into_iter().map(|(key, all)| (key, told(all))).collect()
    }

    fn parts(&self, line: &str) -> Option<(String, Data)> {
        let colon = ["passwd", "shadow", "group", "gshadow"].contains(&self.database.as_str());
        let parts: Vec<&str> = match (&self.split, colon) {
            (Some(split), _) => line.split(split.as_str()).collect(),
            (None, true) => line.split(':').collect(),
            (None, false) => line.split_whitespace().collect(),
        };
        let (key, rest) = parts.split_first()?;
        Some(((*key).to_owned(), Data::List(rest.iter().map(|part| Data::from(*part)).collect())))
    }
}
