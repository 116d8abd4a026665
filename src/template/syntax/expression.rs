//! Expressions, from the loosest binding to the tightest.

use super::name::name;
use super::parser::{Parsed, Parser, SyntaxError};
use super::token::Token;
use super::tree::{Applied, Arguments, Binary, Choice, Comparison, Expr, Kind, Slice, Unary};
use crate::vars::{Data, Marks, Value};

/// Methods that change their list or dict in place.
const MUTATORS: [&str; 12] = [
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "add",
];

impl<'t> Parser<'t> {
    /// An expression with `if` and `else`.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.chain(|parser| {
            parser.link()?;
            let start = parser.part();
            let mut expr = parser.or()?;
            while parser.skip_word("if") {
                parser.link()?;
                let condition = parser.or()?;
                let no = if parser.skip_word("else") { Some(parser.expression()?) } else { None };
                let choice = Choice { condition, yes: expr, no };
                expr = Expr { kind: Kind::If(Box::new(choice)), part: parser.since(start) };
            }
            Ok(expr)
        })
    }

    /// An expression or a tuple without parentheses.
    pub(super) fn tuple(&mut self, conditional: bool, end_words: &[&str]) -> Parsed<Expr> {
        let start = self.part();
        let mut items = Vec::new();
        let mut is_tuple = false;
        while !self.tuple_ends(end_words) {
            items.push(if conditional { self.expression()? } else { self.or()? });
            if !self.skip_operator(",") {
                break;
            }
            is_tuple = true;
        }
        match (is_tuple, items.pop()) {
            (false, Some(only)) => Ok(only),
            (true, last) => {
                items.extend(last);
                Ok(Expr { kind: Kind::Tuple(items), part: self.since(start) })
            }
            (false, None) => Err(self.unexpected("an expression")),
        }
    }

    fn tuple_ends(&self, words: &[&str]) -> bool {
        match self.token() {
            Token::VariableEnd | Token::BlockEnd | Token::End | Token::Operator(")") => true,
            Token::Name(word) => words.contains(word),
            _ => false,
        }
    }

    pub(super) fn or(&mut self) -> Parsed<Expr> {
        self.chain(|parser| {
            let start = parser.part();
            let mut left = parser.and()?;
            while parser.skip_word("or") {
                parser.link()?;
                let pair = Box::new((left, parser.and()?));
                left = Expr { kind: Kind::Or(pair), part: parser.since(start) };
            }
            Ok(left)
        })
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.chain(|parser| {
            let start = parser.part();
            let mut left = parser.not()?;
            while parser.skip_word("and") {
                parser.link()?;
                let pair = Box::new((left, parser.not()?));
                left = Expr { kind: Kind::And(pair), part: parser.since(start) };
            }
            Ok(left)
        })
    }

    fn not(&mut self) -> Parsed<Expr> {
        let start = self.part();
        if !self.skip_word("not") {
            return self.comparison();
        }
        let negated = self.nested(Parser::not)?;
        Ok(Expr { kind: Kind::Not(Box::new(negated)), part: self.since(start) })
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let start = self.part();
        let first = self.sum()?;
        let mut others = Vec::new();
        while let Some(comparison) = self.comparison_operator() {
            others.push((comparison, self.sum()?));
        }
        match others.is_empty() {
            true => Ok(first),
            false => Ok(Expr { kind: Kind::Compare(Box::new(first), others), part: self.since(start) }),
        }
    }

    fn comparison_operator(&mut self) -> Option<Comparison> {
        let (comparison, length) = match (self.token(), self.next_token()) {
            (Token::Operator("=="), _) => (Comparison::Equal, 1),
            (Token::Operator("!="), _) => (Comparison::NotEqual, 1),
            (Token::Operator("<"), _) => (Comparison::Less, 1),
            (Token::Operator("<="), _) => (Comparison::LessEqual, 1),
            (Token::Operator(">"), _) => (Comparison::Greater, 1),
            (Token::Operator(">="), _) => (Comparison::GreaterEqual, 1),
            (Token::Name("in"), _) => (Comparison::In, 1),
            (Token::Name("not"), Token::Name("in")) => (Comparison::NotIn, 2),
            _ => return None,
        };
        (0..length).for_each(|_| self.skip());
        Some(comparison)
    }

    fn sum(&mut self) -> Parsed<Expr> {
        self.binary(&[("+", Binary::Add), ("-", Binary::Sub)], Parser::concatenation)
    }

    fn concatenation(&mut self) -> Parsed<Expr> {
        let start = self.part();
        let first = self.product()?;
        if !self.is_operator("~") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.skip_operator("~") {
            parts.push(self.product()?);
        }
        Ok(Expr { kind: Kind::Concat(parts), part: self.since(start) })
    }

    fn product(&mut self) -> Parsed<Expr> {
        let operators =
            [("*", Binary::Mul), ("/", Binary::Div), ("//", Binary::FloorDiv), ("%", Binary::Rem)];
        self.binary(&operators, Parser::power)
    }

    fn power(&mut self) -> Parsed<Expr> {
        self.binary(&[("**", Binary::Pow)], |parser| parser.unary(true))
    }

    fn binary(
        &mut self,
        operators: &[(&str, Binary)],
        operand: impl Fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        self.chain(|parser| {
            let start = parser.part();
            let mut left = operand(parser)?;
            while let Some((_, binary)) = operators.iter().find(|(text, _)| parser.is_operator(text)) {
                parser.link()?;
                parser.skip();
                let pair = Box::new((left, operand(parser)?));
                left = Expr { kind: Kind::Binary(*binary, pair), part: parser.since(start) };
            }
            Ok(left)
        })
    }

    fn unary(&mut self, with_filters: bool) -> Parsed<Expr> {
        self.chain(|parser| parser.unary_chain(with_filters))
    }

    fn unary_chain(&mut self, with_filters: bool) -> Parsed<Expr> {
        let start = self.part();
        let sign = match self.token() {
            Token::Operator("-") => Some(Unary::Minus),
            Token::Operator("+") => Some(Unary::Plus),
            _ => None,
        };
        let mut expr = match sign {
            Some(sign) => {
                self.skip();
                let operand = self.nested(|parser| parser.unary(false))?;
                Expr { kind: signed(sign, operand), part: self.since(start) }
            }
            None => self.primary()?,
        };
        expr = self.postfix(expr)?;
        if with_filters { self.filters_and_tests(expr) } else { Ok(expr) }
    }

    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        let start = self.part();
        let kind = match self.token().clone() {
            Token::Name(word) => self.word(word),
            Token::Number(number) => {
                self.skip();
                Kind::Const(number)
            }
            Token::Text(_) => self.strings(),
            Token::Operator("(") => return self.parenthesized(),
            Token::Operator("[") => {
                self.skip();
                Kind::List(self.items_until("]")?)
            }
            Token::Operator("{") => self.dict()?,
            _ => return Err(self.no_expression()),
        };
        Ok(Expr { kind, part: self.since(start) })
    }

    fn no_expression(&self) -> SyntaxError {
        let error = self.unexpected("an expression");
        match self.token() {
            Token::Operator("=" | "!") => error.hint("equality is `==`, negation is `not`"),
            _ => error,
        }
    }

    fn word(&mut self, word: &str) -> Kind {
        self.skip();
        match word {
            "true" | "True" => return Kind::Const(true.into()),
            "false" | "False" => return Kind::Const(false.into()),
            "none" | "None" => return Kind::Const(Value::none()),
            "varargs" => self.reads[0] = true,
            "kwargs" => self.reads[1] = true,
            "caller" => self.reads[2] = true,
            _ => {}
        }
        Kind::Name(name(word))
    }

    /// Strings side by side are one.
    fn strings(&mut self) -> Kind {
        let mut whole = String::new();
        while let Token::Text(text) = self.token() {
            whole.push_str(text);
            self.skip();
        }
        // Lookups evaluate templates inside of constants: they are the words of whoever wrote the template.
        Kind::Const(Value::from(whole).marked(Marks::TRUSTED))
    }

    fn parenthesized(&mut self) -> Parsed<Expr> {
        let start = self.part();
        self.skip();
        if self.skip_operator(")") {
            return Ok(Expr { kind: Kind::Tuple(Vec::new()), part: self.since(start) });
        }
        let inner = self.nested(|parser| parser.tuple(true, &[]))?;
        self.expect_operator(")")?;
        Ok(Expr { kind: inner.kind, part: self.since(start) })
    }

    fn items_until(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.skip_operator(close) {
            if !items.is_empty() {
                self.expect_operator(",")?;
                if self.skip_operator(close) {
                    break;
                }
            }
            items.push(self.expression()?);
        }
        Ok(items)
    }

    fn dict(&mut self) -> Parsed<Kind> {
        self.skip();
        let mut entries = Vec::new();
        while !self.skip_operator("}") {
            if !entries.is_empty() {
                self.expect_operator(",")?;
                if self.skip_operator("}") {
                    break;
                }
            }
            let key = self.expression()?;
            self.expect_operator(":")?;
            entries.push((key, self.expression()?));
        }
        Ok(Kind::Dict(entries))
    }

    pub(super) fn postfix(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            self.link()?;
            expr = match self.token() {
                Token::Operator(".") => self.attribute(expr)?,
                Token::Operator("[") => self.subscript(expr)?,
                Token::Operator("(") => self.call(expr)?,
                _ => return Ok(expr),
            };
        }
    }

    fn attribute(&mut self, object: Expr) -> Parsed<Expr> {
        let start = object.part;
        self.skip();
        let kind = match self.token().clone() {
            Token::Name(word) => Kind::Attribute(Box::new(object), name(word)),
            Token::Number(number) if number.as_int().is_some() => {
                let index = Expr { kind: Kind::Const(number), part: self.part() };
                Kind::Item(Box::new((object, index)))
            }
            _ => return Err(self.unexpected("a name or a number")),
        };
        self.skip();
        Ok(Expr { kind, part: self.since(start) })
    }

    fn subscript(&mut self, object: Expr) -> Parsed<Expr> {
        let start = object.part;
        self.skip();
        if self.is_operator(":") {
            return self.slice(object, None);
        }
        let index = self.nested(Parser::expression)?;
        if self.is_operator(":") {
            return self.slice(object, Some(index));
        }
        let index = self.subscript_tuple(index)?;
        self.expect_operator("]")?;
        Ok(Expr { kind: Kind::Item(Box::new((object, index))), part: self.since(start) })
    }

    /// `x[1, 2]` has a tuple as its key.
    fn subscript_tuple(&mut self, first: Expr) -> Parsed<Expr> {
        if !self.is_operator(",") {
            return Ok(first);
        }
        let start = first.part;
        let mut items = vec![first];
        while self.skip_operator(",") && !self.is_operator("]") {
            items.push(self.expression()?);
        }
        Ok(Expr { kind: Kind::Tuple(items), part: self.since(start) })
    }

    fn slice(&mut self, sliced: Expr, start: Option<Expr>) -> Parsed<Expr> {
        let from = sliced.part;
        self.skip();
        let bound = |parser: &mut Self| match parser.token() {
            Token::Operator(":" | "]") => Ok(None),
            _ => parser.expression().map(Some),
        };
        let stop = bound(self)?;
        let step = if self.skip_operator(":") { bound(self)? } else { None };
        self.expect_operator("]")?;
        let slice = Slice { sliced, start, stop, step };
        Ok(Expr { kind: Kind::Slice(Box::new(slice)), part: self.since(from) })
    }

    pub(super) fn call(&mut self, callee: Expr) -> Parsed<Expr> {
        let start = callee.part;
        if let Kind::Attribute(_, method) = &callee.kind {
            self.mutates |= MUTATORS.contains(&&**method);
        }
        let arguments = self.arguments()?;
        let applied = Applied { name: name(""), name_part: start, input: callee, arguments };
        Ok(Expr { kind: Kind::Call(Box::new(applied)), part: self.since(start) })
    }

    pub(super) fn arguments(&mut self) -> Parsed<Arguments> {
        self.expect_operator("(")?;
        let mut arguments = Arguments::default();
        let mut first = true;
        while !self.skip_operator(")") {
            if !first {
                self.expect_operator(",")?;
                if self.skip_operator(")") {
                    break;
                }
            }
            first = false;
            self.argument(&mut arguments)?;
        }
        Ok(arguments)
    }

    fn argument(&mut self, arguments: &mut Arguments) -> Parsed<()> {
        let part = self.part();
        if self.skip_operator("**") {
            arguments.double_star = Some(self.expression()?);
        } else if self.skip_operator("*") {
            arguments.star = Some(self.expression()?);
        } else if let (Token::Name(key), Token::Operator("=")) = (self.token(), self.next_token()) {
            let key = name(key);
            if arguments.keyword.iter().any(|(known, _)| *known == key) {
                return Err(SyntaxError::new(format!("keyword argument repeated: {key}"), part));
            }
            self.skip();
            self.skip();
            let value = self.expression()?;
            arguments.keyword.push((key, value));
        } else if arguments.keyword.is_empty() && arguments.double_star.is_none() {
            let value = self.expression()?;
            arguments.positional.push(value);
        } else {
            return Err(SyntaxError::new("a positional argument follows a named one", part));
        }
        Ok(())
    }
}

/// A sign before a number is part of the number.
fn signed(sign: Unary, operand: Expr) -> Kind {
    match (sign, &operand.kind) {
        (Unary::Minus, Kind::Const(value)) => match value.data() {
            Data::Int(int) if *int != i64::MIN => Kind::Const((-int).into()),
            Data::Float(float) => Kind::Const((-float).into()),
            _ => Kind::Unary(sign, Box::new(operand)),
        },
        _ => Kind::Unary(sign, Box::new(operand)),
    }
}
