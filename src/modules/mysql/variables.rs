//! `mysql_variables`

use super::{Login, statements};
use crate::host::mysql::{identifier, literal, value};
use crate::host::number;
use crate::host::{Failure, Plan, Probe};
use crate::modules::{ArgumentError, Module};

choices! {
    /// How long the value holds.
    Mode { Global = "global", Persist = "persist", PersistOnly = "persist_only" }
}

module! {
    /// Reads or sets a variable of a MySQL or MariaDB server.
    ///
    /// ```yaml
    /// - mysql_variables: { variable: max_connections, value: "200" }
    /// ```
    MysqlVariables "mysql_variables" {
        /// The variable.
        variable: String;
        /// Its value; told if nothing is said.
        value: Option<String>;
        /// How long the value holds.
        mode: Mode = "global";
    } with { login: Login }
}

impl Module for MysqlVariables {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        let asked = format!("SHOW GLOBAL VARIABLES WHERE Variable_name = {}", literal(&self.variable));
        let rows = server.rows(host, None, &asked)?;
        let Some(row) = rows.first() else {
            return Err(host.missing(format!("the server has no variable `{}`", self.variable)));
        };
        let found = value(row, "Value").to_owned();
        let Some(wanted) = self.value.as_deref() else {
            return Ok(Plan::nothing().with("msg", found).with("queries", Vec::<String>::new()));
        };
        if is_same(&found, wanted) {
            let message = "Variable is already set to requested value.";
            return Ok(Plan::nothing().with("msg", message).with("queries", Vec::<String>::new()));
        }
        let word = match self.mode {
            Mode::Global => "GLOBAL",
            Mode::Persist => "PERSIST",
            Mode::PersistOnly => "PERSIST_ONLY",
        };
        let plain = number::float(wanted).is_some()
            || matches!(wanted.to_ascii_uppercase().as_str(), "ON" | "OFF" | "DEFAULT");
        let written = if plain { wanted.to_owned() } else { literal(wanted) };
        let sql = format!("SET {word} {} = {written}", self.quoted());
        let after = vec![vec![
            ("Variable_name".to_owned(), self.variable.clone()),
            ("Value".to_owned(), wanted.to_owned()),
        ]];
        let effects = vec![server.becomes(None, &asked, &after)];
        let plan = statements(&server, vec![(sql.clone(), sql.clone())], effects);
        Ok(plan
            .with("msg", format!("Variable change succeeded prev_value={found}"))
            .with("queries", vec![sql]))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
        if self.variable.chars().all(plain) && !self.variable.is_empty() {
            return Vec::new();
        }
        vec![ArgumentError::new("variable", format!("`{}` is no name of a variable", self.variable))]
    }
}

impl MysqlVariables {
    /// The name in SQL: of a variable of a component, each part by itself.
    fn quoted(&self) -> String {
        self.variable.split('.').map(identifier).collect::<Vec<_>>().join(".")
    }
}

/// Switches are told as words, and may be given as numbers.
fn is_same(found: &str, wanted: &str) -> bool {
    let plain = |text: &str| match text.to_ascii_uppercase().as_str() {
        "ON" | "TRUE" | "YES" => "1".to_owned(),
        "OFF" | "FALSE" | "NO" => "0".to_owned(),
        other => other.to_owned(),
    };
    plain(found) == plain(wanted)
}
