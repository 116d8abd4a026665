//! JMESPath, the language of `json_query`.

mod evaluate;
mod functions;
mod parse;
mod tokens;

use super::Answer;
use crate::vars::Value;

/// What an expression makes of a value.
///
/// # Errors
/// If the expression cannot be read, or a function does not take its arguments.
pub fn search(expression: &str, value: &Value) -> Answer<Value> {
    evaluate::evaluate(&parse::parse(expression)?, value)
}
