//! Filters and tests: what stands behind `|` and `is`.

use super::name::name;
use super::parser::{Parsed, Parser, SyntaxError};
use super::token::Token;
use super::tree::{Applied, Arguments, Expr, Kind, Name, Part};

impl<'t> Parser<'t> {
    pub(super) fn filters_and_tests(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            self.link()?;
            expr = match self.token() {
                Token::Operator("|") => self.filter(expr)?,
                Token::Name("is") => self.test(expr)?,
                // A filter or test may give something to call.
                Token::Operator("(") => self.call(expr)?,
                _ => return Ok(expr),
            };
        }
    }

    fn filter(&mut self, input: Expr) -> Parsed<Expr> {
        self.expect_operator("|")?;
        self.filter_named(input)
    }

    /// Filters of a block: the first has no `|` before it.
    pub(super) fn filter_chain(&mut self) -> Parsed<Expr> {
        let captured = Expr { kind: Kind::Captured, part: self.part() };
        let mut chain = self.filter_named(captured)?;
        while self.is_operator("|") {
            chain = self.filter(chain)?;
        }
        Ok(chain)
    }

    fn filter_named(&mut self, input: Expr) -> Parsed<Expr> {
        let start = input.part;
        let (name, name_part) = self.dotted_name("the name of a filter")?;
        let arguments = if self.is_operator("(") { self.arguments()? } else { Arguments::default() };
        let applied = Applied { name, name_part, input, arguments };
        Ok(Expr { kind: Kind::Filter(Box::new(applied)), part: self.since(start) })
    }

    fn test(&mut self, input: Expr) -> Parsed<Expr> {
        let start = input.part;
        self.skip();
        let negated = self.skip_word("not");
        let (name, name_part) = self.dotted_name("the name of a test")?;
        let arguments = self.test_arguments()?;
        let applied = Applied { name, name_part, input, arguments };
        let test = Expr { kind: Kind::Test(Box::new(applied)), part: self.since(start) };
        match negated {
            false => Ok(test),
            true => Ok(Expr { part: test.part, kind: Kind::Not(Box::new(test)) }),
        }
    }

    /// The argument of a test needs no parentheses: `x is divisibleby 3`.
    fn test_arguments(&mut self) -> Parsed<Arguments> {
        let takes_one = match self.token() {
            Token::Operator("(") => return self.arguments(),
            Token::Name("else" | "or" | "and" | "if" | "not" | "in") => false,
            Token::Name("is") => {
                let message = "tests cannot be chained with `is`";
                return Err(SyntaxError::new(message, self.part()).hint("join them with `and`"));
            }
            Token::Name(_) | Token::Text(_) | Token::Number(_) | Token::Operator("[" | "{") => true,
            _ => false,
        };
        let mut arguments = Arguments::default();
        if takes_one {
            let primary = self.primary()?;
            arguments.positional.push(self.postfix(primary)?);
        }
        Ok(arguments)
    }

    /// The name of a filter or test, with the collection's name before it where it is given.
    fn dotted_name(&mut self, wanted: &str) -> Parsed<(Name, Part)> {
        let (first, start) = self.expect_name(wanted)?;
        if !self.is_operator(".") {
            return Ok((first, start));
        }
        let mut whole = first.to_string();
        while self.skip_operator(".") {
            let (next, _) = self.expect_name(wanted)?;
            whole.push('.');
            whole.push_str(&next);
        }
        Ok((name(&whole), self.since(start)))
    }
}
