//! `postgresql_privs`

use super::{Login, State, Statements};
use crate::host::postgres::{identifier, literal};
use crate::host::{Data, Failure, Fields, Plan, Probe};
use crate::modules::{ArgumentError, Module};

choices! {
    /// What kind of things rights are about.
    Kind {
        Table = "table", Sequence = "sequence", Function = "function", Procedure = "procedure", Database = "database",
        Schema = "schema", Language = "language", Tablespace = "tablespace", Type = "type",
        ForeignDataWrapper = "foreign_data_wrapper", ForeignServer = "foreign_server", Group = "group",
        DefaultPrivs = "default_privs", Parameter = "parameter",
    }
}

module! {
    /// Grants rights in a PostgreSQL database, or revokes them.
    ///
    /// ```yaml
    /// - postgresql_privs: { login_db: app, privs: "SELECT,INSERT", type: table, objs: users, schema: public, roles: reader }
    /// - postgresql_privs: { db: app, type: database, priv: CONNECT, role: "reader,writer" }
    /// - postgresql_privs: { db: app, type: group, objs: admins, roles: jan }
    /// ```
    PostgresqlPrivs "postgresql_privs" {
        /// The database.
        login_db ["db", "database"]: String;
        /// Whether the rights are to be there.
        state: State = "present";
        /// The rights, by commas; `ALL` for all.
        privs ["priv"]: Option<String>;
        /// What they are about.
        r#type: Kind = "table";
        /// The names of the things, by commas; `ALL_IN_SCHEMA` for all of a schema. For functions with their arguments,
        /// parted by colons.
        objs ["obj"]: Option<String>;
        /// The schema that they are in; `public` if nothing is said.
        schema: Option<String>;
        /// Who gets them, by commas; `PUBLIC` for all.
        roles ["role"]: String;
        /// Fails where there is no such role.
        fail_on_role: bool = true;
        /// Whose things they are, for `default_privs`.
        target_roles: Option<String>;
        /// Lets those who get rights grant them on; `false` takes just that away.
        grant_option ["admin_option"]: Option<bool>;
    } with { login: Login }
}

impl Module for PostgresqlPrivs {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let asked = self.asked();
        let rows = server.rows(host, &self.login_db, &asked)?;
        let mut statements = Statements::of(&server, &self.login_db);
        let known: Vec<&str> = rows.iter().filter_map(|row| row.get("role")?.as_text()).collect();
        let mut roles = self.role_names();
        if let Some(missing) = roles.iter().find(|role| *role != "PUBLIC" && !known.contains(&role.as_str()))
        {
            if self.fail_on_role {
                return Err(host.missing(format!("there is no role `{missing}`")));
            }
            roles.retain(|role| role == "PUBLIC" || known.contains(&role.as_str()));
        }
        let objects: Vec<String> =
            rows.iter().filter_map(|row| row.get("object")?.as_text().map(str::to_owned)).collect();
        let objects = unique(objects);
        let counted = self.r#type != Kind::DefaultPrivs && self.objs.as_deref() != Some("ALL_IN_SCHEMA");
        // Without any role there are no rows that could name things.
        if counted && !rows.is_empty() && objects.len() < unique(self.objects()).len() {
            let (kind, names) = (self.r#type.word(), self.objects().join(", "));
            return Err(host.missing(format!("not all of these are there, each a {kind}: {names}")));
        }
        let present = self.state == State::Present;
        let wrong = rows.iter().filter(|row| self.is_wrong(row)).count();
        let mut after = rows.clone();
        if wrong > 0 && !roles.is_empty() {
            self.statements(&roles, &objects, &mut statements);
            for row in &mut after {
                let rights = if present { self.rights() } else { Vec::new() };
                row.set("rights", rights.clone());
                row.set("grantable", if self.grant_option == Some(true) { rights } else { Vec::new() });
            }
        }
        let effects = vec![server.becomes(&self.login_db, &asked, after)];
        Ok(statements.plan("queries", effects))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let whole = matches!(self.r#type, Kind::Database);
        if self.objs.is_none() && !whole {
            wrong.push(ArgumentError::new("", "argument `objs` is missing"));
        }
        match (&self.privs, self.r#type) {
            (Some(_), Kind::Group) => wrong.push(ArgumentError::new("privs", "`type: group` has no `privs`")),
            (None, kind) if kind != Kind::Group => {
                wrong.push(ArgumentError::new("", "argument `privs` is missing"))
            }
            _ => {}
        }
        for right in self
            .given_rights()
            .iter()
            .filter(|right| !right.chars().all(|c| c.is_ascii_uppercase() || c == ' '))
        {
            wrong.push(ArgumentError::new("privs", format!("`{right}` is no right")));
        }
        if self.state == State::Absent && self.grant_option == Some(true) {
            wrong.push(ArgumentError::new("grant_option", "`grant_option: true` goes with `state: present`"));
        }
        wrong
    }
}

/// Roles that are words of SQL: everybody, and who asks.
const WORDS: [&str; 4] = ["PUBLIC", "SESSION_USER", "CURRENT_USER", "CURRENT_ROLE"];

fn unique(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    names.into_iter().for_each(|name| {
        if !unique.contains(&name) {
            unique.push(name);
        }
    });
    unique
}

impl PostgresqlPrivs {
    fn role_names(&self) -> Vec<String> {
        let plain = |role: &str| {
            let word = WORDS.iter().find(|word| role.eq_ignore_ascii_case(word));
            word.map_or(role, |word| *word).to_owned()
        };
        self.roles.split(',').map(str::trim).filter(|role| !role.is_empty()).map(plain).collect()
    }

