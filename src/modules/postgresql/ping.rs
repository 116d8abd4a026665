//! `postgresql_ping`

use super::Login;
use crate::host::{Failure, Fields, Plan, Probe};
use crate::modules::Module;

module! {
    /// Tells whether a PostgreSQL server answers, and its version. That it does not is no failure.
    ///
    /// ```yaml
    /// - postgresql_ping: { login_db: app }
    /// ```
    PostgresqlPing "postgresql_ping" {
        /// The database.
        login_db ["db"]: Option<String>;
    } with { login: Login }
}

impl Module for PostgresqlPing {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let database = self.login_db.as_ref().unwrap_or(&self.login.login_user);
        let answer = self.login.server(host)?.answer(host, database, "SELECT version() AS version")?;
        let (rows, complaint) =
            answer.map_or_else(|complaint| (Vec::new(), complaint), |rows| (rows, String::new()));
        let raw = rows.first().and_then(|row| row.get("version")?.as_text());
        let plan = Plan::nothing().with("is_available", raw.is_some()).with("conn_err_msg", complaint);
        Ok(plan.with("server_version", raw.map(version).unwrap_or_default()))
    }
}

/// The parts of a version, from `PostgreSQL 15.4 (Debian 15.4-1) on x86_64-pc-linux-gnu, ...`.
fn version(raw: &str) -> Fields {
    let full = raw.split(' ').nth(1).unwrap_or_default();
    let numbers = full.split('.').map_while(|part| part.parse::<i64>().ok());
    let numbers = ["major", "minor", "patch"].into_iter().zip(numbers);
    let told = numbers.fold(Fields::new(), |told, (name, number)| told.with(name, number));
    told.with("full", full).with("raw", raw)
}
