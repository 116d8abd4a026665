//! `postgresql_user`

use super::{Login, State, Statements, comment};
use crate::host::postgres::{identifier, literal};
use crate::host::{Carried, Data, Effect, Failure, Fields, Plan, Probe, Report, scram};
use crate::modules::argument::Argument;
use crate::modules::{ArgumentError, Module};

module! {
    /// Manages users and roles of a PostgreSQL server. Passwords are compared with what the server keeps of them.
    ///
    /// ```yaml
    /// - postgresql_user: { name: synapse, password: secret, role_attr_flags: "CREATEDB,NOSUPERUSER" }
    /// - postgresql_user: { name: old, state: absent }
    /// ```
    PostgresqlUser "postgresql_user" {
        /// The user.
        name ["user"]: String;
        /// The password, or what the server keeps of it; empty for none.
        password: Option<String>;
        /// The database to connect to.
        login_db ["db"]: String = "";
        /// Fails when a user cannot be dropped.
        fail_on_user ["fail_on_role"]: bool = true;
        /// What the user may do, by commas: `CREATEDB`, `NOSUPERUSER`, ...
        role_attr_flags: String = "";
        /// Whether the user is to be there.
        state: State = "present";
        /// Passwords are always kept hashed.
        encrypted: bool = true;
        /// When the password ends: a date, or `infinity`.
        expires: Option<String>;
        /// Leaves the password of a user alone who is there.
        no_password_changes: bool = false;
        /// How many connections the user may have.
        conn_limit: Option<i64>;
        /// What is said of the user.
        comment: Option<String>;
        /// Settings for the sessions of the user.
        configuration: Fields;
        /// Takes all other settings away.
        reset_unspecified_configuration: bool = false;
        /// Writes settings in quotes.
        quote_configuration_values: bool = true;
    } with { login: Login }
}

/// What a role may do, and the columns that say it.
const FLAGS: [(&str, &str); 7] = [
    ("SUPERUSER", "rolsuper"),
    ("CREATEROLE", "rolcreaterole"),
    ("CREATEDB", "rolcreatedb"),
    ("INHERIT", "rolinherit"),
    ("LOGIN", "rolcanlogin"),
    ("REPLICATION", "rolreplication"),
    ("BYPASSRLS", "rolbypassrls"),
];

