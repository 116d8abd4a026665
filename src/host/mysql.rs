//! Questions for a MySQL or MariaDB server, through the host's client.

use super::answer::ask_about;
use super::{Bytes, Dialogue, Effect, Failure, Fields, Probe, Run, hex, text};
use sha1::{Digest, Sha1};

/// How a server is reached. The environment holds the password.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Server {
    /// `mysql`, or `mariadb` where there is no other.
    pub client: String,
    pub options: Vec<String>,
    pub environment: Vec<(String, String)>,
}

/// Rows with the names of their columns.
pub type Rows = Vec<Vec<(String, String)>>;

impl Server {
    fn words(&self, more: &[&str]) -> Vec<String> {
        let fixed = std::iter::once(self.client.clone()).chain(self.options.iter().cloned());
        fixed.chain(more.iter().map(|word| (*word).to_owned())).collect()
    }

    /// What is asked; the server itself is told that nothing may be written.
    pub(super) fn asking(&self, print: &[&str], database: Option<&str>, sql: &str) -> Dialogue {
        let mut argv = self.words(print);
        argv.extend(database.map(str::to_owned));
        let stdin = Bytes(text::to_bytes(&format!("START TRANSACTION READ ONLY;\n{sql};\n")));
        Dialogue { environment: self.environment.clone(), stdin, ..Dialogue::of(argv) }
    }

    /// The rows that a query gives.
    pub fn rows(&self, host: &dyn Probe, database: Option<&str>, sql: &str) -> Result<Rows, Failure> {
        match self.answer(host, database, sql)? {
            Ok(rows) => Ok(rows),
            Err(complaint) => Err(host.missing(format!("the server refuses: {complaint}"))),
        }
    }

    /// The rows that a query gives, or what the server says against it.
    pub fn answer(
        &self,
        host: &dyn Probe,
        database: Option<&str>,
        sql: &str,
    ) -> Result<Result<Rows, String>, Failure> {
        let said = ask_about(host, self.asking(&["--batch"], database, sql).query(), &self.client)?;
        Ok(if said.rc == 0 { Ok(read(&said.stdout)) } else { Err(said.stderr.trim().to_owned()) })
    }

    /// Whether a user may come in with a password.
    pub fn lets_in(&self, host: &dyn Probe, user: &str, password: &str) -> Result<bool, Failure> {
        let mut other = self.clone();
        other.environment.retain(|(name, _)| name != "MYSQL_PWD");
        other.environment.push(("MYSQL_PWD".to_owned(), password.to_owned()));
        other.options.retain(|option| !option.starts_with("--user=") && !option.starts_with("--defaults-"));
        other.options.extend([format!("--user={user}")]);
        Ok(other.answer(host, None, "SELECT 1")?.is_ok())
    }

    /// For a dry run: the query would give these rows.
    pub fn becomes(&self, database: Option<&str>, sql: &str, rows: &Rows) -> Effect {
        let answer = Fields::new().with("rc", 0).with("stdout", print(rows));
        Effect::Set(self.asking(&["--batch"], database, sql).query().subject().clone(), answer.into())
    }

    /// Statements that change the server; `shown` is what users see of them, without passwords.
    pub fn execute(&self, database: Option<&str>, sql: &str, shown: &str, effects: Vec<Effect>) -> Run {
        let mut argv = self.words(&["--xml"]);
        argv.extend(database.map(str::to_owned));
        let stdin = Some(Bytes(text::to_bytes(&format!("{sql};\n"))));
        let environment = self.environment.clone();
        Run { argv, environment, stdin, effects, counts: true, ..Run::default() }.titled(shown)
    }
}

/// A table as the client prints it: columns parted by tabs, names first.
fn read(table: &str) -> Rows {
    let mut lines = table.lines();
    let names: Vec<String> = lines.next().unwrap_or_default().split('\t').map(str::to_owned).collect();
    let row = |line: &str| names.iter().cloned().zip(line.split('\t').map(plain)).collect();
    lines.map(row).collect()
}

fn print(rows: &Rows) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let escape = |text: &str| text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n");
    let line = |cells: Vec<String>| format!("{}\n", cells.join("\t"));
    let names = line(first.iter().map(|(name, _)| name.clone()).collect());
    let rows = rows.iter().map(|row| line(row.iter().map(|(_, value)| escape(value)).collect()));
    names + &rows.collect::<String>()
}

fn plain(cell: &str) -> String {
    let mut out = String::new();
    let mut scalars = cell.chars();
    while let Some(scalar) = scalars.next() {
        match scalar {
            '\\' => match scalars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some(other) => out.push(other),
                None => {}
            },
            scalar => out.push(scalar),
        }
    }
    out
}

/// The value in a column of a row.
pub fn value<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    row.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

/// What `mysql_native_password` keeps of a password.
pub fn native(password: &str) -> String {
    let twice = Sha1::digest(Sha1::digest(text::to_bytes(password)));
    format!("*{}", hex(&twice).to_ascii_uppercase())
}

/// A name, quoted for SQL.
pub fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text, quoted for SQL.
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_as_they_are_printed() {
        let rows = vec![vec![("a".to_owned(), "x\ty\\".to_owned()), ("b".to_owned(), String::new())]];
        assert_eq!(read(&print(&rows)), rows);
        assert!(read("").is_empty());
    }

    #[test]
    fn passwords_are_kept_as_the_server_keeps_them() {
        assert_eq!(native("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    }
}
