//! Template text to syntax tree: Jinja2's whole grammar, parsed once and shared.

mod applied;
mod delimiters;
mod expression;
mod lexer;
mod literal;
mod name;
mod parser;
mod raw;
mod statement;
mod token;
pub mod tree;

pub use delimiters::{Delimiters, Escapes};
pub use name::name;
pub use parser::{SyntaxError, parse_expression, parse_template};
