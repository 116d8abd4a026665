//! `postgresql_query`

use super::Login;
use crate::host::postgres::literal;
use crate::host::{Carried, Change, Data, Failure, Fields, Plan, Probe, Report, Run};
use crate::modules::statements::Statements;
use crate::modules::{ArgumentError, Module};

module! {
    /// Runs SQL on a PostgreSQL server.
    ///
    /// What only reads is asked in a dry run, too; the rows of one such query are the result.
    ///
    /// ```yaml
    /// - postgresql_query: { login_db: app, query: "SELECT * FROM users WHERE id = %s", positional_args: [1] }
    /// - postgresql_query: { db: app, query: "UPDATE users SET name = %(name)s", named_args: { name: jan } }
    /// ```
    PostgresqlQuery "postgresql_query" {
        /// The database.
        login_db ["db"]: Option<String>;
        /// Runs statements outside of a transaction.
        autocommit: bool = false;
        /// Which letters the client speaks.
        encoding: Option<String>;
        /// Schemas to look for names in.
        search_path: Option<Vec<String>>;
    } with { statements: Statements, login: Login }
}

impl Module for PostgresqlQuery {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let mut server = self.login.server(host)?;
        if let Some(encoding) = &self.encoding {
            server.environment.push(("PGCLIENTENCODING".to_owned(), encoding.clone()));
        }
        server.search_path.clone_from(&self.search_path);
        let database = self.login_db.clone().unwrap_or_else(|| self.login.login_user.clone());
        let queries = self.statements.filled(sql)?;
        let said =
            |plan: Plan| plan.with("query", queries.last().cloned()).with("query_list", queries.clone());
        if queries.iter().all(|query| reads_rows(query)) {
            let mut results = Vec::new();
            for query in &queries {
                results.push(server.rows(host, &database, query.trim().trim_end_matches(';'))?);
            }
            return Ok(said(told(results)));
        }
        let (begin, end) = if self.autocommit { (None, None) } else { (Some("BEGIN"), Some("COMMIT")) };
        let all = begin.map(str::to_owned).into_iter().chain(queries.clone()).chain(end.map(str::to_owned));
        let sql = all.map(|sql| sql.trim().trim_end_matches(';').to_owned()).collect::<Vec<_>>().join(";\n");
        let mut run = server.execute(&database, &sql, &queries.join("; "), Vec::new());
        // The words that the server says to each statement are printed only when psql is not quiet.
        run.argv.retain(|word| word != "-q");
        Ok(said(Plan::one(Change::Run(Run { counts: true, ..run }))))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let Some(output) = carried.output() else { return Ok(result.into()) };
        let stdout = output.stdout();
        let is_status = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            words.first().is_some_and(|word| word.chars().all(|c| c.is_ascii_uppercase()) && word.len() > 2)
                && !matches!(words.first(), Some(&"BEGIN" | &"COMMIT" | &"SET"))
        };
        let statuses: Vec<&str> = stdout.lines().filter(is_status).collect();
        let count = |status: &str| status.rsplit(' ').next().and_then(|number| number.parse::<i64>().ok());
        let rows: i64 = statuses.iter().filter_map(|status| count(status)).sum();
        let changed =
            statuses.iter().any(|status| !matches!(count(status), Some(0)) && !status.starts_with("SELECT"));
        result.set("statusmessage", statuses.last().copied().unwrap_or_default());
        result.set("rowcount", rows);
        let none = Data::from(Fields::new());
        let several = Data::from(result.clone()).list("query_list").len();
        result.set("query_all_results", vec![none.clone(); several]);
        result.set("query_result", none);
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.statements.mistakes(sql)
    }
}

/// The rows that queries gave: those of the last, and of all.
fn told(results: Vec<Vec<Fields>>) -> Plan {
    let last = results.last().cloned().unwrap_or_default();
    let count: usize = results.iter().map(Vec::len).sum();
    let status = format!("SELECT {}", last.len());
    let all: Vec<Data> = results.into_iter().map(Data::from).collect();
    let plan = Plan::nothing().with("query_result", last).with("query_all_results", all);
    plan.with("rowcount", count).with("statusmessage", status)
}

/// A value as SQL writes it.
fn sql(value: &Data) -> String {
    match value {
        Data::Null => "NULL".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Big(digits) => digits.clone(),
        Data::Float(value) => value.to_string(),
        Data::Text(text) => literal(text),
        Data::List(items) => format!("ARRAY[{}]", items.iter().map(sql).collect::<Vec<_>>().join(", ")),
        value => literal(&crate::host::json::print(value)),
    }
}

/// Whether it only reads, and gives rows: one statement, by its first word.
fn reads_rows(query: &str) -> bool {
    let query = query.trim().trim_end_matches(';');
    let first =
        query.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_uppercase();
    let writes = ["INSERT", "UPDATE", "DELETE", "INTO", "FOR"];
    let words = query.to_ascii_uppercase();
    let mut words = words.split(|c: char| !c.is_ascii_alphabetic() && c != '_');
    matches!(first.as_str(), "SELECT" | "VALUES" | "TABLE" | "WITH")
        && !query.contains(';')
        && !words.any(|word| writes.contains(&word))
}
