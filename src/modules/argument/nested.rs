//! Dicts inside arguments: each has documented entries of its own.

use super::{Argument, Checked, Given, ticked};
use crate::host::{Data, Fields, nearest};
use crate::modules::Arg;
use std::borrow::Cow;

/// A dict with known entries, to be read from; or all that is wrong with it.
pub fn checked<'a>(data: &'a Data, args: &[Arg]) -> Result<Checked<'a>, String> {
    let fields = match data {
        Data::Map(fields) => Cow::Borrowed(fields),
        data => Cow::Owned(Fields::parse(data)?),
    };
    if let Some((unknown, _)) = fields.iter().find(|(name, _)| !args.iter().any(|arg| arg.is(name))) {
        let names: Vec<&str> = args.iter().map(|arg| arg.name).collect();
        let hint = nearest(unknown, names.iter().copied());
        let hint = hint.map_or_else(
            || format!("known are {}", ticked(&names)),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(format!("has no entry `{unknown}`; {hint}"));
    }
    Given(fields).checked(args.iter()).map_err(|mistakes| {
        let messages: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
        format!("is wrong: {}", messages.join("; "))
    })
}

/// Makes a struct of arguments an argument itself.
macro_rules! nested {
    ($struct:ident) => {
        impl crate::modules::Argument for $struct {
            fn kind() -> &'static str {
                "dict"
            }

            fn parse(data: &crate::host::Data) -> Result<Self, String> {
                Ok(Self::take(&crate::modules::argument::checked(data, Self::ARGS)?))
            }
        }
    };
}
