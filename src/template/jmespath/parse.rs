//! Words to a tree.

use super::tokens::{Token, tokens};
use crate::template::{Answer, Error};
use crate::vars::Value;

#[derive(Clone, Debug)]
pub enum Node {
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    /// The second applied to the result of the first.
    Sub(Box<Node>, Box<Node>),
    /// A pipe: it ends a projection.
    Pipe(Box<Node>, Box<Node>),
    /// The second applied to each item, each value, or each item of the flattened list.
    Project(Box<Node>, Box<Node>),
    ProjectValues(Box<Node>, Box<Node>),
    Flatten(Box<Node>),
    Filter(Box<Node>, Box<Node>, Box<Node>),
    List(Vec<Node>),
    Dict(Vec<(String, Node)>),
    Compare(&'static str, Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Function(String, Vec<Node>),
    Reference(Box<Node>),
}

/// Reads an expression.
pub fn parse(text: &str) -> Answer<Node> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, text, depth: 0 };
    let node = parser.expression(0)?;
    match parser.token() {
        Token::End => Ok(node),
        _ => Err(parser.error()),
    }
}

struct Parser<'t> {
    tokens: Vec<Token>,
    at: usize,
    text: &'t str,
    depth: u32,
}

/// How tightly signs bind.
fn power(token: &Token) -> u32 {
    match token {
        Token::Sign("|") => 1,
        Token::Sign("||") => 2,
        Token::Sign("&&") => 3,
        Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => 5,
        Token::Sign("[]") => 9,
        Token::Sign("*") => 20,
        Token::Sign("[?") => 21,
        Token::Sign(".") => 40,
        Token::Sign("!") => 45,
        Token::Sign("{") => 50,
        Token::Sign("[") => 55,
        Token::Sign("(") => 60,
        _ => 0,
    }
}

/// What binds looser than this ends a projection.
const PROJECTION_ENDS: u32 = 10;

