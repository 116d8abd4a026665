//! `ini`: options of INI and properties files.

use super::files::{located, read_encoded};
use super::{Settings, Table, inline_settings, refuse_others, texts};
use crate::template::data::ini::{self, Reading, Sections};
use crate::template::eval::Call;
use crate::template::python::regex::{Flags, Pattern};
use crate::template::{Answer, Error};
use crate::vars::{Marks, Value};

pub const TABLE: Table = &[("ini", options)];

/// What may stand in the text of a term, beside the key.
const OPTIONS: &[&str] = &[
    "allow_no_value",
    "allow_none",
    "case_sensitive",
    "default",
    "encoding",
    "file",
    "interpolation",
    "re",
    "section",
    "type",
];

fn options(call: &mut Call) -> Answer<Vec<Value>> {
    let given = Settings::of(&call.args);
    let mut found = Vec::new();
    for term in texts(call)? {
        let (key, inline) = inline_settings(&term)?;
        refuse_others(&inline, OPTIONS)?;
        if key.is_empty() {
            return Err(Error::failed(
                "No key to look up was provided as first term within string inline options",
            ));
        }
        let settings = given.with(inline);
        let path = located(call, "files", &settings.text("file", "ansible.ini")?)?;
        let content = read_encoded(&path, &settings, call.ev.context)?;
        let text = content.as_str().unwrap_or_default();
        let is_properties = settings.text("type", "ini")? == "properties";
        let (text, section) = match is_properties {
            true => (format!("[java_properties]\n{text}"), "java_properties".to_owned()),
            false => (text.to_owned(), settings.text("section", "global")?),
        };
        let reading = Reading {
            case_sensitive: settings.bool("case_sensitive", false),
            allow_no_value: settings.bool("allow_no_value", settings.bool("allow_none", false)),
        };
        let sections = ini::read(&text, reading)?;
        if !sections.contains_key(&section) && section != "DEFAULT" {
            return Err(Error::failed(format!("No section '{section}' in `{}`", path.display())));
        }
        let key = if reading.case_sensitive { key } else { key.to_lowercase() };
        let values = chosen(&sections, &section, &key, &settings)?;
        let secret = Marks::SECRET.when(content.is_secret());
        found.extend(values.into_iter().map(|value| value.marked(secret)));
    }
    Ok(found)
}

fn chosen(sections: &Sections, section: &str, key: &str, settings: &Settings) -> Answer<Vec<Value>> {
    let interpolate = settings.bool("interpolation", true);
    let shown = |value: Option<String>| match value {
        Some(value) if interpolate => ini::interpolated(sections, section, &value, 0).map(Value::from),
        Some(value) => Ok(value.into()),
        None => Ok(Value::none()),
    };
    if !settings.bool("re", false) {
        return match ini::lookup(sections, section, key) {
            // A key that stands alone says nothing.
            Some(None) => Ok(Vec::new()),
            Some(value) => Ok(vec![shown(value)?]),
            None => Ok(vec![settings.default().unwrap_or_else(|| "".into())]),
        };
    }
    let mut values = Vec::new();
    let none = indexmap::IndexMap::new();
    for (name, value) in sections.get(section).unwrap_or(&none) {
        if Pattern::new(key, Flags::default(), name)?.matches_at_start(name)? {
            values.push(shown(value.clone())?);
        }
    }
    Ok(values)
}
