//! Reading XPath: paths, conditions and the functions that are used in files of settings.

use crate::host::number;

/// A path.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// From the root on.
    pub absolute: bool,
    pub steps: Vec<Step>,
}

/// One step of a path.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub axis: Axis,
    pub test: Test,
    pub conditions: Vec<Expression>,
}

/// Where a step leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Axis {
    Ancestor,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    FollowingSibling,
    Parent,
    PrecedingSibling,
    Itself,
}

/// What a step takes there.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    Name(String),
    AnyName,
    Text,
    Comment,
    AnyNode,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expression {
    Path(Path),
    Text(String),
    Number(f64),
    Call(String, Vec<Expression>),
    Two(&'static str, Box<Expression>, Box<Expression>),
}

/// Operators, those that bind least first.
const OPERATORS: &[&[&str]] =
    &[&["or"], &["and"], &["!=", "="], &["<=", ">=", "<", ">"], &["+", "-"], &["|"]];

const AXES: &[(&str, Axis)] = &[
    ("ancestor", Axis::Ancestor),
    ("attribute", Axis::Attribute),
    ("child", Axis::Child),
    ("descendant", Axis::Descendant),
    ("descendant-or-self", Axis::DescendantOrSelf),
    ("following-sibling", Axis::FollowingSibling),
    ("parent", Axis::Parent),
    ("preceding-sibling", Axis::PrecedingSibling),
    ("self", Axis::Itself),
];

/// Reads an expression.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let wrong = |why: String| format!("`{text}` is no XPath that is known here: {why}");
    let expression = parser.operation(0).map_err(wrong)?;
    parser.skip_blanks();
    if parser.rest.is_empty() {
        Ok(expression)
    } else {
        Err(wrong(format!("`{}` is not understood", parser.rest)))
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn operation(&mut self, level: usize) -> Result<Expression, String> {
        let Some(operators) = OPERATORS.get(level) else { return self.operand() };
        let mut left = self.operation(level + 1)?;
        while let Some(operator) = operators.iter().find(|operator| self.takes_operator(operator)) {
            let right = self.operation(level + 1)?;
            left = Expression::Two(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn takes_operator(&mut self, operator: &str) -> bool {
        self.skip_blanks();
        let Some(after) = self.rest.strip_prefix(operator) else { return false };
        let is_word = operator.chars().all(char::is_alphabetic);
        if is_word && !after.starts_with([' ', '(', '@', '.', '/', '"', '\'']) {
            return false;
        }
        self.rest = after;
        true
    }

    fn operand(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err("it is nested too deep".to_owned());
        }
        self.skip_blanks();
        let operand = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(digit) if digit.is_ascii_digit() => self.number(),
            Some('(') => {
                self.take("(");
                let inner = self.operation(0)?;
                self.need(")").map(|()| inner)
            }
            Some(_) => match self.call()? {
                Some(call) => Ok(call),
                None => self.path().map(Expression::Path),
            },
            None => Err("it ends early".to_owned()),
        };
        self.depth -= 1;
        operand
    }

    fn quoted(&mut self, quote: char) -> Result<Expression, String> {
        let inner = self.rest.get(1..).unwrap_or_default();
        let (text, rest) = inner.split_once(quote).ok_or("a quote is not closed")?;
        let text = text.to_owned();
        self.rest = rest;
        Ok(Expression::Text(text))
    }

    fn number(&mut self) -> Result<Expression, String> {
        let end = self
            .rest
            .find(|scalar: char| !scalar.is_ascii_digit() && scalar != '.')
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let number = number::float(digits).ok_or_else(|| format!("`{digits}` is no number"))?;
        self.rest = rest;
        Ok(Expression::Number(number))
    }

    /// A function, but no test of a step.
    fn call(&mut self) -> Result<Option<Expression>, String> {
        let end = name_end(self.rest);
        let (name, after) = self.rest.split_at(end);
        let is_test = matches!(name, "text" | "node" | "comment");
        let Some(inner) = after.trim_start().strip_prefix('(').filter(|_| !name.is_empty() && !is_test)
        else {
            return Ok(None);
        };
        let name = name.to_owned();
        self.rest = inner;
        let mut arguments = Vec::new();
        self.skip_blanks();
        while !self.take(")") {
            arguments.push(self.operation(0)?);
            self.skip_blanks();
            if !self.take(",") && !self.rest.starts_with(')') {
                return Err(format!("`{name}(` is not closed"));
            }
        }
        Ok(Some(Expression::Call(name, arguments)))
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut path = Path { absolute: self.rest.starts_with('/'), steps: Vec::new() };
        if self.take("//") {
            path.steps.push(everything());
        } else if self.take("/") && (self.rest.is_empty() || self.rest.starts_with([')', ']', ' '])) {
            return Ok(path);
        }
        loop {
            path.steps.push(self.step()?);
            if self.take("//") {
                path.steps.push(everything());
            } else if !self.take("/") {
                return Ok(path);
            }
        }
    }

    fn step(&mut self) -> Result<Step, String> {
        let node = |axis| Step { axis, test: Test::AnyNode, conditions: Vec::new() };
        if self.take("..") {
            return Ok(node(Axis::Parent));
        }
        if self.take(".") {
            return Ok(node(Axis::Itself));
        }
        let axis = self.axis()?;
        let test = self.test()?;
        let mut conditions = Vec::new();
        self.skip_blanks_before("[");
        while self.take("[") {
            conditions.push(self.operation(0)?);
            self.skip_blanks();
            self.need("]")?;
        }
        Ok(Step { axis, test, conditions })
    }

    fn axis(&mut self) -> Result<Axis, String> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        let Some((name, rest)) = self.rest.split_once("::") else { return Ok(Axis::Child) };
        if name_end(name) != name.len() {
            return Ok(Axis::Child);
        }
        let known = AXES.iter().find(|(known, _)| *known == name);
        let (_, axis) = known.ok_or_else(|| format!("the axis `{name}` is not known"))?;
        self.rest = rest;
        Ok(*axis)
    }

    fn test(&mut self) -> Result<Test, String> {
        if self.take("*") {
            return Ok(Test::AnyName);
        }
        for (word, test) in [("text()", Test::Text), ("node()", Test::AnyNode), ("comment()", Test::Comment)]
        {
            if self.take(word) {
                return Ok(test);
            }
        }
        let end = name_end(self.rest);
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(format!("a name is missing before `{}`", self.rest));
        }
        let name = name.to_owned();
        self.rest = rest;
        // All names of a prefix are not told apart from all names.
        Ok(if self.take(":*") { Test::AnyName } else { Test::Name(name) })
    }

    fn need(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(format!("`{word}` is missing before `{}`", self.rest)) }
    }

    fn take(&mut self, word: &str) -> bool {
        let after = self.rest.strip_prefix(word);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn skip_blanks_before(&mut self, word: &str) {
        if self.rest.trim_start().starts_with(word) {
            self.skip_blanks();
        }
    }
}

/// `descendant-or-self::node()`, which two slashes stand for.
fn everything() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::AnyNode, conditions: Vec::new() }
}

/// Where a name ends; one colon may stand inside.
fn name_end(text: &str) -> usize {
    let mut scalars = text.char_indices().peekable();
    while let Some((index, scalar)) = scalars.next() {
        let colon =
            scalar == ':' && scalars.peek().is_some_and(|(_, next)| next.is_alphanumeric() || *next == '_');
        if !(scalar.is_alphanumeric() || "_-.".contains(scalar) || colon && index > 0) {
            return index;
        }
    }
    text.len()
}