impl Parser<'_> {
    fn token(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.token();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign)
    }

    fn skip(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Answer<()> {
        if self.skip(sign) { Ok(()) } else { Err(self.error().hint(format!("`{sign}` is missing"))) }
    }

    fn error(&self) -> Error {
        Error::failed(format!("`{}` is no JMESPath query", self.text))
    }

    fn expression(&mut self, binding: u32) -> Answer<Node> {
        self.depth += 1;
        if self.depth > 60 {
            return Err(Error::failed("the query nests too deep"));
        }
        let first = self.take();
        let mut left = self.prefix(first)?;
        while binding < power(&self.token()) {
            let sign = self.take();
            left = self.infix(left, sign)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn boxed(&mut self, binding: u32) -> Answer<Box<Node>> {
        self.expression(binding).map(Box::new)
    }

    fn prefix(&mut self, token: Token) -> Answer<Node> {
        Ok(match token {
            Token::Literal(value) => Node::Literal(value),
            Token::Name(name) => Node::Field(name),
            Token::Sign("*") => {
                let each = self.projected(20)?;
                Node::ProjectValues(Box::new(Node::Current), Box::new(each))
            }
            Token::Sign("[?") => self.filter(Node::Current)?,
            Token::Sign("{") => self.dict()?,
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                inner
            }
            Token::Sign("[]") => {
                let each = self.projected(9)?;
                Node::Project(Box::new(Node::Flatten(Box::new(Node::Current))), Box::new(each))
            }
            Token::Sign("[") => self.bracket(None)?,
            Token::Sign("@") => Node::Current,
            Token::Sign("&") => Node::Reference(self.boxed(0)?),
            Token::Sign("!") => Node::Not(self.boxed(45)?),
            _ => return Err(self.error()),
        })
    }

    fn infix(&mut self, left: Node, token: Token) -> Answer<Node> {
        let boxed = Box::new(left.clone());
        Ok(match token {
            Token::Sign(".") if self.skip("*") => Node::ProjectValues(boxed, Box::new(self.projected(20)?)),
            Token::Sign(".") => Node::Sub(boxed, Box::new(self.behind_dot(40)?)),
            Token::Sign("|") => Node::Pipe(boxed, self.boxed(1)?),
            Token::Sign("||") => Node::Or(boxed, self.boxed(2)?),
            Token::Sign("&&") => Node::And(boxed, self.boxed(3)?),
            Token::Sign(sign @ ("==" | "!=" | "<" | "<=" | ">" | ">=")) => {
                Node::Compare(sign, boxed, self.boxed(5)?)
            }
            Token::Sign("[]") => {
                let each = self.projected(9)?;
                Node::Project(Box::new(Node::Flatten(boxed)), Box::new(each))
            }
            Token::Sign("[?") => self.filter(left)?,
            Token::Sign("[") => self.bracket(Some(left))?,
            Token::Sign("(") => match left {
                Node::Field(name) => Node::Function(name, self.arguments()?),
                _ => return Err(self.error()),
            },
            _ => return Err(self.error()),
        })
    }

    fn arguments(&mut self) -> Answer<Vec<Node>> {
        let mut arguments = Vec::new();
        while !self.skip(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.expression(0)?);
        }
        Ok(arguments)
    }

    fn filter(&mut self, left: Node) -> Answer<Node> {
        let condition = self.boxed(0)?;
        self.expect("]")?;
        let each = if self.is("[]") { Node::Current } else { self.projected(21)? };
        Ok(Node::Filter(Box::new(left), Box::new(each), condition))
    }

    /// What is done to each item of a projection.
    fn projected(&mut self, binding: u32) -> Answer<Node> {
        let next = self.token();
        if power(&next) < PROJECTION_ENDS {
            return Ok(Node::Current);
        }
        match next {
            Token::Sign("[" | "[?") => self.expression(binding),
            Token::Sign(".") => {
                self.at += 1;
                self.behind_dot(binding)
            }
            _ => Err(self.error()),
        }
    }

    fn behind_dot(&mut self, binding: u32) -> Answer<Node> {
        match self.token() {
            Token::Name(_) | Token::Sign("*" | "{") => {
                if self.skip("{") {
                    return self.dict();
                }
                self.expression(binding)
            }
            Token::Sign("[") => {
                self.at += 1;
                self.list()
            }
            _ => Err(self.error()),
        }
    }

    /// Behind `[`: an index, a slice, `*`, or a list of expressions.
    fn bracket(&mut self, left: Option<Node>) -> Answer<Node> {
        let whole = |left: Option<Node>| Box::new(left.unwrap_or(Node::Current));
        match self.token() {
            Token::Number(_) | Token::Sign(":") => {
                let node = self.index_or_slice()?;
                let is_slice = matches!(node, Node::Slice(_));
                let part = Node::Sub(whole(left), Box::new(node));
                if !is_slice {
                    return Ok(part);
                }
                Ok(Node::Project(Box::new(part), Box::new(self.projected(20)?)))
            }
            Token::Sign("*") if matches!(self.tokens.get(self.at + 1), Some(Token::Sign("]"))) => {
                self.at += 2;
                let each = self.projected(20)?;
                Ok(Node::Project(whole(left), Box::new(each)))
            }
            _ if left.is_none() => self.list(),
            _ => Err(self.error()),
        }
    }

    fn index_or_slice(&mut self) -> Answer<Node> {
        let (mut parts, mut at, mut colons) = ([None; 3], 0, 0);
        while !self.skip("]") {
            match self.take() {
                Token::Number(number) => parts[at] = Some(number),
                Token::Sign(":") if colons < 2 => {
                    colons += 1;
                    at += 1;
                }
                _ => return Err(self.error()),
            }
        }
        match (colons, parts[0]) {
            (0, Some(index)) => Ok(Node::Index(index)),
            (0, None) => Err(self.error()),
            _ => Ok(Node::Slice(parts)),
        }
    }

    fn list(&mut self) -> Answer<Node> {
        let mut items = vec![self.expression(0)?];
        while self.skip(",") {
            items.push(self.expression(0)?);
        }
        self.expect("]")?;
        Ok(Node::List(items))
    }

    fn dict(&mut self) -> Answer<Node> {
        let mut entries = Vec::new();
        loop {
            let Token::Name(name) = self.take() else { return Err(self.error()) };
            self.expect(":")?;
            entries.push((name, self.expression(0)?));
            if self.skip("}") {
                return Ok(Node::Dict(entries));
            }
            self.expect(",")?;
        }
    }
}
