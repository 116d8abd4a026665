//! `mysql_query`

use super::{Login, value_in_sql};
use crate::host::mysql::Rows;
use crate::host::{Carried, Change, Data, Failure, Fields, Plan, Probe, Report};
use crate::modules::statements::Statements;
use crate::modules::{ArgumentError, Module};

module! {
    /// Runs SQL on a MySQL or MariaDB server.
    ///
    /// What only reads is asked in a dry run, too. All values of rows are texts.
    ///
    /// ```yaml
    /// - mysql_query: { login_db: app, query: "SELECT * FROM users WHERE id = %s", positional_args: [1] }
    /// ```
    MysqlQuery "mysql_query" {
        /// The database.
        login_db: Option<String>;
        /// Runs all statements in one transaction.
        single_transaction: bool = false;
        /// Settings of the session.
        session_vars: Fields;
    } with { statements: Statements, login: Login }
}

impl Module for MysqlQuery {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let queries = self.statements.filled(value_in_sql)?;
        let said = |plan: Plan| plan.with("executed_queries", queries.clone());
        let database = self.login_db.as_deref();
        if queries.iter().all(|query| reads(query)) {
            let mut results = Vec::new();
            for query in &queries {
                results.push(rows(server.rows(host, database, query.trim().trim_end_matches(';'))?));
            }
            let counts: Vec<usize> = results.iter().map(Vec::len).collect();
            let results: Vec<Data> = results.into_iter().map(Data::from).collect();
            return Ok(said(Plan::nothing().with("query_result", results).with("rowcount", counts)));
        }
        let settings = self
            .session_vars
            .iter()
            .map(|(name, value)| format!("SET SESSION {name} = {}", value_in_sql(value)));
        let (begin, end) =
            if self.single_transaction { (Some("START TRANSACTION"), Some("COMMIT")) } else { (None, None) };
        let counted = queries.iter().flat_map(|query| {
            [query.trim().trim_end_matches(';').to_owned(), "SELECT ROW_COUNT() AS provision_rows".to_owned()]
        });
        let all = settings.chain(begin.map(str::to_owned)).chain(counted).chain(end.map(str::to_owned));
        let text = all.collect::<Vec<_>>().join(";\n");
        let run = server.execute(database, &text, &queries.join("; "), Vec::new());
        Ok(said(Plan::one(Change::Run(run))))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let Some(output) = carried.output() else { return Ok(result.into()) };
        let stdout = output.stdout();
        let lines: Vec<&str> = stdout.lines().collect();
        let pairs = lines.windows(2).filter(|pair| pair.first() == Some(&"provision_rows"));
        let counts: Vec<i64> = pairs.filter_map(|pair| pair.get(1)?.parse().ok()).collect();
        let defines = self.statements.filled(value_in_sql)?.iter().any(|query| {
            let first = query.trim().split(' ').next().unwrap_or_default().to_ascii_uppercase();
            matches!(first.as_str(), "CREATE" | "ALTER" | "DROP" | "TRUNCATE" | "GRANT" | "REVOKE" | "RENAME")
        });
        let changed = defines || counts.iter().any(|count| *count > 0);
        result.set("rowcount", counts);
        result.set("query_result", Data::List(Vec::new()));
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.statements.mistakes(value_in_sql)
    }
}

fn rows(rows: Rows) -> Vec<Fields> {
    let cell = |(name, value): (String, String)| {
        let value = if value == "NULL" { Data::Null } else { Data::Text(value) };
        (name, value)
    };
    rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect()
}

/// Whether it only reads, by its first word.
fn reads(query: &str) -> bool {
    let first = query
        .trim()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    let upper = query.to_ascii_uppercase();
    let one = !query.trim().trim_end_matches(';').contains(';');
    one && matches!(first.as_str(), "SELECT" | "SHOW" | "DESCRIBE" | "DESC" | "EXPLAIN")
        && !upper.contains(" INTO ")
        && !upper.contains(" FOR UPDATE")
}
