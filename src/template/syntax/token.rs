//! What the lexer makes of template text.

use super::tree::Part;
use crate::vars::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Token<'t> {
    /// Text between tags.
    Data(&'t str),
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name(&'t str),
    Text(String),
    Number(Value),
    Operator(&'static str),
    End,
}

impl Token<'_> {
    /// As messages name it.
    pub fn describe(&self) -> String {
        match self {
            Token::Data(_) => "template text".into(),
            Token::VariableBegin => "the start of an expression".into(),
            Token::VariableEnd => "the end of the expression".into(),
            Token::BlockBegin => "the start of a statement".into(),
            Token::BlockEnd => "the end of the statement".into(),
            Token::Name(name) => format!("`{name}`"),
            Token::Text(_) => "a string".into(),
            Token::Number(number) => format!("the number {number}"),
            Token::Operator(operator) => format!("`{operator}`"),
            Token::End => "the end of the template".into(),
        }
    }
}

/// A token and its place.
#[derive(Clone, Debug)]
pub struct Placed<'t> {
    pub token: Token<'t>,
    pub part: Part,
}
