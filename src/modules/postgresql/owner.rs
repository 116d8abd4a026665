//! `postgresql_owner`

use super::{Login, Statements};
use crate::host::postgres::{identifier, literal};
use crate::host::{Failure, Fields, Plan, Probe};
use crate::modules::{ArgumentError, Module};

choices! {
    /// What kind of thing is owned.
    Kind {
        Aggregate = "aggregate", Collation = "collation", Conversion = "conversion", Database = "database",
        Domain = "domain", EventTrigger = "event_trigger", ForeignDataWrapper = "foreign_data_wrapper",
        ForeignTable = "foreign_table", Function = "function", Language = "language", LargeObject = "large_object",
        Matview = "matview", Procedure = "procedure", Publication = "publication", Routine = "routine",
        Schema = "schema", Sequence = "sequence", Server = "server", Statistics = "statistics", Table = "table",
        Tablespace = "tablespace", TextSearchConfiguration = "text_search_configuration",
        TextSearchDictionary = "text_search_dictionary", Type = "type", View = "view",
    }
}

module! {
    /// Gives something of a PostgreSQL database to another owner.
    ///
    /// ```yaml
    /// - postgresql_owner: { login_db: app, new_owner: app, obj_name: users, obj_type: table }
    /// - postgresql_owner: { db: app, new_owner: app, reassign_owned_by: [old] }
    /// ```
    PostgresqlOwner "postgresql_owner" {
        /// Who owns it from now on.
        new_owner: String;
        /// Its name, with its schema if it is in one.
        obj_name: Option<String>;
        /// What it is.
        obj_type ["type"]: Option<Kind>;
        /// Those who give away all that they own.
        reassign_owned_by: Option<Vec<String>>;
        /// Fails where there is no such owner.
        fail_on_role: bool = true;
        /// The database.
        login_db ["db"]: Option<String>;
    } with { login: Login }
}

impl Module for PostgresqlOwner {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let database = self.login_db.clone().unwrap_or_else(|| self.login.login_user.clone());
        let mut statements = Statements::of(&server, &database);
        let asked = self.asked();
        let found = server.rows(host, &database, &asked)?;
        if found.is_empty() {
            return match self.obj_name {
                None => Ok(statements.plan("queries", Vec::new())),
                Some(ref name) => Err(host.missing(format!("there is no `{name}`"))),
            };
        }
        let new_owner = identifier(&self.new_owner);
        let mut after = Vec::new();
        if let (Some(name), Some(kind)) = (&self.obj_name, self.obj_type) {
            let is_his =
                |row: &Fields| row.get("owner").and_then(|owner| owner.as_text()) == Some(&self.new_owner);
            if !found.iter().any(is_his) {
                let word = if kind == Kind::Matview { "materialized view" } else { kind.word() };
                let word = word.to_ascii_uppercase().replace('_', " ");
                // What can be called is named with its arguments; large objects have numbers.
                let is_plain = !name.contains('(') && kind != Kind::LargeObject;
                let name = if is_plain { dotted(name) } else { name.clone() };
                statements.push(format!("ALTER {word} {name} OWNER TO {new_owner}"));
            }
            after.push(Fields::new().with("owner", self.new_owner.as_str()));
        } else {
            let owners: Vec<String> =
                self.reassign_owned_by.iter().flatten().map(|name| identifier(name)).collect();
            statements.push(format!("REASSIGN OWNED BY {} TO {new_owner}", owners.join(", ")));
        }
        let effects = vec![server.becomes(&database, &asked, after)];
        Ok(statements.plan("queries", effects))
    }

    fn check(&self) -> Vec<ArgumentError> {
        match (&self.obj_name, self.obj_type, &self.reassign_owned_by) {
            (Some(_), Some(_), None) | (None, None, Some(_)) => Vec::new(),
            _ => vec![ArgumentError::new(
                "",
                "either `obj_name` with `obj_type`, or `reassign_owned_by` is needed",
            )],
        }
    }
}

/// A name with its schema, quoted for SQL.
fn dotted(name: &str) -> String {
    name.split('.').map(identifier).collect::<Vec<_>>().join(".")
}

impl PostgresqlOwner {
    /// The owner of the thing; or those who own something still and are to give it away.
    fn asked(&self) -> String {
        let Some(name) = &self.obj_name else {
            let owners: Vec<String> =
                self.reassign_owned_by.iter().flatten().map(|name| literal(name)).collect();
            return format!(
                "SELECT DISTINCT rolname AS owner FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid \
                 WHERE d.deptype = 'o' AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) \
                 AND rolname IN ({})",
                owners.join(", ")
            );
        };
        // Names that are in a schema are looked for without it, and without arguments.
        let bare = name.split('(').next().unwrap_or(name).rsplit('.').next().unwrap_or(name);
        let own = |table: &str, name_column: &str, owner: &str| {
            format!(
                "SELECT pg_get_userbyid({owner}) AS owner FROM {table} WHERE {name_column} = {}",
                literal(bare)
            )
        };
        match self.obj_type {
            Some(Kind::Database) => own("pg_database", "datname", "datdba"),
            Some(Kind::Schema) => own("pg_namespace", "nspname", "nspowner"),
            Some(Kind::Tablespace) => own("pg_tablespace", "spcname", "spcowner"),
            Some(Kind::Function | Kind::Procedure | Kind::Routine | Kind::Aggregate) => {
                own("pg_proc", "proname", "proowner")
            }
            Some(Kind::Type | Kind::Domain) => own("pg_type", "typname", "typowner"),
            Some(Kind::Collation) => own("pg_collation", "collname", "collowner"),
            Some(Kind::Conversion) => own("pg_conversion", "conname", "conowner"),
            Some(Kind::EventTrigger) => own("pg_event_trigger", "evtname", "evtowner"),
            Some(Kind::ForeignDataWrapper) => own("pg_foreign_data_wrapper", "fdwname", "fdwowner"),
            Some(Kind::Server) => own("pg_foreign_server", "srvname", "srvowner"),
            Some(Kind::Language) => own("pg_language", "lanname", "lanowner"),
            Some(Kind::LargeObject) => own("pg_largeobject_metadata", "oid::text", "lomowner"),
            Some(Kind::Publication) => own("pg_publication", "pubname", "pubowner"),
            Some(Kind::Statistics) => own("pg_statistic_ext", "stxname", "stxowner"),
            Some(Kind::TextSearchConfiguration) => own("pg_ts_config", "cfgname", "cfgowner"),
            Some(Kind::TextSearchDictionary) => own("pg_ts_dict", "dictname", "dictowner"),
            _ => format!(
                "SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = to_regclass({})",
                literal(&dotted(name))
            ),
        }
    }
}