    fn objects(&self) -> Vec<String> {
        match &self.objs {
            Some(objects) if matches!(self.r#type, Kind::Function | Kind::Procedure) => {
                objects.split(',').map(|object| object.trim().replace(':', ",")).collect()
            }
            Some(objects) => objects.split(',').map(|object| object.trim().to_owned()).collect(),
            None => vec![self.login_db.clone()],
        }
    }

    fn given_rights(&self) -> Vec<String> {
        let rights = self
            .privs
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(|right| right.trim().to_ascii_uppercase());
        rights.filter(|right| !right.is_empty()).collect()
    }

    /// The rights one by one.
    fn rights(&self) -> Vec<String> {
        let given = self.given_rights();
        if self.r#type == Kind::Group {
            return vec!["MEMBER".to_owned()];
        }
        if !given.iter().any(|right| right == "ALL" || right == "ALL PRIVILEGES") {
            return given
                .into_iter()
                .map(|right| if right == "TEMP" { "TEMPORARY".to_owned() } else { right })
                .collect();
        }
        let all: &[&str] = match self.kind_of_rights() {
            "table" => &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
            "sequence" => &["USAGE", "SELECT", "UPDATE"],
            "database" => &["CREATE", "CONNECT", "TEMPORARY"],
            "schema" => &["CREATE", "USAGE"],
            "function" | "procedure" => &["EXECUTE"],
            "tablespace" => &["CREATE"],
            "parameter" => &["SET", "ALTER SYSTEM"],
            _ => &["USAGE"],
        };
        all.iter().map(|right| (*right).to_owned()).collect()
    }

