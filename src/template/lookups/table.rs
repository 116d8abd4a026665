//! `csvfile`: a field of the row that has a key.

use super::files::{located, read_encoded};
use super::{Settings, Table, inline_settings, refuse_others, texts};
use crate::template::data::csv;
use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::{Marks, Value};

pub const TABLE: Table = &[("csvfile", csv_file)];

/// What may stand in the text of a term, beside the key.
const OPTIONS: &[&str] = &["col", "default", "delimiter", "encoding", "file", "keycol"];

fn csv_file(call: &mut Call) -> Answer<Vec<Value>> {
    let given = Settings::of(&call.args);
    let mut found = Vec::new();
    let terms: Vec<_> = texts(call)?.iter().map(|term| inline_settings(term)).collect::<Answer<_>>()?;
    if terms.is_empty() || terms.iter().any(|(key, _)| key.is_empty()) {
        return Err(Error::failed("Search key is required but was not found"));
    }
    for (key, inline) in terms {
        refuse_others(&inline, OPTIONS)?;
        let settings = given.with(inline);
        let path = located(call, "files", &settings.text("file", "ansible.csv")?)?;
        let content = read_encoded(&path, &settings, call.ev.context)?;
        let delimiter = match settings.text("delimiter", "TAB")?.as_str() {
            "TAB" | "t" | "\\t" => '\t',
            text => text.chars().next().unwrap_or('\t'),
        };
        let column = usize::try_from(settings.int("col", 1)?).unwrap_or(usize::MAX);
        let key_column = usize::try_from(settings.int("keycol", 0)?).unwrap_or(usize::MAX);
        let rows = csv::rows(content.as_str().unwrap_or_default(), csv::Reading::divided_by(delimiter));
        let rows = rows.map_err(Error::failed)?;
        let row = rows.iter().find(|row| row.get(key_column) == Some(&key));
        let secret = Marks::SECRET.when(content.is_secret());
        match row {
            Some(row) => {
                let field = row.get(column);
                let field = field
                    .ok_or_else(|| Error::failed(format!("the row of `{key}` has no column {column}")))?;
                found.push(Value::from(field.as_str()).marked(secret));
            }
            None => {
                if let Some(default) = settings.default() {
                    found
                        .extend(default.as_items().map_or_else(|| vec![default], |several| several.to_vec()));
                }
            }
        }
    }
    Ok(found)
}
