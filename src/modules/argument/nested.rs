//! Dicts inside arguments: each has documented entries of its own.

use super::{Argument, Checked, Given, ticked};
use crate::host::{Data, nearest};
use crate::modules::Arg;

/// The value of a dict with known entries, or all that is wrong with it.
pub fn parse<T>(data: &Data, args: &[Arg], take: impl Fn(&Checked) -> T) -> Result<T, String> {
    let fields = match data {
        Data::Map(fields) => fields.clone(),
        data => <crate::host::Fields as Argument>::parse(data)?,
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
    let checked = Given(&fields).checked(args.iter()).map_err(|mistakes| {
        let messages: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
        format!("is wrong: {}", messages.join("; "))
    })?;
    Ok(take(&checked))
}

/// Makes a struct of arguments an argument itself.
macro_rules! nested {
    ($struct:ident) => {
        impl crate::modules::Argument for $struct {
            fn kind() -> &'static str {
                "dict"
            }

            fn parse(data: &crate::host::Data) -> Result<Self, String> {
                crate::modules::argument::parse_nested(data, Self::ARGS, Self::take)
            }
        }
    };
}
