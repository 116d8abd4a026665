//! `diff` in the results of modules that place files, as Ansible's tell it. Others tell it themselves.

use super::result::Ended;
use crate::host::{Shown, TextChange};
use crate::report::Status;
use crate::vars::{Map, Value};

impl Ended {
    /// Adds what the changes came to; texts only where differences are `wanted`.
    pub fn tell_difference(&mut self, action: &str, wanted: bool) {
        if !matches!(self.status, Status::Ok | Status::Changed) || self.field("diff").is_some() {
            return;
        }
        let module = action.rsplit('.').next().unwrap_or(action);
        let mut texts = self.changes.iter().filter_map(text_change);
        let told = match module {
            "copy" | "template" if wanted => Some(texts.collect()),
            "copy" | "template" => Some(Value::list(Vec::new())),
            "file" if wanted => {
                self.field("path").or_else(|| self.field("dest")).map(|path| self.of_file(path))
            }
            _ if wanted => texts.next(),
            _ => None,
        };
        if let Some(told) = told {
            self.set("diff", told);
        }
    }

    fn of_file(&self, path: Value) -> Value {
        let (mut before, mut after) = (Map::new(), Map::new());
        [&mut before, &mut after].into_iter().for_each(|side| {
            side.insert("path".into(), path.clone());
        });
        for change in self.changes.iter().filter(|change| path.as_str() == Some(&change.title)) {
            let replaces = change.attributes.iter().any(|attribute| attribute.before.is_some());
            if let Some((was, is)) = states(&change.kind).filter(|_| !replaces) {
                before.insert("state".into(), was.into());
                after.insert("state".into(), is.into());
            }
            for attribute in &change.attributes {
                if let ("remove", Some(was)) = (change.kind.as_str(), &attribute.before) {
                    before.insert("state".into(), was.as_str().into());
                    after.insert("state".into(), "absent".into());
                }
                if let (Some(was), Some(is)) = (&attribute.before, &attribute.after) {
                    let name = if attribute.name == "target" { "src" } else { &attribute.name };
                    before.insert(name.into(), was.as_str().into());
                    after.insert(name.into(), is.as_str().into());
                }
            }
        }
        dict([("before", Value::dict(before)), ("after", Value::dict(after))])
    }
}

/// What a change makes of what.
fn states(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "directory" => Some(("absent", "directory")),
        "link" => Some(("absent", "link")),
        "create" => Some(("absent", "touch")),
        _ => None,
    }
}

fn text_change(change: &Shown) -> Option<Value> {
    let Some(TextChange::Text { before, after }) = &change.text else { return None };
    let header = (!before.is_empty()).then(|| ("before_header", change.title.as_str().into()));
    let rest = [
        ("before", Value::from(before.as_str())),
        ("after_header", change.title.as_str().into()),
        ("after", after.as_str().into()),
    ];
    Some(dict(header.into_iter().chain(rest)))
}

fn dict<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::dict(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
