//! Lists: of data, of text parted by commas, or of one single value.

use super::Argument;
use crate::host::Data;
use std::borrow::Cow;

impl<T: Argument> Argument for Vec<T> {
    const REQUIRED: bool = false;

    fn kind() -> &'static str {
        "list"
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn parse(data: &Data) -> Result<Vec<T>, String> {
        let element = |(index, item)| T::parse(item).map_err(|message| of_item(data, index, message));
        items(data).iter().enumerate().map(element).collect()
    }

    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

/// A list that must be given, though it may be empty.
#[derive(Clone, PartialEq, Debug)]
pub struct Needed<T>(pub T);

impl<T: Argument> Argument for Needed<T> {
    fn kind() -> &'static str {
        T::kind()
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn parse(data: &Data) -> Result<Self, String> {
        T::parse(data).map(Needed)
    }
}

/// What the list is made of.
fn items(data: &Data) -> Cow<'_, [Data]> {
    match data {
        Data::List(items) => Cow::Borrowed(items),
        Data::Null => Cow::Borrowed(&[]),
        Data::Text(text) if text.is_empty() => Cow::Borrowed(&[]),
        Data::Text(text) => text.split(',').map(|part| Data::from(part.trim())).collect(),
        data => Cow::Borrowed(std::slice::from_ref(data)),
    }
}

/// Which item of a list the message is about.
fn of_item(data: &Data, index: usize, message: String) -> String {
    match data {
        Data::List(_) => format!("(item {}) {message}", index + 1),
        _ => message,
    }
}
