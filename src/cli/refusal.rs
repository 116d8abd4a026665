//! What is said of words that mean nothing.

use crate::source::Diagnostic;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The message in our own style; none where it was help that was asked for.
pub fn refusal(error: &clap::Error) -> Diagnostic {
    let context = |kind| error.get(kind).map(text);
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let argument = argument.split(' ').next().unwrap_or_default();
    let diagnostic = match error.kind() {
        ErrorKind::UnknownArgument => Diagnostic::error(format!("unknown option `{argument}`")),
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            Diagnostic::error(format!("unknown command `{word}`"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid(error, argument),
        ErrorKind::ArgumentConflict => {
            let other = context(ContextKind::PriorArg).unwrap_or_default();
            let other = other.split(' ').next().unwrap_or_default().to_owned();
            Diagnostic::error(format!("`{argument}` and `{other}` cannot be used together"))
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = context(ContextKind::InvalidArg).unwrap_or_default();
            Diagnostic::error(format!("`{missing}` is missing"))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Diagnostic::error("a command is missing")
        }
        _ => Diagnostic::error(first_line(error)),
    };
    let nearest = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let hint = nearest.iter().find_map(|kind| context(*kind)).map(|word| format!("did you mean `{word}`?"));
    diagnostic.maybe_hint(hint.or_else(|| Some("`provision --help` lists what can be typed".to_owned())))
}

fn invalid(error: &clap::Error, argument: &str) -> Diagnostic {
    let value = error.get(ContextKind::InvalidValue).map(text).unwrap_or_default();
    if value.is_empty() {
        return Diagnostic::error(format!("`{argument}` needs a value"));
    }
    let valid = error.get(ContextKind::ValidValue).map(text).filter(|valid| !valid.is_empty());
    match valid {
        Some(valid) => Diagnostic::error(format!("`{argument}` takes one of {valid}, found `{value}`")),
        None => Diagnostic::error(format!("`{argument}` takes a number, found `{value}`")),
    }
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
