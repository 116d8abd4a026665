//! `diff` in the results of modules that place files, as Ansible's tell it. Others tell it themselves.

use super::result::Ended;
use crate::host::{Shown, TextChange};
use crate::report::Status;
use crate::vars::{Map, Value};

impl Ended {
    /// Adds what the changes came to; texts only where differences are `wanted`, and of files of `most` bytes, if that is not 0.
    pub fn tell_difference(&mut self, action: &str, wanted: bool, most: u64) {
        if !matches!(self.status, Status::Ok | Status::Changed) || self.field("diff").is_some() {
            return;
        }
        let module = action.rsplit('.').next().unwrap_or(action);
        let told = match module {
            "copy" | "template" if wanted => {
                Some(self.changes.iter().filter_map(|change| sized(change, most)).collect())
            }
            "copy" | "template" => Some(Value::list(Vec::new())),
            "file" if wanted => {
                self.field("path").or_else(|| self.field("dest")).map(|path| self.of_file(path))
            }
            _ if wanted => self.changes.iter().find_map(text_change),
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

/// The texts of a file, or which of them is larger than `most` bytes.
fn sized(change: &Shown, most: u64) -> Option<Value> {
    let length = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX);
    let (before, after) = match change.text.as_ref()? {
        TextChange::Text { before, after } => (length(before), length(after)),
        TextChange::Hidden { before_size, after_size, .. } => {
            (before_size.unwrap_or_default(), after_size.unwrap_or_default())
        }
    };
    let sides = [("dst_larger", before), ("src_larger", after)];
    let larger = sides.into_iter().filter(|(_, size)| most > 0 && *size > most);
    let larger: Vec<_> =
        larger.map(|(name, _)| (name, Value::from(i64::try_from(most).unwrap_or(i64::MAX)))).collect();
    if larger.is_empty() { text_change(change) } else { Some(dict(larger)) }
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
