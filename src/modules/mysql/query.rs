//! `mysql_query`

use super::{Login, value_in_sql};
use crate::host::mysql_values::tables;
use crate::host::{Carried, Change, Data, Failure, Fields, Plan, Probe, Report};
use crate::modules::argument::Argument;
use crate::modules::statements::Statements;
use crate::modules::{ArgumentError, Module};

module! {
    /// Runs SQL on a MySQL or MariaDB server.
    ///
    /// What only reads is asked in a dry run, too. Beside statements that write, all values of rows are texts.
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
        let settings = self.settings();
        if queries.iter().all(|query| reads(query)) {
            let mut results = Vec::new();
            for query in &queries {
                let asked = format!("{settings}{}", query.trim().trim_end_matches(';'));
                results.push(server.values(host, database, &asked)?);
            }
            let counts: Vec<usize> = results.iter().map(Vec::len).collect();
            let results: Vec<Data> = results.into_iter().map(Data::from).collect();
            return Ok(said(Plan::nothing().with("query_result", results).with("rowcount", counts)));
        }
        let (begin, end) =
            if self.single_transaction { (Some("START TRANSACTION"), Some("COMMIT")) } else { (None, None) };
        let counted = queries.iter().flat_map(|query| {
            [query.trim().trim_end_matches(';').to_owned(), "SELECT ROW_COUNT() AS provision_rows".to_owned()]
        });
        let all = begin.map(str::to_owned).into_iter().chain(counted).chain(end.map(str::to_owned));
        let text = settings + &all.collect::<Vec<_>>().join(";\n");
        let run = server.execute(database, &text, &queries.join("; "), Vec::new());
        Ok(said(Plan::one(Change::Run(run))))
    }

    fn report(&self, _host: &dyn Probe, carried: &Carried) -> Result<Report, Failure> {
        let mut result = carried.result.clone();
        let Some(output) = carried.output() else { return Ok(result.into()) };
        let queries = self.statements.filled(value_in_sql)?;
        let told = told(&queries, &output.stdout());
        let writes = |(query, (_, count)): (&String, &(Vec<Fields>, i64))| *count > 0 && !reads(query);
        let defines = queries.iter().any(|query| {
            let first = query.trim().split(' ').next().unwrap_or_default().to_ascii_uppercase();
            matches!(first.as_str(), "CREATE" | "ALTER" | "DROP" | "TRUNCATE" | "GRANT" | "REVOKE" | "RENAME")
        });
        let changed = defines || queries.iter().zip(&told).any(writes);
        let (rows, counts): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        result.set("rowcount", counts);
        result.set("query_result", rows.into_iter().map(Data::from).collect::<Vec<_>>());
        Ok(Report { changed: Some(changed), ..Report::from(result) })
    }

    fn check(&self) -> Vec<ArgumentError> {
        self.statements.mistakes(value_in_sql)
    }
}

impl MysqlQuery {
    /// The statements that come before all others.
    fn settings(&self) -> String {
        let set = |(name, value): (&str, &Data)| format!("SET SESSION {name} = {};\n", value_in_sql(value));
        self.session_vars.iter().map(set).collect()
    }
}

/// The rows of each query and their count; of what writes, how many rows it changed.
fn told(queries: &[String], xml: &str) -> Vec<(Vec<Fields>, i64)> {
    let mut told = Vec::new();
    let mut rows = Vec::new();
    for table in tables(xml) {
        match table.first().and_then(|row| row.get("provision_rows")) {
            Some(count) => {
                let count = i64::parse(count).unwrap_or_default();
                let only_read = queries.get(told.len()).is_some_and(|query| reads(query));
                let read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                told.push((std::mem::take(&mut rows), if only_read { read } else { count }));
            }
            None => rows = table,
        }
    }
    told
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
