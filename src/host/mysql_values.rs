//! Rows of MySQL and MariaDB with what their values are: `NULL` is not a text, and numbers are numbers.

use super::answer::ask_about;
use super::mysql::Server;
use super::{Data, Failure, Fields, Probe, number};
use std::collections::BTreeMap;

impl Server {
    /// The rows that the last statement gives. The client tells values and what they are in two ways of printing that
    /// exclude one another, so it is asked twice, the second time for no rows where the statement names no limit itself.
    pub fn values(
        &self,
        host: &dyn Probe,
        database: Option<&str>,
        sql: &str,
    ) -> Result<Vec<Fields>, Failure> {
        let rows = tables(&self.printed(host, &["--xml"], database, sql)?).pop().unwrap_or_default();
        if rows.is_empty() {
            return Ok(rows);
        }
        let empty = format!("SET SESSION sql_select_limit = 0;\n{sql}");
        let described = self.printed(host, &["--table", "--column-type-info"], database, &empty)?;
        let kinds = kinds(&described);
        let cell = |(name, value): (&str, &Data)| (name.to_owned(), typed(value, kinds.get(name).copied()));
        Ok(rows.into_iter().map(|row| row.iter().map(cell).collect()).collect())
    }

    /// What the client prints of a query in this way.
    fn printed(
        &self,
        host: &dyn Probe,
        way: &[&str],
        database: Option<&str>,
        sql: &str,
    ) -> Result<String, Failure> {
        let said = ask_about(host, self.asking(way, database, sql).query(), &self.client)?;
        match said.rc {
            0 => Ok(said.stdout),
            _ => Err(host.missing(format!("the server refuses: {}", said.stderr.trim()))),
        }
    }
}

/// The tables in what the client prints as XML, with texts as values.
pub fn tables(xml: &str) -> Vec<Vec<Fields>> {
    xml.split("<resultset ").skip(1).map(|table| table.split("<row>").skip(1).map(row).collect()).collect()
}

fn row(xml: &str) -> Fields {
    xml.split("<field name=\"").skip(1).filter_map(field).collect()
}

fn field(xml: &str) -> Option<(String, Data)> {
    let (name, rest) = xml.split_once('"')?;
    let value = match rest.strip_prefix('>') {
        Some(value) => Data::Text(plain(value.split("</field>").next()?)),
        None => Data::Null,
    };
    Some((plain(name), value))
}

fn plain(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, scalar)| text.replace(mark, scalar))
}

/// The kinds of the columns by their names; of columns of one name the last counts, as in a row. Tables come behind.
fn kinds(described: &str) -> BTreeMap<&str, &str> {
    let mut kinds = BTreeMap::new();
    let mut column = "";
    for line in described.lines().take_while(|line| !line.starts_with('+')) {
        match line.split_once(':') {
            Some(("Type", kind)) => drop(kinds.insert(column, kind.trim())),
            Some((field, name)) if field.starts_with("Field ") => column = name.trim().trim_matches('`'),
            _ => {}
        }
    }
    kinds
}

/// A value of a column of this kind, as Python's clients give it.
fn typed(value: &Data, kind: Option<&str>) -> Data {
    let Data::Text(text) = value else { return value.clone() };
    match kind {
        Some("TINY" | "SHORT" | "LONG" | "LONGLONG" | "INT24" | "YEAR") => {
            text.parse::<i64>().map_or_else(|_| value.clone(), Data::from)
        }
        Some("FLOAT" | "DOUBLE" | "DECIMAL" | "NEWDECIMAL") => {
            number::float(text).map_or_else(|| value.clone(), Data::from)
        }
        Some("DATETIME" | "TIMESTAMP") => text.replacen(' ', "T", 1).into(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_xml() {
        let xml = "<resultset statement=\"select\n1\" xmlns:xsi=\"x\">\n  <row>\n\t<field name=\"a&lt;b\">1 &amp;amp; 2\n3</field>\n\
                   \t<field name=\"n\" xsi:nil=\"true\" />\n  </row>\n</resultset>\n<resultset statement=\"x\"></resultset>";
        let row = Fields::new().with("a<b", "1 &amp; 2\n3").with("n", Data::Null);
        assert_eq!(tables(xml), vec![vec![row], Vec::new()]);
    }

    #[test]
    fn kinds_decide_what_values_are() {
        let described = "Field   1:  `a`\nType:       LONGLONG\n\nField   2:  `b`\nType:       DATETIME\n";
        assert_eq!(kinds(described), BTreeMap::from([("a", "LONGLONG"), ("b", "DATETIME")]));
        assert_eq!(typed(&"007".into(), Some("VAR_STRING")), "007".into());
        assert_eq!(typed(&"7".into(), Some("LONGLONG")), Data::Int(7));
        assert_eq!(typed(&"2026-01-02 03:04:05".into(), Some("TIMESTAMP")), "2026-01-02T03:04:05".into());
        assert_eq!(typed(&Data::Null, Some("LONG")), Data::Null);
    }
}
