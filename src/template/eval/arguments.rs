//! Arguments of filters, tests, functions and methods.

use super::Evaluator;
use crate::template::python::{iterate, number, types};
use crate::template::syntax::tree::{Name, Part};
use crate::template::{Answer, Error};
use crate::vars::{Data, Map, Value};
use std::sync::Arc;

/// Evaluated arguments. Of a filter or test the first is what it is applied to.
#[derive(Debug, Default, Clone)]
pub struct Args {
    pub positional: Vec<Value>,
    pub keyword: Vec<(Name, Value)>,
}

impl Args {
    /// These values and no names.
    pub fn of(positional: Vec<Value>) -> Args {
        Args { positional, keyword: Vec::new() }
    }
}

/// A call of a filter, test, function or method.
pub struct Call<'a, 's> {
    pub ev: &'a mut Evaluator<'s>,
    pub name: &'a str,
    pub args: Args,
    /// Where the call is written.
    pub part: Part,
}

impl Call<'_, '_> {
    /// Gives the arguments their parameters' names.
    ///
    /// # Errors
    /// If there are too many, or one has a name that is no parameter.
    pub fn bind(&mut self, names: &'static [&'static str]) -> Answer<Bound> {
        let args = std::mem::take(&mut self.args);
        if args.positional.len() > names.len() {
            let (given, most) = (args.positional.len(), names.len());
            return Err(Error::failed(format!(
                "`{}` was given {given} arguments but takes at most {most}",
                self.name
            )));
        }
        let mut values: Vec<Option<Value>> = args.positional.into_iter().map(Some).collect();
        values.resize(names.len(), None);
        for (key, value) in args.keyword {
            let Some(index) = names.iter().position(|name| **name == *key) else {
                return Err(Error::failed(format!("`{}` has no argument `{key}`", self.name))
                    .hint(format!("it takes {}", listed(names))));
            };
            values[index] = Some(value);
        }
        Ok(Bound { of: self.name.into(), names, values })
    }

    /// The value that a filter or test is applied to, when there are no other arguments.
    ///
    /// # Errors
    /// As [`Call::bind`].
    pub fn only(&mut self) -> Answer<Value> {
        match (self.args.positional.len(), self.args.keyword.is_empty()) {
            (1, true) => Ok(self.args.positional.pop().unwrap_or_else(Value::none)),
            _ => self.bind(&["value"])?.value("value"),
        }
    }

    /// The first argument, taken out.
    pub fn first(&mut self) -> Value {
        match self.args.positional.is_empty() {
            true => Value::none(),
            false => self.args.positional.remove(0),
        }
    }

    /// A named argument, taken out.
    pub fn keyword(&mut self, name: &str) -> Option<Value> {
        let index = self.args.keyword.iter().position(|(key, _)| &**key == name)?;
        Some(self.args.keyword.remove(index).1)
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Arguments by the names of their parameters.
pub struct Bound {
    of: String,
    names: &'static [&'static str],
    values: Vec<Option<Value>>,
}

impl Bound {
    /// An argument, if it was given.
    pub fn given(&self, name: &str) -> Option<&Value> {
        let index = self.names.iter().position(|known| *known == name)?;
        self.values.get(index)?.as_ref()
    }

    /// An argument that was given and is not `None`.
    pub fn some(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| !value.is_none())
    }

    /// An argument that must be given.
    ///
    /// # Errors
    /// If it was not.
    pub fn value(&self, name: &str) -> Answer<Value> {
        let missing = || Error::failed(format!("`{}` needs the argument `{name}`", self.of));
        self.given(name).cloned().ok_or_else(missing)
    }

    /// An argument as text, whatever it is.
    ///
    /// # Errors
    /// If it was not given or cannot be printed.
    pub fn text(&self, name: &str) -> Answer<String> {
        types::text(&self.value(name)?)
    }

    /// An argument that is a text itself: nothing else is printed for it.
    ///
    /// # Errors
    /// If it was not given or is no text.
    pub fn exact_text(&self, name: &str) -> Answer<String> {
        let value = self.value(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| self.wrong(name, "a text", &value))
    }

    /// An argument as text, or a default.
    ///
    /// # Errors
    /// If it cannot be printed.
    pub fn text_or(&self, name: &str, default: &str) -> Answer<String> {
        self.some(name).map_or_else(|| Ok(default.to_owned()), types::text)
    }

    /// An argument as an integer, or a default.
    ///
    /// # Errors
    /// If it is no number.
    pub fn int_or(&self, name: &str, default: i64) -> Answer<i64> {
        self.some(name).map_or(Ok(default), |value| self.as_int(name, value))
    }

    /// An argument as an integer, if it was given.
    ///
    /// # Errors
    /// If it is no number.
    pub fn int(&self, name: &str) -> Answer<Option<i64>> {
        self.some(name).map(|value| self.as_int(name, value)).transpose()
    }

    fn as_int(&self, name: &str, value: &Value) -> Answer<i64> {
        let int = match value.data() {
            Data::Int(int) => Some(*int),
            Data::Bool(bool) => Some(i64::from(*bool)),
            Data::Float(float) => Some(*float as i64),
            Data::Text(text) => number::parse_int(text, 10).and_then(|value| value.as_int()),
            _ => None,
        };
        int.ok_or_else(|| self.wrong(name, "a number", value))
    }

    /// An argument's truth, or a default.
    ///
    /// # Errors
    /// If it is undefined.
    pub fn bool_or(&self, name: &str, default: bool) -> Answer<bool> {
        self.given(name).map_or(Ok(default), types::is_true)
    }

    /// The items of an argument.
    ///
    /// # Errors
    /// If it was not given or has no items.
    pub fn items(&self, name: &str) -> Answer<Arc<Vec<Value>>> {
        iterate::items(&self.value(name)?)
    }

    /// The entries of a dict or mapping.
    ///
    /// # Errors
    /// If it was not given or is none.
    pub fn entries(&self, name: &str) -> Answer<Arc<Map>> {
        let value = self.value(name)?;
        super::lazy::entries(&value).ok_or_else(|| self.wrong(name, "a dict", &value))
    }

    /// The error that an argument is of the wrong type.
    pub fn wrong(&self, name: &str, wanted: &str, found: &Value) -> Error {
        let found = types::type_name(found);
        match name {
            "value" => Error::failed(format!("`{}` needs {wanted}, not `{found}`", self.of)),
            _ => Error::failed(format!("`{name}` of `{}` must be {wanted}, not `{found}`", self.of)),
        }
    }
}
