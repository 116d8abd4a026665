//! The named data that a module was given, read as arguments.

use super::Argument;
use crate::host::{Data, Fields};
use crate::modules::Arg;
use std::borrow::Cow;
use std::slice;

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

/// What a module was given, by name.
pub struct Given<'a>(pub Cow<'a, Fields>);

/// All that a module was given, for one that hands it on.
#[derive(Clone, PartialEq)]
pub struct AsGiven(pub Fields);

impl AsGiven {
    /// It has no arguments of its own.
    pub(crate) const ARGS: &'static [Arg] = &[];

    /// Takes everything.
    pub(crate) fn take(given: &Checked) -> AsGiven {
        AsGiven(given.0.0.clone().into_owned())
    }
}

/// What a module was given, and nothing is wrong with it.
pub struct Checked<'a>(Given<'a>);

impl<'a> Checked<'a> {
    /// The values of these arguments, one after the other; they are among those that were checked.
    pub fn reader(&'a self, args: &'a [Arg]) -> Reader<'a> {
        Reader { given: &self.0, args: args.iter(), data: None }
    }
}

/// Reads arguments that were checked.
///
/// It cannot fail, and keeps the place itself: the agent reads two thousand arguments of hundreds of types, and what is
/// done for each is there so often in its program.
pub struct Reader<'a> {
    given: &'a Given<'a>,
    args: slice::Iter<'a, Arg>,
    /// What the argument is read from now.
    data: Option<Cow<'a, Data>>,
}

impl Reader<'_> {
    /// The value of the next argument.
    pub fn value<T: Argument>(&mut self) -> T {
        let value = match self.next() {
            Some(data) => T::parse(data),
            None => T::absent().ok_or_else(String::new),
        };
        value.unwrap_or_else(|message| wrong(&message))
    }

    #[inline(never)]
    fn next(&mut self) -> Option<&Data> {
        self.data = self.args.next().and_then(|arg| self.given.data(arg)).map(|(_, data)| data);
        self.data.as_deref()
    }
}

#[cold]
fn wrong(message: &str) -> ! {
    unreachable!("the argument was checked: {message}")
}

impl<'a> Given<'a> {
    /// The same, to be read from; or all that is wrong with these arguments.
    pub fn checked<'b>(self, args: impl Iterator<Item = &'b Arg>) -> Result<Checked<'a>, Vec<ArgumentError>> {
        let mistakes: Vec<ArgumentError> = args.filter_map(|arg| self.mistake(arg)).collect();
        if mistakes.is_empty() { Ok(Checked(self)) } else { Err(mistakes) }
    }

    fn mistake(&self, arg: &Arg) -> Option<ArgumentError> {
        match self.data(arg) {
            Some((name, data)) => {
                let message = (arg.check)(&data).err()?;
                Some(ArgumentError::new(name, format!("`{name}` {message}")))
            }
            None if arg.required => {
                Some(ArgumentError::new("", format!("argument `{}` is missing", arg.name)))
            }
            None => None,
        }
    }

    /// The name and the data to read the argument from: what is given, else its default.
    fn data<'b>(&'b self, arg: &'b Arg) -> Option<(&'b str, Cow<'b, Data>)> {
        match (self.find(arg), arg.value) {
            (Some((name, data)), _) if *data != Data::Null => Some((name, Cow::Borrowed(data))),
            (_, Some(value)) => Some((arg.name, Cow::Owned(value()))),
            (Some((name, data)), None) if arg.required => Some((name, Cow::Borrowed(data))),
            (_, None) => None,
        }
    }

    /// The data given for an argument under any of its names, and the name; the last name given wins, as a name of
    /// its own does over its aliases.
    fn find(&self, arg: &Arg) -> Option<(&str, &Data)> {
        let by_name = self.0.iter().find(|(name, _)| *name == arg.name);
        by_name.or_else(|| self.0.iter().filter(|(name, _)| arg.aliases.contains(name)).last())
    }
}
