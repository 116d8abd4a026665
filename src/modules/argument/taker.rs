//! Reads the arguments of a module from named data and notes all that is wrong.

use super::Argument;
use crate::host::{Data, Fields};
use crate::modules::Arg;

/// What is wrong with one argument.
#[derive(Clone, PartialEq, Debug)]
pub struct ArgumentError {
    /// The argument, and the way inside it: `mounts`, `0`, `source`. Empty when the call as a whole is wrong.
    pub path: Vec<String>,
    pub message: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl ArgumentError {
    /// Something is wrong with this argument.
    pub fn new(argument: &str, message: impl Into<String>) -> ArgumentError {
        let path = if argument.is_empty() { Vec::new() } else { vec![argument.to_owned()] };
        ArgumentError { path, message: message.into(), hint: None }
    }

    /// That a text begins with a hyphen, where a program would take it for an option; nothing where it does not.
    pub fn option(argument: &str, what: &str, text: &str) -> Option<ArgumentError> {
        text.starts_with('-').then(|| ArgumentError::new(argument, format!("`{text}` is no {what}")))
    }
}

/// Reads the arguments of a module and notes all that is wrong.
pub struct Taker<'a> {
    fields: &'a Fields,
    pub errors: Vec<ArgumentError>,
}

impl<'a> Taker<'a> {
    pub fn new(fields: &'a Fields) -> Taker<'a> {
        Taker { fields, errors: Vec::new() }
    }

    /// The data given for an argument under any of its names, and the name; the last name given wins, as a name of
    /// its own does over its aliases.
    fn given(&self, arg: &Arg) -> Option<(&'a str, &'a Data)> {
        let by_name = self.fields.iter().find(|(name, _)| *name == arg.name);
        by_name.or_else(|| self.fields.iter().filter(|(name, _)| arg.aliases.contains(name)).last())
    }

    /// The value of an argument; `None` when something is wrong with it.
    pub fn take<T: Argument>(&mut self, arg: &Arg, default: impl Fn() -> Option<Data>) -> Option<T> {
        match self.given(arg) {
            Some((name, data)) if *data != Data::Null => self.parse(name, data),
            Some((name, data)) if T::absent().is_none() && default().is_none() => self.parse(name, data),
            _ => self.absent(arg, default()),
        }
    }

    fn parse<T: Argument>(&mut self, name: &str, data: &Data) -> Option<T> {
        match T::parse(data) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.push(ArgumentError::new(name, format!("`{name}` {message}")));
                None
            }
        }
    }

    fn absent<T: Argument>(&mut self, arg: &Arg, default: Option<Data>) -> Option<T> {
        match default {
            Some(data) => self.parse(arg.name, &data),
            None => T::absent().or_else(|| {
                self.errors.push(ArgumentError::new("", format!("argument `{}` is missing", arg.name)));
                None
            }),
        }
    }
}
