//! `comment`: text as a comment of some language.

use super::Table;
use crate::template::eval::{Args, Call};
use crate::template::python::types;
use crate::template::{Answer, Error};
use crate::vars::Value;

pub const TABLE: Table = &[("comment", comment)];

/// The parts that a comment is made of.
struct Style {
    newline: String,
    beginning: String,
    prefix: String,
    prefix_count: usize,
    decoration: String,
    postfix: String,
    postfix_count: usize,
    end: String,
}

impl Style {
    fn named(name: &str) -> Answer<Style> {
        let (beginning, decoration, end) = match name {
            "plain" => ("", "# ", ""),
            "erlang" => ("", "% ", ""),
            "c" => ("", "// ", ""),
            "cblock" => ("/*", " * ", " */"),
            "xml" => ("<!--", " - ", "-->"),
            _ => {
                let error = Error::failed(format!("Invalid style '{name}' of comments"));
                return Err(error.hint("known are `plain`, `erlang`, `c`, `cblock`, `xml`"));
            }
        };
        Ok(Style {
            newline: "\n".into(),
            beginning: beginning.into(),
            prefix: decoration.trim_end().into(),
            prefix_count: 1,
            decoration: decoration.into(),
            postfix: decoration.trim_end().into(),
            postfix_count: 1,
            end: end.into(),
        })
    }

    fn set(&mut self, name: &str, value: &Value) -> Answer<()> {
        let text = types::text(value)?;
        let count = || value.as_int().and_then(|count| usize::try_from(count).ok()).unwrap_or(0).min(10_000);
        match name {
            "newline" => self.newline = text,
            "beginning" => self.beginning = text,
            "prefix" => self.prefix = text,
            "prefix_count" => self.prefix_count = count(),
            "postfix" => self.postfix = text,
            "postfix_count" => self.postfix_count = count(),
            "end" => self.end = text,
            "decoration" => self.decoration = text,
            _ => return Err(Error::failed(format!("`comment` has no argument `{name}`"))),
        }
        Ok(())
    }

    fn apply(&self, text: &str) -> String {
        let newline = &self.newline;
        let beginning =
            if self.beginning.is_empty() { String::new() } else { format!("{}{newline}", self.beginning) };
        let prefix = match self.prefix.as_str() {
            "" => String::new(),
            prefix if prefix == newline => newline.repeat(self.prefix_count),
            prefix => format!("{prefix}{newline}").repeat(self.prefix_count),
        };
        let decorated =
            format!("{}{}", self.decoration, text.replace(newline, &format!("{newline}{}", self.decoration)));
        let bare = format!("{}{newline}", self.decoration.trim_end());
        let body = decorated.replace(&format!("{}{newline}", self.decoration), &bare);
        let postfix = format!("{newline}{}", self.postfix).repeat(self.postfix_count);
        let end = if self.end.is_empty() { String::new() } else { format!("{newline}{}", self.end) };
        format!("{beginning}{prefix}{body}{postfix}{end}")
    }
}

fn comment(call: &mut Call) -> Answer<Value> {
    let Args { positional, mut keyword } = std::mem::take(&mut call.args);
    let named = keyword.iter().position(|(name, _)| &**name == "style").map(|at| keyword.remove(at).1);
    let style = positional.get(1).or(named.as_ref()).map_or(Ok("plain".into()), types::text)?;
    let mut style = Style::named(&style)?;
    // The decoration decides what the other parts are by default.
    if let Some((_, decoration)) = keyword.iter().find(|(name, _)| &**name == "decoration") {
        style.prefix = types::text(decoration)?.trim_end().into();
        style.postfix = style.prefix.clone();
    }
    for (name, value) in &keyword {
        style.set(name, value)?;
    }
    Ok(style.apply(&types::text(positional.first().unwrap_or(&Value::none()))?).into())
}
