//! The parser's state and its entry points.

use super::delimiters::Delimiters;
use super::lexer;
use super::name::name;
use super::token::{Placed, Token};
use super::tree::{Block, Expr, Kind, Name, Part, Stmt, Template};
use std::sync::Arc;

/// Why a template cannot be parsed, and where.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    pub message: String,
    pub part: Part,
    pub hint: Option<String>,
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, part: Part) -> SyntaxError {
        SyntaxError { message: message.into(), part, hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> SyntaxError {
        SyntaxError { hint: Some(hint.into()), ..self }
    }
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// How deep expressions and statements may nest: more would be no template but an attack.
const DEEPEST: u32 = 120;

/// A range of bytes; offsets beyond 4 GiB are cut.
pub(super) fn part(start: usize, end: usize) -> Part {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Part { start: clamp(start), end: clamp(end) }
}

/// Parses the text of a template.
///
/// # Errors
/// The first syntax error.
pub fn parse_template(text: &Arc<str>, rules: &Delimiters) -> Parsed<Template> {
    let mut parser = Parser::new(lexer::template_tokens(text, rules)?, rules);
    let body = parser.body_until(&[])?;
    let lone_name = lone_name(&body);
    Ok(parser.finish(body, lone_name))
}

/// Parses an expression without braces, as `when` has it.
///
/// # Errors
/// The first syntax error.
pub fn parse_expression(text: &Arc<str>, rules: &Delimiters) -> Parsed<Template> {
    let mut parser = Parser::new(lexer::expression_tokens(text, rules)?, rules);
    let expr = parser.expression()?;
    if !matches!(parser.token(), Token::End) {
        return Err(parser.unexpected("the end of the expression"));
    }
    Ok(parser.finish(vec![Stmt::Emit(expr)], None))
}

fn lone_name(body: &[Stmt]) -> Option<Name> {
    match body {
        [Stmt::Emit(Expr { kind: Kind::Name(name), .. })] => Some(name.clone()),
        _ => None,
    }
}

pub(super) struct Parser<'t> {
    tokens: Vec<Placed<'t>>,
    pub(super) rules: &'t Delimiters,
    at: usize,
    depth: u32,
    pub(super) blocks: Vec<Arc<Block>>,
    pub(super) mutates: bool,
    /// Whether `varargs`, `kwargs`, `caller` were read since the last macro began.
    pub(super) reads: [bool; 3],
}

impl<'t> Parser<'t> {
    fn new(tokens: Vec<Placed<'t>>, rules: &'t Delimiters) -> Parser<'t> {
        Parser { tokens, rules, at: 0, depth: 0, blocks: Vec::new(), mutates: false, reads: [false; 3] }
    }

    fn finish(self, body: Vec<Stmt>, lone_name: Option<Name>) -> Template {
        Template { body, blocks: self.blocks, mutates: self.mutates, lone_name }
    }

    pub(super) fn token(&self) -> &Token<'t> {
        self.tokens.get(self.at).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) fn next_token(&self) -> &Token<'t> {
        self.tokens.get(self.at + 1).map_or(&Token::End, |placed| &placed.token)
    }

    /// The place of the current token.
    pub(super) fn part(&self) -> Part {
        self.tokens.get(self.at).map_or_else(Part::default, |placed| placed.part)
    }

    /// From `start` to the end of what was taken last.
    pub(super) fn since(&self, start: Part) -> Part {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(start, |placed| start.to(placed.part))
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn is_operator(&self, operator: &str) -> bool {
        matches!(self.token(), Token::Operator(found) if *found == operator)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Name(found) if *found == word)
    }

    pub(super) fn skip_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_operator(&mut self, operator: &str) -> Parsed<()> {
        match self.skip_operator(operator) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{operator}`"))),
        }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<()> {
        match self.skip_word(word) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{word}`"))),
        }
    }

    /// Takes a name and its place.
    pub(super) fn expect_name(&mut self, wanted: &str) -> Parsed<(Name, Part)> {
        let part = self.part();
        match self.token() {
            Token::Name(found) => {
                let name = name(found);
                self.at += 1;
                Ok((name, part))
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    pub(super) fn expect_block_end(&mut self) -> Parsed<()> {
        match self.token() {
            Token::BlockEnd => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.unexpected("the end of the statement")),
        }
    }

    /// The error that something else was wanted here.
    pub(super) fn unexpected(&self, wanted: &str) -> SyntaxError {
        let message = format!("found {} where {wanted} was expected", self.token().describe());
        SyntaxError::new(message, self.part())
    }

    /// Counts one more link of a chain such as `a + b + c`, which nests to the left. The depth is
    /// to be set back to what it was when the chain ends.
    pub(super) fn link(&mut self) -> Parsed<()> {
        if self.depth >= DEEPEST {
            return Err(SyntaxError::new("the template nests too deep", self.part()));
        }
        self.depth += 1;
        Ok(())
    }

    /// Parses a chain, whose links are counted.
    pub(super) fn chain(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        let depth = self.depth;
        let parsed = parse(self);
        self.depth = depth;
        parsed
    }

    /// Parses something nested, unless it is nested too deep.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(SyntaxError::new("the template nests too deep", self.part()));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}
