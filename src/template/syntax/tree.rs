//! The syntax tree. It owns everything, is shared by all threads and never changes.

use crate::vars::Value;
use std::sync::Arc;

/// A name, shared so that most comparisons are of addresses.
pub type Name = Arc<str>;

/// A range of bytes of the template's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Part {
    pub start: u32,
    pub end: u32,
}

impl Part {
    /// From the start of this part to the end of the other.
    pub fn to(self, other: Part) -> Part {
        Part { start: self.start, end: other.end.max(self.end) }
    }
}

/// A parsed template or expression.
#[derive(Debug)]
pub struct Template {
    pub body: Body,
    /// All blocks at any depth, by name.
    pub blocks: Vec<Arc<Block>>,
    /// Whether it calls a method that changes a list or dict in place.
    pub mutates: bool,
    /// The name, if the whole text is one variable in braces.
    pub lone_name: Option<Name>,
}

impl Template {
    /// The expression, if that is all: the text was parsed as one, or is one in braces.
    pub fn only_expression(&self) -> Option<&Expr> {
        match self.body.as_slice() {
            [Stmt::Emit(expr)] => Some(expr),
            _ => None,
        }
    }
}

/// Statements in order.
pub type Body = Vec<Stmt>;

#[derive(Debug)]
pub enum Stmt {
    Text(Arc<str>),
    Emit(Expr),
    If(Vec<(Expr, Body)>, Body),
    For(Arc<For>),
    With(Vec<(Target, Expr)>, Body),
    Set(Target, Expr),
    /// A captured body, run through filters where there are some.
    SetBlock(Target, Option<Expr>, Body),
    FilterBlock(Expr, Body),
    Block(Arc<Block>),
    Extends(Expr),
    Include(Box<Include>),
    Import(Box<Import>),
    Macro(Arc<Macro>),
    CallBlock(Expr, Arc<Macro>),
    Do(Expr),
    Scoped(Body),
    Break,
    Continue,
}

#[derive(Debug)]
pub struct For {
    pub target: Target,
    pub iterated: Expr,
    pub condition: Option<Expr>,
    pub recursive: bool,
    pub body: Body,
    pub otherwise: Body,
    pub part: Part,
}

#[derive(Debug)]
pub struct Block {
    pub name: Name,
    pub required: bool,
    pub body: Body,
}

#[derive(Debug)]
pub struct Include {
    pub template: Expr,
    pub ignore_missing: bool,
    pub with_context: bool,
}

#[derive(Debug)]
pub struct Import {
    pub template: Expr,
    pub with_context: bool,
    pub names: Imported,
}

#[derive(Debug)]
pub enum Imported {
    /// `import x as y`
    Module(Name),
    /// `from x import a, b as c`
    Names(Vec<(Name, Name)>),
}

#[derive(Debug)]
pub struct Macro {
    pub name: Name,
    pub parameters: Vec<(Name, Option<Expr>)>,
    pub body: Body,
    /// Whether the body reads `varargs`, `kwargs` and `caller`: only then may they be given.
    pub takes_more: bool,
    pub takes_keywords: bool,
    pub takes_caller: bool,
}

/// What a value is bound to.
#[derive(Debug)]
pub enum Target {
    Name(Name),
    /// An attribute of a namespace.
    Attribute(Name, Name, Part),
    Tuple(Vec<Target>, Part),
}

#[derive(Debug)]
pub struct Expr {
    pub kind: Kind,
    pub part: Part,
}

#[derive(Debug)]
pub enum Kind {
    Const(Value),
    Name(Name),
    /// What a filter block captured.
    Captured,
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<(Expr, Expr)>),
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Not(Box<Expr>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    Concat(Vec<Expr>),
    If(Box<Choice>),
    Filter(Box<Applied>),
    Test(Box<Applied>),
    Attribute(Box<Expr>, Name),
    Item(Box<(Expr, Expr)>),
    Slice(Box<Slice>),
    Call(Box<Applied>),
}

/// A filter, test or call: what it is applied to, and its arguments.
#[derive(Debug)]
pub struct Applied {
    /// The name of the filter or test; empty for a call.
    pub name: Name,
    pub name_part: Part,
    pub input: Expr,
    pub arguments: Arguments,
}

#[derive(Debug, Default)]
pub struct Arguments {
    pub positional: Vec<Expr>,
    pub keyword: Vec<(Name, Expr)>,
    pub star: Option<Expr>,
    pub double_star: Option<Expr>,
}

#[derive(Debug)]
pub struct Choice {
    pub condition: Expr,
    pub yes: Expr,
    pub no: Option<Expr>,
}

#[derive(Debug)]
pub struct Slice {
    pub sliced: Expr,
    pub start: Option<Expr>,
    pub stop: Option<Expr>,
    pub step: Option<Expr>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unary {
    Minus,
    Plus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
}
