//! Modules for PostgreSQL, and how they reach a server.

mod db;
mod ext;
mod owner;
mod ping;
mod privs;
mod query;
mod schema;
mod user;

pub use db::PostgresqlDb;
pub use ext::PostgresqlExt;
pub use owner::PostgresqlOwner;
pub use ping::PostgresqlPing;
pub use privs::PostgresqlPrivs;
pub use query::PostgresqlQuery;
pub use schema::PostgresqlSchema;
pub use user::PostgresqlUser;

use super::argument::{Argument, PathText};
use crate::host::postgres::Server;
use crate::host::{Change, Effect, Failure, Fields, Plan, Probe, text};

choices! {
    /// Whether it is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// How the connection is protected.
    SslMode {
        Allow = "allow", Disable = "disable", Prefer = "prefer", Require = "require", VerifyCa = "verify-ca",
        VerifyFull = "verify-full",
    }
}

arguments! {
    /// How a PostgreSQL server is reached.
    Login {
        /// The user of the server who does it.
        login_user ["login"]: String = "postgres";
        /// The password of that user.
        login_password: String = "";
        /// The server; this host if nothing is said.
        login_host ["host"]: String = "";
        /// The directory of its socket.
        login_unix_socket ["unix_socket"]: String = "";
        /// Its port.
        login_port ["port"]: i64 = 5432;
        /// How the connection is protected.
        ssl_mode: SslMode = "prefer";
        /// Certificates of those who are trusted.
        ca_cert ["ssl_rootcert"]: Option<String>;
        /// A certificate that says who asks.
        ssl_cert: Option<PathText>;
        /// The key of that.
        ssl_key: Option<PathText>;
        /// More parameters of the connection.
        connect_params: Fields;
        /// The role whose rights are used, once connected.
        session_role: Option<String>;
        /// Means nothing here: names and texts are quoted.
        trust_input: bool = true;
    }
}

impl Login {
    fn server(&self, host: &dyn Probe) -> Result<Server, Failure> {
        let mut options =
            vec!["-U".to_owned(), self.login_user.clone(), "-p".to_owned(), self.login_port.to_string()];
        let place =
            if self.login_unix_socket.is_empty() { &self.login_host } else { &self.login_unix_socket };
        // Without a place, the socket that this host's psql knows is taken.
        if !place.is_empty() {
            options.extend(["-h".to_owned(), place.clone()]);
        }
        let mut environment = vec![("PGSSLMODE".to_owned(), self.ssl_mode.word().to_owned())];
        let mut set = |name: &str, value: String| environment.push((name.to_owned(), value));
        if !self.login_password.is_empty() {
            set("PGPASSWORD", self.login_password.clone());
        }
        if let Some(path) = &self.ca_cert {
            set("PGSSLROOTCERT", path.clone());
        }
        for (name, path) in [("PGSSLCERT", &self.ssl_cert), ("PGSSLKEY", &self.ssl_key)] {
            if let Some(path) = path {
                set(name, text::from_path(&path.on(host)?));
            }
        }
        for (name, value) in self.connect_params.iter() {
            set(&format!("PG{}", name.to_ascii_uppercase()), String::parse(value)?);
        }
        Ok(Server { options, environment, role: self.session_role.clone(), search_path: None })
    }
}

/// Statements that bring something of a server to what it is to be.
struct Statements<'a> {
    server: &'a Server,
    database: &'a str,
    /// Each as it runs, and as it is shown: passwords are not.
    all: Vec<(String, String)>,
}

impl<'a> Statements<'a> {
    fn of(server: &'a Server, database: &'a str) -> Statements<'a> {
        Statements { server, database, all: Vec::new() }
    }

    fn push(&mut self, sql: String) {
        self.all.push((sql.clone(), sql));
    }

    fn push_secret(&mut self, sql: String, shown: String) {
        self.all.push((sql, shown));
    }

    /// A change for each statement; the last one makes come true what is foreseen.
    fn plan(self, field: &str, effects: Vec<Effect>) -> Plan {
        let shown: Vec<String> = self.all.iter().map(|(_, shown)| shown.clone()).collect();
        let last = self.all.len().saturating_sub(1);
        let change = |(index, (sql, shown)): (usize, (String, String))| {
            let effects =
                if index == last { effects.clone() } else { vec![Effect::Unknown(nothing_asked())] };
            Change::Run(self.server.execute(self.database, &sql, &shown, effects))
        };
        let changes: Vec<Change> = self.all.into_iter().enumerate().map(change).collect();
        Plan::from(changes).with(field, shown)
    }
}

/// A question that nobody asks: what hangs on it is nothing.
fn nothing_asked() -> crate::host::Subject {
    crate::host::Subject::Output(Vec::new())
}

/// A comment on something of a server; `NULL` where it is to have none.
fn comment(kind: &str, name: &str, text: &str) -> String {
    let text = if text.is_empty() { "NULL".to_owned() } else { crate::host::postgres::literal(text) };
    format!("COMMENT ON {kind} {name} IS {text}")
}
