//! Values from nodes.

use super::{Data, Encrypted, Map, Marks, Value, lazy_marks};
use crate::source::Span;
use crate::yaml::{Node, NodeData, Resolved, Scalar, TagKind};

/// The value of a node that the user wrote: text is trusted, and lazy where it is a template. What stands
/// in a decrypted file is secret.
pub fn value_of(node: &Node) -> Value {
    convert(node, true)
}

/// The value of a node that a program or a host wrote: data for good.
pub fn data_of(node: &Node) -> Value {
    convert(node, false)
}

/// A text that the user wrote, at this place.
pub fn trusted_text(text: String, span: Span) -> Value {
    let marks = Marks::TRUSTED.and(lazy_marks(&text));
    Value::text(text).marked(marks).at(span)
}

/// The documents of a YAML text of no file, as data.
///
/// # Errors
///
/// What is wrong with the text.
pub fn data_from_yaml(text: &str) -> Result<Vec<Value>, String> {
    let nodes = crate::yaml::parse_str_all(text).map_err(|diagnostic| diagnostic.message)?;
    Ok(nodes.iter().map(data_of).collect())
}

fn convert(node: &Node, trusted: bool) -> Value {
    let trusted = trusted && !node.is_tagged(TagKind::Unsafe);
    let value = match &node.data {
        NodeData::Scalar(scalar) if node.is_tagged(TagKind::Vault) => {
            return Encrypted::value(scalar.text.clone(), node.span);
        }
        NodeData::Scalar(scalar) => {
            of_scalar(scalar, trusted).marked(Marks::SECRET.when(node.span.is_secret()))
        }
        NodeData::Seq(items) => items.iter().map(|item| convert(item, trusted)).collect(),
        NodeData::Map(entries) => {
            let pair = |(key, value): &(Node, Node)| (of_key(key, trusted), convert(value, trusted));
            Value::dict(entries.iter().map(pair).collect::<Map>())
        }
    };
    value.at(node.span)
}

/// Keys are never templates of themselves, and never secret.
fn of_key(node: &Node, trusted: bool) -> Value {
    match &node.data {
        NodeData::Scalar(scalar) => of_scalar(scalar, trusted).unmarked(Marks::LAZY).at(node.span),
        _ => convert(node, trusted),
    }
}

fn of_scalar(scalar: &Scalar, trusted: bool) -> Value {
    match &scalar.resolved {
        Resolved::Null => Value::none(),
        Resolved::Bool(bool) => (*bool).into(),
        Resolved::Int(int) => (*int).into(),
        Resolved::Big(big) => Value::new(Data::Big(big.clone())),
        Resolved::Float(float) => (*float).into(),
        Resolved::Text if trusted => Value::text(scalar.text.clone()).marked(lazy_marks(&scalar.text)),
        Resolved::Text => Value::text(scalar.text.clone()),
        Resolved::Date(date) => Value::text(date.to_string()).marked(Marks::TRUSTED.when(trusted)),
        Resolved::DateTime(at, zone) => {
            Value::text(python_time(*at, *zone)).marked(Marks::TRUSTED.when(trusted))
        }
    }
}

/// A date and time as Python prints it.
fn python_time(at: jiff::civil::DateTime, zone: Option<i32>) -> String {
    let form = if at.subsec_nanosecond() == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S.%6f" };
    let zone = zone.map_or(String::new(), |zone| {
        let (sign, seconds) = if zone < 0 { ('-', -zone) } else { ('+', zone) };
        format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    });
    format!("{}{zone}", at.strftime(form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use std::path::Path;

    fn read(sources: &Sources, text: &str, secret: bool) -> Value {
        let path = Path::new("x");
        let file = if secret { sources.add_secret(path, text) } else { sources.add(path, text) };
        value_of(&crate::yaml::parse_source(sources, file).unwrap().0)
    }

    #[test]
    fn a_template_is_lazy_and_unsafe_text_is_not() {
        let value = read(&Sources::default(), "a: '{{ b }}'\nc: !unsafe '{{ d }}'\n", false);
        assert!(value.entry("a").unwrap().is_lazy());
        assert!(!value.entry("c").unwrap().is_lazy());
    }

    #[test]
    fn a_decrypted_file_holds_secrets() {
        let sources = Sources::default();
        let value = read(&sources, "a: x\nb: [1, '{{ c }}']\n", true);
        assert!(value.entry("a").unwrap().is_secret());
        let items = value.entry("b").unwrap().as_items().unwrap();
        assert!(items.iter().all(Value::is_secret) && items[1].is_lazy());
        assert!(!read(&sources, "a: x\n", false).entry("a").unwrap().is_secret());
    }

    #[test]
    fn an_encrypted_value_waits_for_its_use() {
        let value = read(&Sources::default(), "a: !vault |\n  $ANSIBLE_VAULT;1.2;AES256;dev\n  00\n", false);
        let encrypted = Encrypted::of(&value.entry("a").unwrap()).unwrap();
        assert!(value.is_lazy() && encrypted.text.starts_with("$ANSIBLE_VAULT"));
    }

    #[test]
    fn dates_are_text_as_python_prints_them() {
        let value =
            read(&Sources::default(), "[2024-01-02, 2024-01-02T3:04:05.5-03:30, 2024-01-02 03:04:05]", false);
        let texts: Vec<_> =
            value.as_items().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect();
        assert_eq!(texts, ["2024-01-02", "2024-01-02 03:04:05.500000-03:30", "2024-01-02 03:04:05"]);
    }
}