impl Module for PostgresqlUser {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let database = if self.login_db.is_empty() { "postgres" } else { &self.login_db };
        let mut asked = self.asked("pg_authid");
        let mut rows = server.rows(host, database, &asked);
        // Who is no superuser sees roles without their passwords, and sets those each time.
        if rows.as_ref().is_err_and(|failure| failure.to_string().contains("permission denied for")) {
            asked = self.asked("pg_roles");
            rows = server.rows(host, database, &asked);
        }
        let found = rows?.into_iter().next();
        let mut statements = Statements::of(&server, database);
        let mut after = found.clone().unwrap_or_default();
        match (self.state, &found) {
            (State::Absent, None) => {}
            (State::Absent, Some(_)) => statements.push(format!("DROP USER {}", identifier(&self.name))),
            (State::Present, None) => {
                after = Fields::new().with("name", self.name.as_str());
                self.create(&mut statements, &mut after);
            }
            (State::Present, Some(found)) => self.alter(found, &mut statements, &mut after),
        }
        if self.state == State::Present {
            self.configure(found.as_ref(), &mut statements, &mut after);
            let known = after.get("comment").and_then(Data::as_text).unwrap_or_default().to_owned();
            if let Some(text) = self.comment.as_ref().filter(|text| **text != known) {
                statements.push(comment("ROLE", &identifier(&self.name), text));
                after.set("comment", text.as_str());
            }
        }
        let rows = if self.state == State::Absent { Vec::new() } else { vec![after] };
        let mut effects = vec![server.becomes(database, &asked, rows)];
        effects.extend(found.is_none().then_some(Effect::Anything));
        let mut plan = statements.plan("queries", effects).with("user", self.name.as_str());
        if self.state == State::Absent && !self.fail_on_user {
            for change in &mut plan.changes {
                if let crate::host::Change::Run(run) = change {
                    run.any_status = true;
                }
            }
        }
        Ok(plan)
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let failed = carried.output().is_some_and(|output| output.status != 0);
        let mut result = carried.result.clone();
        if self.state == State::Absent {
            result.set("user_removed", carried.changed() && !failed);
        }
        Ok(Report { changed: Some(carried.changed() && !failed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        for flag in self.flags() {
            let plain = flag.strip_prefix("NO").unwrap_or(&flag);
            if !FLAGS.iter().any(|(known, _)| *known == flag || *known == plain) {
                wrong.push(ArgumentError::new(
                    "role_attr_flags",
                    format!("Invalid role_attr_flags specified: {flag}"),
                ));
            }
        }
        if !self.encrypted {
            wrong.push(ArgumentError::new("encrypted", "no server keeps passwords as they are any more"));
        }
        wrong
    }
}

impl PostgresqlUser {
    fn flags(&self) -> Vec<String> {
        let flags = self.role_attr_flags.split(',').map(|flag| flag.trim().to_ascii_uppercase());
        flags.filter(|flag| !flag.is_empty()).collect()
    }

    fn asked(&self, table: &str) -> String {
        let flags: Vec<&str> = FLAGS.iter().map(|(_, column)| *column).collect();
        format!(
            "SELECT rolname AS name, {}, rolconnlimit AS conn_limit, \
             coalesce(to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), rolvaliduntil::text, '') AS expires, \
             coalesce(rolpassword, '') AS password, coalesce(shobj_description(a.oid, 'pg_authid'), '') AS comment, \
             coalesce((SELECT array_to_json(setconfig) FROM pg_db_role_setting s WHERE s.setrole = a.oid AND s.setdatabase = 0), '[]') AS configuration{} \
             FROM {table} a WHERE rolname = {}",
            flags.join(", "),
            self.expires_asked(),
            literal(&self.name)
        )
    }

    /// The wished end, as the server itself writes it, so that the two can be compared.
    fn expires_asked(&self) -> String {
        match &self.expires {
            None => String::new(),
            Some(expires) => format!(
                ", rolvaliduntil IS NOT DISTINCT FROM {}::timestamptz AS expires_same",
                literal(expires)
            ),
        }
    }

    /// The options of a role that are asked for, password aside.
    fn options(&self, with_expires: bool) -> Vec<String> {
        let mut options = self.flags();
        options.extend(
            self.expires
                .as_ref()
                .filter(|_| with_expires)
                .map(|expires| format!("VALID UNTIL {}", literal(expires))),
        );
        options.extend(self.conn_limit.map(|limit| format!("CONNECTION LIMIT {limit}")));
        options
    }

    fn with_flags(&self, after: &mut Fields) {
        for (flag, column) in FLAGS {
            if self.flags().iter().any(|wanted| wanted == flag) {
                after.set(column, true);
            }
            if self.flags().contains(&format!("NO{flag}")) {
                after.set(column, false);
            }
        }
        self.conn_limit.iter().for_each(|limit| after.set("conn_limit", *limit));
        if self.expires.is_some() {
            after.set("expires_same", true);
        }
    }

    /// The password in SQL, as it is run and as it is shown.
    fn password_words(&self) -> Option<(String, &'static str)> {
        match self.password.as_deref()? {
            "" => Some(("PASSWORD NULL".to_owned(), "PASSWORD NULL")),
            password => {
                Some((format!("ENCRYPTED PASSWORD {}", literal(password)), "ENCRYPTED PASSWORD '********'"))
            }
        }
    }

    fn create(&self, statements: &mut Statements, after: &mut Fields) {
        let options = self.options(true).join(" ");
        let start = format!("CREATE USER {}", identifier(&self.name));
        let joined = |password: &str| {
            let words = [&start, "WITH", password, options.as_str()].map(str::trim);
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            words.join(" ").trim_end_matches(" WITH").to_owned()
        };
        let (password, shown) = self.password_words().unwrap_or_default();
        statements.push_secret(joined(&password), joined(shown));
        FLAGS
            .iter()
            .for_each(|(_, column)| after.set(*column, matches!(*column, "rolinherit" | "rolcanlogin")));
        after.set("password", self.password.clone().unwrap_or_default());
        after.set("conn_limit", -1);
        self.with_flags(after);
    }

    fn alter(&self, found: &Fields, statements: &mut Statements, after: &mut Fields) {
        let kept = found.get("password").and_then(Data::as_text).unwrap_or_default();
        let same_password = match self.password.as_deref() {
            None => true,
            Some("") => kept.is_empty(),
            Some(password) if scram::is_kept_form(password) => kept == password,
            Some(password) => scram::agrees(kept, &self.name, password),
        };
        self.with_flags(after);
        let same = FLAGS.iter().all(|(_, column)| found.get(column) == after.get(column))
            && found.get("conn_limit") == after.get("conn_limit")
            && found.get("expires_same") == after.get("expires_same");
        let name = identifier(&self.name);
        if let Some((password, shown)) =
            self.password_words().filter(|_| !same_password && !self.no_password_changes)
        {
            statements.push_secret(
                format!("ALTER USER {name} WITH {password}"),
                format!("ALTER USER {name} WITH {shown}"),
            );
            after.set("password", self.password.clone().unwrap_or_default());
        }
        if !same {
            statements.push(format!("ALTER USER {name} WITH {}", self.options(true).join(" ")));
        }
    }

    /// Settings for sessions; what is known of them is a list of `name=value`.
    fn configure(&self, found: Option<&Fields>, statements: &mut Statements, after: &mut Fields) {
        let list = found.map_or(Data::Null, |found| Data::Map(found.clone()));
        let known: Vec<(String, String)> = list
            .list("configuration")
            .iter()
            .filter_map(|entry| entry.as_text()?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut kept = known.clone();
        let name = identifier(&self.name);
        for (setting, value) in self.configuration.iter() {
            let value = String::parse(value).unwrap_or_default();
            if known.iter().any(|(known, found)| known == setting && *found == value) {
                continue;
            }
            let quoted = if self.quote_configuration_values { literal(&value) } else { value.clone() };
            statements.push(format!("ALTER USER {name} SET {} TO {quoted}", identifier(setting)));
            kept.retain(|(known, _)| known != setting);
            kept.push((setting.to_owned(), value));
        }
        let unwanted = |(known, _): &&(String, String)| self.configuration.get(known).is_none();
        if self.reset_unspecified_configuration {
            let others: Vec<String> = known.iter().filter(unwanted).map(|(known, _)| known.clone()).collect();
            for other in others {
                statements.push(format!("ALTER USER {name} RESET {}", identifier(&other)));
                kept.retain(|(known, _)| *known != other);
            }
        }
        let kept: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        after.set("configuration", kept);
    }
}
