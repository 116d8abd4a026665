//! `postgresql_ext`

use super::{Login, State, Statements, comment};
use crate::host::postgres::{identifier, literal};
use crate::host::{Failure, Fields, Plan, Probe};
use crate::modules::Module;

module! {
    /// Manages extensions of a PostgreSQL database.
    ///
    /// ```yaml
    /// - postgresql_ext: { name: pg_trgm, login_db: synapse, schema: public }
    /// - postgresql_ext: { name: postgis, db: maps, version: latest }
    /// ```
    PostgresqlExt "postgresql_ext" {
        /// The extension.
        name ["ext"]: String;
        /// The database.
        login_db ["db"]: String;
        /// The schema that it goes to.
        schema: Option<String>;
        /// Whether it is to be there.
        state: State = "present";
        /// Takes along what it needs, or what needs it.
        cascade: bool = false;
        /// Its version, or `latest`.
        version: Option<String>;
        /// What is said of it.
        comment: Option<String>;
    } with { login: Login }
}

impl Module for PostgresqlExt {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let asked = self.asked();
        let found = server.rows(host, &self.login_db, &asked)?.into_iter().next();
        let Some(found) = found else {
            return match self.state {
                State::Absent => Ok(said(Plan::nothing(), "", "")),
                State::Present => Err(host.missing(format!("the server has no extension `{}`", self.name))),
            };
        };
        let known =
            |name: &str| found.get(name).and_then(|value| value.as_text()).unwrap_or_default().to_owned();
        let before = known("version");
        let mut statements = Statements::of(&server, &self.login_db);
        let wanted = match self.version.as_deref() {
            Some("latest") => Some(known("newest")),
            version => version.map(str::to_owned),
        };
        let mut after = found.clone();
        if self.state == State::Absent {
            if !before.is_empty() {
                let cascade = if self.cascade { " CASCADE" } else { "" };
                statements.push(format!("DROP EXTENSION {}{cascade}", identifier(&self.name)));
            }
            after.set("version", "");
        } else {
            self.bring(&mut statements, &found, wanted.as_deref());
            let new = if before.is_empty() { known("newest") } else { before.clone() };
            after.set("version", wanted.clone().unwrap_or(new));
            self.schema.iter().for_each(|schema| after.set("schema", schema.as_str()));
            self.comment.iter().for_each(|text| after.set("comment", text.as_str()));
        }
        let version = after.get("version").and_then(|value| value.as_text()).unwrap_or_default().to_owned();
        let effects = vec![server.becomes(&self.login_db, &asked, vec![after])];
        Ok(said(statements.plan("queries", effects), &before, &version))
    }
}

fn said(plan: Plan, before: &str, after: &str) -> Plan {
    let plan =
        if plan.result.get("queries").is_none() { plan.with("queries", Vec::<String>::new()) } else { plan };
    plan.with("prev_version", before).with("version", after)
}

impl PostgresqlExt {
    fn asked(&self) -> String {
        format!(
            "SELECT a.name, a.default_version AS newest, coalesce(e.extversion, '') AS version, \
             coalesce(n.nspname, '') AS schema, coalesce(obj_description(e.oid, 'pg_extension'), '') AS comment \
             FROM pg_available_extensions a LEFT JOIN pg_extension e ON e.extname = a.name \
             LEFT JOIN pg_namespace n ON n.oid = e.extnamespace WHERE a.name = {}",
            literal(&self.name)
        )
    }

    fn bring(&self, statements: &mut Statements, found: &Fields, wanted: Option<&str>) {
        let known = |name: &str| found.get(name).and_then(|value| value.as_text()).unwrap_or_default();
        let name = identifier(&self.name);
        if known("version").is_empty() {
            let mut sql = format!("CREATE EXTENSION {name}");
            sql.extend(self.schema.iter().map(|schema| format!(" WITH SCHEMA {}", identifier(schema))));
            sql.extend(wanted.iter().map(|version| format!(" VERSION {}", literal(version))));
            sql.push_str(if self.cascade { " CASCADE" } else { "" });
            statements.push(sql);
        } else {
            if let Some(version) = wanted.filter(|version| *version != known("version")) {
                statements.push(format!("ALTER EXTENSION {name} UPDATE TO {}", literal(version)));
            }
            if let Some(schema) = self.schema.as_ref().filter(|schema| *schema != known("schema")) {
                statements.push(format!("ALTER EXTENSION {name} SET SCHEMA {}", identifier(schema)));
            }
        }
        if let Some(text) = self.comment.as_ref().filter(|text| *text != known("comment")) {
            statements.push(comment("EXTENSION", &name, text));
        }
    }
}
