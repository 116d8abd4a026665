//! `postgresql_schema`

use super::{Login, State, Statements, comment};
use crate::host::postgres::{identifier, literal};
use crate::host::{Failure, Fields, Plan, Probe};
use crate::modules::Module;

module! {
    /// Manages schemas of a PostgreSQL database.
    ///
    /// ```yaml
    /// - postgresql_schema: { name: app, login_db: app, owner: app }
    /// ```
    PostgresqlSchema "postgresql_schema" {
        /// The schema.
        name ["schema"]: String;
        /// The database.
        login_db ["db", "database"]: String = "postgres";
        /// Who owns it.
        owner: String = "";
        /// Whether it is to be there.
        state: State = "present";
        /// Drops what is in it, too.
        cascade_drop: bool = false;
        /// What is said of it.
        comment: Option<String>;
    } with { login: Login }
}

impl Module for PostgresqlSchema {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let asked = self.asked();
        let found = server.rows(host, &self.login_db, &asked)?.into_iter().next();
        let mut statements = Statements::of(&server, &self.login_db);
        let name = identifier(&self.name);
        let mut after = found
            .clone()
            .unwrap_or_else(|| Fields::new().with("name", self.name.as_str()).with("comment", ""));
        let known = |field: &str| {
            let found = found.as_ref().and_then(|found| found.get(field));
            found.and_then(|value| value.as_text()).unwrap_or_default().to_owned()
        };
        if self.state == State::Absent {
            if found.is_some() {
                statements
                    .push(format!("DROP SCHEMA {name}{}", if self.cascade_drop { " CASCADE" } else { "" }));
            }
        } else {
            match &found {
                None if self.owner.is_empty() => statements.push(format!("CREATE SCHEMA {name}")),
                None => {
                    statements.push(format!("CREATE SCHEMA {name} AUTHORIZATION {}", identifier(&self.owner)))
                }
                Some(_) if !self.owner.is_empty() && known("owner") != self.owner => {
                    statements.push(format!("ALTER SCHEMA {name} OWNER TO {}", identifier(&self.owner)));
                }
                Some(_) => {}
            }
            if let Some(text) = self.comment.as_ref().filter(|text| **text != known("comment")) {
                statements.push(comment("SCHEMA", &name, text));
                after.set("comment", text.as_str());
            }
            if !self.owner.is_empty() {
                after.set("owner", self.owner.as_str());
            }
        }
        let rows = if self.state == State::Absent { Vec::new() } else { vec![after] };
        let effects = vec![server.becomes(&self.login_db, &asked, rows)];
        Ok(statements.plan("queries", effects).with("schema", self.name.as_str()))
    }
}

impl PostgresqlSchema {
    fn asked(&self) -> String {
        format!(
            "SELECT nspname AS name, pg_get_userbyid(nspowner) AS owner, \
             coalesce(obj_description(oid, 'pg_namespace'), '') AS comment FROM pg_namespace WHERE nspname = {}",
            literal(&self.name)
        )
    }
}
