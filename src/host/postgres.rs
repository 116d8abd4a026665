//! Questions for a PostgreSQL server, through the host's `psql`.

use super::answer::ask_about;
use super::{Bytes, Data, Dialogue, Effect, Failure, Fields, Probe, Run, json, text};

/// How a server is reached. The environment holds the password.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Server {
    pub options: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// The role whose rights are used, once connected.
    pub role: Option<String>,
    /// Schemas to look for names in, before those of the server's settings.
    pub search_path: Option<Vec<String>>,
}

impl Server {
    fn words(&self, database: &str) -> Vec<String> {
        let fixed = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"].map(str::to_owned);
        let database = ["-d".to_owned(), database.to_owned()];
        fixed.into_iter().chain(self.options.iter().cloned()).chain(database).collect()
    }

    fn script(&self, sql: &str) -> Bytes {
        let role = self.role.iter().map(|role| format!("SET ROLE {};\n", identifier(role)));
        let path = self.search_path.iter().map(|path| {
            let path: Vec<String> = path.iter().map(|name| identifier(name)).collect();
            format!("SET search_path TO {};\n", path.join(", "))
        });
        let settings: String = role.chain(path).collect();
        Bytes(text::to_bytes(&format!("{settings}{sql};\n")))
    }

    /// What is asked: the rows as JSON. The server itself is told that nothing may be written.
    fn asking(&self, database: &str, sql: &str) -> Dialogue {
        let mut environment = self.environment.clone();
        environment.push(("PGOPTIONS".to_owned(), "-c default_transaction_read_only=on".to_owned()));
        let stdin = self.script(&format!("SELECT coalesce(json_agg(q), '[]') FROM ({sql}) q"));
        Dialogue { environment, stdin, ..Dialogue::of(self.words(database)) }
    }

    /// The rows that a query gives.
    pub fn rows(&self, host: &dyn Probe, database: &str, sql: &str) -> Result<Vec<Fields>, Failure> {
        self.answer(host, database, sql)?
            .map_err(|complaint| host.missing(format!("PostgreSQL refuses: {complaint}")))
    }

    /// The rows that a query gives, or what the server says against it.
    pub fn answer(
        &self,
        host: &dyn Probe,
        database: &str,
        sql: &str,
    ) -> Result<Result<Vec<Fields>, String>, Failure> {
        let said = ask_about(host, self.asking(database, sql).query(), "psql")?;
        if said.rc != 0 {
            return Ok(Err(said.stderr.trim().to_owned()));
        }
        match json::parse(said.stdout.trim()) {
            Ok(Data::List(rows)) => Ok(Ok(rows.iter().filter_map(|row| row.as_map().cloned()).collect())),
            _ => Err(Failure::new(format!("psql printed no rows: {}", said.stdout.trim()))),
        }
    }

    /// For a dry run: the query would give these rows.
    pub fn becomes(&self, database: &str, sql: &str, rows: Vec<Fields>) -> Effect {
        let rows = Data::List(rows.into_iter().map(Data::Map).collect());
        let answer = Fields::new().with("rc", 0).with("stdout", json::print(&rows));
        Effect::Set(self.asking(database, sql).query().subject().clone(), answer.into())
    }

    /// Statements that change the server; `shown` is what users see of them, without passwords.
    pub fn execute(&self, database: &str, sql: &str, shown: &str, effects: Vec<Effect>) -> Run {
        let (argv, environment) = (self.words(database), self.environment.clone());
        let stdin = Some(self.script(sql));
        Run { argv, environment, stdin, effects, counts: true, ..Run::default() }.titled(shown)
    }
}

/// A name, quoted for SQL.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text, quoted for SQL.
pub fn literal(value: &str) -> String {
    if value.contains('\\') {
        return format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"));
    }
    format!("'{}'", value.replace('\'', "''"))
}
