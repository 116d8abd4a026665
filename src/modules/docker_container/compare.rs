//! How an option of a container is compared with what is asked for.

use super::DockerContainer;
use super::settings::{Kind, Setting};
use crate::host::{Attribute, Data, Fields, json};
use crate::modules::docker::text_of;

/// How an option is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    Strict,
    Ignore,
    /// What is there beyond what is asked for may stay.
    AllowMore,
}

impl How {
    fn read(data: &Data) -> Result<How, String> {
        match data.as_text() {
            Some("strict") => Ok(How::Strict),
            Some("ignore") => Ok(How::Ignore),
            Some("allow_more_present") => Ok(How::AllowMore),
            _ => Err(format!("must be `strict`, `ignore` or `allow_more_present`, not `{}`", text_of(data))),
        }
    }
}

/// Names of arguments under which options are compared, by their other names.
const OTHER_NAMES: [(&str, &str); 4] = [
    ("ports", "published_ports"),
    ("expose", "exposed_ports"),
    ("exposed", "exposed_ports"),
    ("log_opt", "log_options"),
];

/// Whether an entry of `comparisons` means something.
pub fn known(option: &str, how: &Data) -> Result<(), String> {
    let how = How::read(how).map_err(|message| format!("the comparison of `{option}` {message}"))?;
    if option == "*" {
        return match how {
            How::AllowMore => Err("`*` can be `strict` or `ignore`".to_owned()),
            _ => Ok(()),
        };
    }
    match DockerContainer::SPEC.arg(option) {
        Some(_) => Ok(()),
        None => {
            let names = DockerContainer::SPEC.args().map(|arg| arg.name);
            let hint = crate::host::nearest(option, names);
            let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Err(format!("there is no option `{option}` to compare{hint}"))
        }
    }
}

impl DockerContainer {
    /// How an option is compared; `otherwise` where nothing is said.
    pub(super) fn how(&self, option: &str, otherwise: How) -> How {
        let other = OTHER_NAMES.iter().find(|(_, name)| *name == option).map(|(other, _)| *other);
        let said = |name: &str| self.comparisons.get(name).and_then(|how| How::read(how).ok());
        said(option).or_else(|| other.and_then(said)).unwrap_or(match said("*") {
            Some(How::Ignore) => How::Ignore,
            Some(how) if option != "stop_timeout" => how,
            _ => otherwise,
        })
    }
}

impl Setting {
    /// How it differs from what is there, for users to see; nothing where it does not.
    pub fn differences(&self, found: &Data, how: How) -> Vec<Attribute> {
        match (&self.kind, how) {
            (_, How::Ignore) => Vec::new(),
            (Kind::Value, _) if same(found, &self.wanted) => Vec::new(),
            (Kind::List, _) if same(found, &self.wanted) => Vec::new(),
            (Kind::Value | Kind::List, _) => {
                vec![attribute(self.option, Some(found), Some(&self.wanted))]
            }
            (Kind::Pairs(sign), how) => self.in_dict(&pairs(found, *sign), &pairs(&self.wanted, *sign), how),
            (Kind::Dict, how) => self.in_dict(&fields(found), &fields(&self.wanted), how),
            (Kind::Set, how) => self.in_set(items(found), items(&self.wanted), how),
        }
    }

    fn in_dict(&self, found: &Fields, wanted: &Fields, how: How) -> Vec<Attribute> {
        let name = |key: &str| format!("{}.{key}", self.option);
        let differs = |(key, value): &(&str, &Data)| {
            found.get(key).is_none_or(|there| !same(there, value))
                && !(is_nothing(value) && found.get(key).is_some_and(is_nothing))
        };
        let other = wanted.iter().filter(differs);
        let mut attributes: Vec<Attribute> =
            other.map(|(key, value)| attribute(&name(key), found.get(key), Some(value))).collect();
        if how == How::Strict {
            let more = found.iter().filter(|(key, _)| wanted.get(key).is_none());
            attributes.extend(more.map(|(key, value)| attribute(&name(key), Some(value), None)));
        }
        attributes
    }

    fn in_set(&self, found: &[Data], wanted: &[Data], how: How) -> Vec<Attribute> {
        let is_there = |item: &&Data| found.iter().any(|there| includes(there, item));
        let missing = wanted.iter().filter(|item| !is_there(item));
        let mut attributes: Vec<Attribute> =
            missing.map(|item| attribute(self.option, None, Some(item))).collect();
        if how == How::Strict {
            let more = found.iter().filter(|there| !wanted.iter().any(|item| includes(there, item)));
            attributes.extend(more.map(|there| attribute(self.option, Some(there), None)));
        }
        attributes
    }
}

fn attribute(name: &str, before: Option<&Data>, after: Option<&Data>) -> Attribute {
    Attribute { name: name.to_owned(), before: before.map(shown), after: after.map(shown) }
}

fn shown(data: &Data) -> String {
    match data {
        Data::Null => "none".to_owned(),
        Data::List(_) | Data::Map(_) => json::print(data),
        data => text_of(data),
    }
}

/// Whether both mean the same; what is empty, zero and false means nothing.
fn same(found: &Data, wanted: &Data) -> bool {
    found == wanted || is_nothing(found) && is_nothing(wanted)
}

fn is_nothing(data: &Data) -> bool {
    match data {
        Data::Null | Data::Bool(false) | Data::Int(0) => true,
        Data::Float(value) => *value == 0.0,
        Data::Text(text) => text.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Map(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Whether what is there has all that is asked for: a dict may have more entries.
pub fn includes(found: &Data, wanted: &Data) -> bool {
    match (found, wanted) {
        (Data::Map(found), Data::Map(wanted)) => {
            wanted.iter().all(|(name, wanted)| includes(found.get(name).unwrap_or(&Data::Null), wanted))
        }
        _ => same(found, wanted),
    }
}

fn items(data: &Data) -> &[Data] {
    match data {
        Data::List(items) => items,
        _ => &[],
    }
}

fn fields(data: &Data) -> Fields {
    data.as_map().cloned().unwrap_or_default()
}

/// `NAME=value` and the like, as a dict.
fn pairs(data: &Data, sign: char) -> Fields {
    let pair = |item: &Data| {
        let text = text_of(item);
        let (name, value) = text.split_once(sign).unwrap_or((&text, ""));
        (name.to_owned(), Data::from(value))
    };
    items(data).iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(kind: Kind, wanted: impl Into<Data>) -> Setting {
        Setting { option: "x", place: "Config.X", wanted: wanted.into(), kind, live: false }
    }

    #[test]
    fn more_may_be_there_unless_that_is_looked_at() {
        let set = setting(Kind::Set, vec!["a"]);
        assert!(set.differences(&vec!["b", "a"].into(), How::AllowMore).is_empty());
        assert_eq!(set.differences(&vec!["b", "a"].into(), How::Strict).len(), 1);
        let env = setting(Kind::Pairs('='), vec!["A=1"]);
        assert!(env.differences(&vec!["PATH=/bin", "A=1"].into(), How::AllowMore).is_empty());
        let shown = env.differences(&vec!["A=2"].into(), How::AllowMore);
        assert_eq!((shown[0].name.as_str(), shown[0].before.as_deref()), ("x.A", Some("2")));
    }

    #[test]
    fn what_is_empty_means_nothing() {
        assert!(setting(Kind::Value, false).differences(&Data::Null, How::Strict).is_empty());
        assert!(!setting(Kind::Value, true).differences(&Data::Null, How::Strict).is_empty());
    }
}
