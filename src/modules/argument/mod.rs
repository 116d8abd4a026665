//! Types of arguments, and how text and data become them: Ansible's coercions.

#[macro_use]
mod words;
mod given;
mod list;
#[macro_use]
mod nested;
mod mode;
mod path;
mod scalar;
mod size;

pub use crate::host::json;
pub use given::{ArgumentError, AsGiven, Checked, Given, Reader};
pub use list::Needed;
pub use mode::Mode;
pub use nested::checked;
pub use path::{PathText, expand};
pub use scalar::{Json, Raw};
pub use size::Size;

use crate::host::Data;

/// A type of argument.
pub trait Argument: Sized {
    /// Whether the argument must be given when it has no default.
    const REQUIRED: bool = true;

    /// Ansible's word for the type.
    fn kind() -> &'static str;

    /// The words that are allowed, if only some are.
    fn choices() -> &'static [&'static str] {
        &[]
    }

    /// The value, or what is wrong with it.
    fn parse(data: &Data) -> Result<Self, String>;

    /// The value when nothing is given.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Argument> Argument for Option<T> {
    const REQUIRED: bool = false;

    fn kind() -> &'static str {
        T::kind()
    }

    fn choices() -> &'static [&'static str] {
        T::choices()
    }

    fn parse(data: &Data) -> Result<Self, String> {
        match data {
            Data::Null => Ok(None),
            data => T::parse(data).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A name without the mark of a raw identifier.
pub const fn plain_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Whether the data is a value of the type, and why not.
pub fn check<T: Argument>(data: &Data) -> Result<(), String> {
    T::parse(data).map(drop)
}

/// Whether there is one.
pub const fn any(texts: &[&str]) -> bool {
    !texts.is_empty()
}

/// The first, if any.
pub const fn first<T: Copy>(list: &[T]) -> Option<T> {
    match list {
        [] => None,
        [first, ..] => Some(*first),
    }
}

/// Which of the words the data is.
pub fn choice(data: &Data, choices: &[&str]) -> Result<usize, String> {
    let text = choice_text(data, choices)?;
    choices.iter().position(|word| *word == text).ok_or_else(|| not_a_choice(&text, choices))
}

/// The word that stands for the data where words are choices: `yes` may have become a boolean on the way.
fn choice_text(data: &Data, choices: &[&str]) -> Result<String, String> {
    let Data::Bool(value) = data else { return String::parse(data) };
    let words = if *value { ["yes", "on", "true", "True"] } else { ["no", "off", "false", "False"] };
    let word = words.into_iter().find(|word| choices.contains(word));
    Ok(word.unwrap_or(if *value { "True" } else { "False" }).to_owned())
}

/// The message for a word that is not allowed.
fn not_a_choice(text: &str, choices: &[&str]) -> String {
    format!("must be one of {}, not `{text}`", ticked(choices))
}

/// `a`, `b`, `c`
pub fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
