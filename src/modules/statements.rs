//! The SQL that a task gives to a database, with values put in: the same for every server.

use super::ArgumentError;
use super::argument::{Argument, Raw};
use crate::host::{Data, Failure, Fields};

arguments! {
    /// SQL, and the values in it.
    Statements {
        /// The SQL, or a list of statements.
        query: Raw;
        /// What stands for each `%s`.
        positional_args: Option<Vec<Raw>>;
        /// What stands for each `%(name)s`.
        named_args: Option<Fields>;
    }
}

impl Statements {
    /// The statements with their values, which `sql` writes as the server reads them.
    pub fn filled(&self, sql: fn(&Data) -> String) -> Result<Vec<String>, Failure> {
        let texts: Vec<String> = match &self.query.0 {
            Data::List(items) => items.iter().map(|item| String::parse(item).unwrap_or_default()).collect(),
            one => vec![String::parse(one)?],
        };
        if self.positional_args.is_none() && self.named_args.is_none() {
            return Ok(texts);
        }
        let positional: Vec<Data> = self.positional_args.iter().flatten().map(|arg| arg.0.clone()).collect();
        texts.iter().map(|text| fill(text, &positional, self.named_args.as_ref(), sql)).collect()
    }

    /// What is wrong with them before any server is asked.
    pub fn mistakes(&self, sql: fn(&Data) -> String) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if self.positional_args.is_some() && self.named_args.is_some() {
            wrong.push(ArgumentError::new("", exclusive!("positional_args|named_args")));
        }
        if let Err(failure) = self.filled(sql) {
            wrong.push(ArgumentError::new("query", failure.to_string()));
        }
        wrong
    }
}

/// Puts values in for `%s` and `%(name)s`; `%%` is one percent sign.
fn fill(
    text: &str,
    positional: &[Data],
    named: Option<&Fields>,
    sql: fn(&Data) -> String,
) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = text;
    let mut values = positional.iter();
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some(after) = after.strip_prefix('s') {
            let value = values.next().ok_or("there are more `%s` than values")?;
            out.push_str(&sql(value));
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|after| after.split_once(")s")) {
            let value = named.and_then(|named| named.get(name));
            out.push_str(&sql(value.ok_or_else(|| format!("there is no value for `%({name})s`"))?));
            rest = after;
        } else {
            out.push('%');
            rest = after;
        }
    }
    Ok(out + rest)
}