    /// What the rights are about; for rights to come, what kind of things will be made.
    fn kind_of_rights(&self) -> &'static str {
        if self.r#type != Kind::DefaultPrivs {
            return self.r#type.word();
        }
        match self.objs.as_deref().unwrap_or_default().to_ascii_uppercase().as_str() {
            "SEQUENCES" => "sequence",
            "FUNCTIONS" | "ROUTINES" => "function",
            "TYPES" => "type",
            "SCHEMAS" => "schema",
            _ => "table",
        }
    }

    /// One row for each role and thing, and for a role alone where there is no thing: the rights that are granted, and those that may be granted on.
    fn asked(&self) -> String {
        let names: Vec<String> = self.objects().iter().map(|name| literal(name)).collect();
        let names = names.join(", ");
        let schema = self.schema.as_deref().unwrap_or("public");
        let all = self.objs.as_deref() == Some("ALL_IN_SCHEMA");
        let of_schema = |name: &str, kinds: &str| {
            let names = if all { String::new() } else { format!(" AND {name} IN ({names})") };
            format!(
                "JOIN pg_namespace n ON n.oid = {kinds}namespace WHERE n.nspname = {}{names}",
                literal(schema)
            )
        };
        let things = match self.r#type {
            Kind::Table => format!(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS object, coalesce(relacl, acldefault('r', relowner)) AS acl \
                 FROM pg_class c {} AND c.relkind IN ('r', 'v', 'm', 'f', 'p')",
                of_schema("c.relname", "c.rel")
            ),
            Kind::Sequence => format!(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS object, coalesce(relacl, acldefault('s', relowner)) AS acl \
                 FROM pg_class c {} AND c.relkind = 'S'",
                of_schema("c.relname", "c.rel")
            ),
            Kind::Function | Kind::Procedure => {
                let kind = if self.r#type == Kind::Procedure { "= 'p'" } else { "<> 'p'" };
                let rights = "coalesce(proacl, acldefault('f', proowner)) AS acl";
                let start = format!("SELECT p.oid::regprocedure::text AS object, {rights} FROM pg_proc p");
                if all {
                    format!("{start} {} AND p.prokind {kind}", of_schema("p.proname", "p.pro"))
                } else {
                    let found = |name: &String| {
                        format!("to_regprocedure({})", literal(&format!("{}.{name}", identifier(schema))))
                    };
                    let found: Vec<String> = self.objects().iter().map(found).collect();
                    format!("{start} WHERE p.oid IN ({}) AND p.prokind {kind}", found.join(", "))
                }
            }
            Kind::Type => format!(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS object, coalesce(typacl, acldefault('T', typowner)) AS acl \
                 FROM pg_type t {}",
                of_schema("t.typname", "t.typ")
            ),
            Kind::Database => whole("pg_database", "dat", "datdba", "d", &names),
            Kind::Schema => whole("pg_namespace", "nsp", "nspowner", "n", &names),
            Kind::Language => whole("pg_language", "lan", "lanowner", "l", &names),
            Kind::Tablespace => whole("pg_tablespace", "spc", "spcowner", "t", &names),
            Kind::ForeignDataWrapper => whole("pg_foreign_data_wrapper", "fdw", "fdwowner", "F", &names),
            Kind::ForeignServer => whole("pg_foreign_server", "srv", "srvowner", "S", &names),
            Kind::Parameter => format!(
                "SELECT v.name AS object, (SELECT paracl FROM pg_parameter_acl WHERE parname = v.name) AS acl \
                 FROM unnest(ARRAY[{names}]) v(name)"
            ),
            Kind::DefaultPrivs => self.default_things(),
            Kind::Group => return self.memberships(&names),
        };
        format!(
            "SELECT r.role, o.object, \
             coalesce((SELECT json_agg(DISTINCT a.privilege_type) FROM aclexplode(o.acl) a WHERE a.grantee = r.oid), '[]') AS rights, \
             coalesce((SELECT json_agg(DISTINCT a.privilege_type) FROM aclexplode(o.acl) a WHERE a.grantee = r.oid AND a.is_grantable), '[]') AS grantable \
             FROM ({}) r LEFT JOIN ({things}) o ON true ORDER BY 2, 1",
            self.grantees()
        )
    }

    fn grantees(&self) -> String {
        let names: Vec<String> = self.role_names().iter().map(|role| literal(role)).collect();
        let named = format!(
            "SELECT oid, rolname::text AS role FROM pg_roles WHERE rolname IN ({})",
            names.join(", ")
        );
        let roles = self.role_names();
        let by_word =
            WORDS.iter().filter(|word| roles.iter().any(|role| role == *word)).map(|word| match *word {
                "PUBLIC" => "SELECT 0::oid AS oid, 'PUBLIC' AS role".to_owned(),
                word => format!("SELECT oid, '{word}' AS role FROM pg_roles WHERE rolname = {word}"),
            });
        by_word.chain([named]).collect::<Vec<_>>().join(" UNION ")
    }

    /// Rights to things that will be made.
    fn default_things(&self) -> String {
        let kind = match self.kind_of_rights() {
            "sequence" => "S",
            "function" => "f",
            "type" => "T",
            "schema" => "n",
            _ => "r",
        };
        let schema = self.schema.as_deref().map_or("0::oid".to_owned(), |schema| {
            format!("(SELECT oid FROM pg_namespace WHERE nspname = {})", literal(schema))
        });
        let owners = self
            .target_roles
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|role| !role.is_empty());
        let owners: Vec<String> = owners.map(literal).collect();
        let owners = if owners.is_empty() {
            "SELECT current_user::text AS name".to_owned()
        } else {
            format!("SELECT unnest(ARRAY[{}]) AS name", owners.join(", "))
        };
        format!(
            "SELECT {} AS object, (SELECT defaclacl FROM pg_default_acl d WHERE d.defaclobjtype = '{kind}' \
             AND d.defaclnamespace = {schema} AND pg_get_userbyid(d.defaclrole) = w.name) AS acl FROM ({owners}) w",
            literal(&self.objs.clone().unwrap_or_default().to_ascii_uppercase())
        )
    }

    fn memberships(&self, names: &str) -> String {
        format!(
            "SELECT r.role, quote_ident(g.rolname) AS object, \
             CASE WHEN m.member IS NULL THEN '[]'::json ELSE '[\"MEMBER\"]'::json END AS rights, \
             CASE WHEN m.admin_option THEN '[\"MEMBER\"]'::json ELSE '[]'::json END AS grantable \
             FROM ({}) r LEFT JOIN pg_roles g ON g.rolname IN ({names}) \
             LEFT JOIN pg_auth_members m ON m.roleid = g.oid AND m.member = r.oid ORDER BY 2, 1",
            self.grantees()
        )
    }

    /// Whether a row, of a thing and a role, is not as it is to be.
    fn is_wrong(&self, row: &Fields) -> bool {
        let row = Data::Map(row.clone());
        if row.entry("object").is_null() {
            return false;
        }
        let has = |list: &str, right: &String| row.list(list).contains(&Data::from(right.as_str()));
        let rights = self.rights();
        match (self.state, self.grant_option) {
            (State::Present, Some(true)) => rights.iter().any(|right| !has("grantable", right)),
            (State::Present, Some(false)) => {
                rights.iter().any(|right| !has("rights", right) || has("grantable", right))
            }
            (State::Present, None) => rights.iter().any(|right| !has("rights", right)),
            (State::Absent, _) => rights.iter().any(|right| has("rights", right)),
        }
    }

    fn statements(&self, roles: &[String], objects: &[String], statements: &mut Statements) {
        let named =
            |role: &String| if WORDS.contains(&role.as_str()) { role.clone() } else { identifier(role) };
        let roles = roles.iter().map(named).collect::<Vec<_>>().join(", ");
        let objects = objects.join(", ");
        let (option, kind) = match self.r#type {
            Kind::Group => ("ADMIN", String::new()),
            Kind::DefaultPrivs => ("GRANT", String::new()),
            kind => ("GRANT", format!("{} ", kind.word().to_ascii_uppercase().replace('_', " "))),
        };
        let rights = match self.r#type {
            Kind::Group => objects,
            Kind::DefaultPrivs => format!("{} ON {objects}", self.given_rights().join(", ")),
            _ => format!("{} ON {kind}{objects}", self.given_rights().join(", ")),
        };
        let front = if self.r#type == Kind::DefaultPrivs { self.default_front() } else { String::new() };
        if self.state == State::Absent {
            statements.push(format!("{front}REVOKE {rights} FROM {roles}"));
            return;
        }
        let with =
            if self.grant_option == Some(true) { format!(" WITH {option} OPTION") } else { String::new() };
        statements.push(format!("{front}GRANT {rights} TO {roles}{with}"));
        if self.grant_option == Some(false) {
            statements.push(format!("{front}REVOKE {option} OPTION FOR {rights} FROM {roles}"));
        }
    }

    fn default_front(&self) -> String {
        let mut front = "ALTER DEFAULT PRIVILEGES ".to_owned();
        if let Some(targets) = &self.target_roles {
            let targets: Vec<String> = targets.split(',').map(|role| identifier(role.trim())).collect();
            front.push_str(&format!("FOR ROLE {} ", targets.join(", ")));
        }
        if let Some(schema) = &self.schema {
            front.push_str(&format!("IN SCHEMA {} ", identifier(schema)));
        }
        front
    }
}

/// Things of which there is one table of names and rights.
fn whole(table: &str, prefix: &str, owner: &str, kind: &str, names: &str) -> String {
    format!(
        "SELECT quote_ident({prefix}name) AS object, coalesce({prefix}acl, acldefault('{kind}', {owner})) AS acl \
         FROM {table} WHERE {prefix}name IN ({names})"
    )
}
