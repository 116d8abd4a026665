//! Rights as tasks write them and as a server lists them.

use crate::host::Data;
use crate::modules::argument::Argument;

/// Rights on one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// `*.*`, `` `app`.* ``, `` `app`.`users` ``.
    pub on: String,
    /// In large letters, sorted; `GRANT` where they may be granted on.
    pub rights: Vec<String>,
}

/// What a task asks for: text `db.table:SELECT,INSERT/db2.*:ALL`, a list of such, or a dict.
pub fn wanted(data: &Data) -> Result<Vec<Granted>, String> {
    let entries: Vec<(String, String)> = match data {
        Data::Map(fields) => {
            let text = |rights: &Data| match rights {
                Data::List(items) => items
                    .iter()
                    .map(|item| String::parse(item).unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join(","),
                rights => String::parse(rights).unwrap_or_default(),
            };
            fields.iter().map(|(on, rights)| (on.to_owned(), text(rights))).collect()
        }
        Data::List(items) => {
            let mut entries = Vec::new();
            for item in items {
                entries.extend(split(&String::parse(item)?)?);
            }
            entries
        }
        data => split(&String::parse(data)?)?,
    };
    entries.into_iter().map(|(on, rights)| Granted::of(&on, &rights)).collect()
}

fn split(text: &str) -> Result<Vec<(String, String)>, String> {
    let entry = |entry: &str| {
        let (on, rights) = entry
            .rsplit_once(':')
            .ok_or_else(|| format!("`{entry}` must be written as `database.table:RIGHTS`"))?;
        Ok((on.to_owned(), rights.to_owned()))
    };
    text.split('/').filter(|part| !part.trim().is_empty()).map(entry).collect()
}

impl Granted {
    fn of(on: &str, rights: &str) -> Result<Granted, String> {
        let mut all: Vec<String> = parts(rights).into_iter().map(|right| plain(&right)).collect();
        // What may be granted on was written as a right of its own.
        all.sort();
        all.dedup();
        if all.iter().any(|right| right.contains([';', '\'', '"', '\n'])) {
            return Err(format!("`{rights}` are no rights"));
        }
        Ok(Granted { on: place(on)?, rights: all })
    }

    /// The rights without that to grant them on, as SQL writes them; `USAGE` for none.
    pub fn words(&self) -> String {
        let rights: Vec<&str> =
            self.rights.iter().map(String::as_str).filter(|right| *right != "GRANT").collect();
        if rights.is_empty() { "USAGE".to_owned() } else { rights.join(", ") }
    }

    pub fn may_grant(&self) -> bool {
        self.rights.iter().any(|right| right == "GRANT")
    }

    /// The rights of this that the other one lacks.
    pub fn without(&self, other: Option<&Granted>) -> Granted {
        let has = |right: &&String| other.is_some_and(|other| other.rights.contains(right));
        let rights = self.rights.iter().filter(|right| !has(right)).cloned().collect();
        Granted { on: self.on.clone(), rights }
    }
}

/// The right as the server lists it.
fn plain(right: &str) -> String {
    let upper = right.trim().to_ascii_uppercase();
    match upper.as_str() {
        "ALL PRIVILEGES" => "ALL".to_owned(),
        "GRANT OPTION" | "WITH GRANT OPTION" => "GRANT".to_owned(),
        _ if right.contains('(') => columns(right.trim()),
        _ => upper,
    }
}

/// `SELECT (a,b)`: the names of columns keep their letters.
fn columns(right: &str) -> String {
    let (verb, columns) = right.split_once('(').unwrap_or((right, ""));
    let mut columns: Vec<String> = columns
        .trim_end_matches(')')
        .split(',')
        .map(|column| column.trim().trim_matches('`').to_owned())
        .collect();
    columns.sort();
    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    format!("{} ({})", verb.trim().to_ascii_uppercase(), columns.join(", "))
}

/// Parted by commas outside of brackets.
fn parts(rights: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0);
    for scalar in rights.chars() {
        match scalar {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match (scalar, depth, all.last_mut()) {
            (',', 0, _) => all.push(String::new()),
            (scalar, _, Some(last)) => last.push(scalar),
            _ => {}
        }
    }
    all.into_iter()
        .filter(|right| !right.trim().is_empty() && !right.trim().eq_ignore_ascii_case("USAGE"))
        .collect()
}

/// The thing, with its names quoted.
fn place(on: &str) -> Result<String, String> {
    let on = on.trim();
    let (kind, on) = match on.split_once(' ') {
        Some((kind, rest)) if matches!(kind.to_ascii_uppercase().as_str(), "FUNCTION" | "PROCEDURE") => {
            (format!("{} ", kind.to_ascii_uppercase()), rest)
        }
        _ => (String::new(), on),
    };
    let (database, table) =
        on.split_once('.').ok_or_else(|| format!("`{on}` must be written as `database.table`"))?;
    let quoted = |name: &str| match name.trim_matches('`') {
        "*" => "*".to_owned(),
        name => crate::host::mysql::identifier(name),
    };
    Ok(format!("{kind}{}.{}", quoted(database), quoted(table)))
}

/// What `SHOW GRANTS` lists, a line a thing.
pub fn listed(lines: &[String]) -> Vec<Granted> {
    let granted = |line: &String| {
        let rest = line.strip_prefix("GRANT ")?;
        let (rights, rest) = rest.split_once(" ON ")?;
        let (on, rest) = rest.split_once(" TO ")?;
        let grant = if rest.contains("WITH GRANT OPTION") { ",GRANT" } else { "" };
        Granted::of(on, &format!("{rights}{grant}")).ok()
    };
    let all = lines.iter().filter_map(granted);
    all.filter(|granted| !granted.rights.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_from_tasks_and_servers() {
        let wanted = wanted(&"app.*:select,INSERT/*.*:ALL,GRANT/app.t:SELECT (b, a)".into()).unwrap();
        let lines = [
            "GRANT ALL PRIVILEGES ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X' WITH GRANT OPTION",
            "GRANT SELECT, INSERT ON `app`.* TO `u`@`%`",
            "GRANT SELECT (`a`, `b`) ON `app`.`t` TO `u`@`%`",
            "GRANT USAGE ON *.* TO `u`@`%`",
        ];
        let listed = listed(&lines.map(str::to_owned));
        assert_eq!(listed.len(), 3);
        assert!(wanted.iter().all(|wanted| listed.contains(wanted)), "{wanted:?} {listed:?}");
        assert!(super::wanted(&"nonsense".into()).is_err());
    }
}
