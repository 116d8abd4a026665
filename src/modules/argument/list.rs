//! Lists: of data, of text parted by commas, or of one single value.

use super::Argument;
use crate::host::Data;

impl<T: Argument> Argument for Vec<T> {
    const REQUIRED: bool = false;

    fn kind() -> &'static str {
        "list"
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn parse(data: &Data) -> Result<Vec<T>, String> {
        match data {
            Data::List(items) => items.iter().enumerate().map(|(index, item)| element(index, item)).collect(),
            Data::Text(text) if text.is_empty() => Ok(Vec::new()),
            Data::Text(text) => text.split(',').map(|part| T::parse(&Data::from(part.trim()))).collect(),
            Data::Null => Ok(Vec::new()),
            data => T::parse(data).map(|value| vec![value]),
        }
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

fn element<T: Argument>(index: usize, item: &Data) -> Result<T, String> {
    T::parse(item).map_err(|message| format!("(item {}) {message}", index + 1))
}
