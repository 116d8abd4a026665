//! The tree that a document becomes: every node knows where it was written.

use super::Origin;
use crate::source::Span;
use jiff::civil;
use num_bigint::BigInt;
use std::sync::Arc;

/// A value as it was written. Cheap to clone: what is inside is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value itself, with its quotes or its `|`, without a tag or an anchor before it.
    pub span: Span,
    /// Only what is still to be acted on; `!!str` and the like are honoured already.
    pub tag: Option<Tag>,
    pub data: NodeData,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeData {
    Scalar(Scalar),
    Seq(Arc<[Node]>),
    /// In order; every key once: merge keys are merged and of equal keys the last one counts.
    Map(Arc<[(Node, Node)]>),
}

/// A tag that gives a value its meaning later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    pub kind: TagKind,
    pub span: Span,
}

/// The tags that are Ansible's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    /// `!unsafe`: whatever is inside is data and never a template.
    Unsafe,
    /// `!vault`, or `!vault-encrypted` as it was called.
    Vault,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// A scalar: its text, and what PyYAML makes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// Unquoted and unescaped, else as written: `0644` is `0644` here, whatever it means.
    pub text: Arc<str>,
    pub style: Style,
    pub resolved: Resolved,
    /// Where the text is in its file.
    pub origin: Origin,
}

/// The type and value of a scalar by the rules of YAML 1.1.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    /// Only what does not fit an `Int`.
    Big(Arc<BigInt>),
    Float(f64),
    Text,
    Date(civil::Date),
    /// The seconds east of Greenwich, where they were given.
    DateTime(civil::DateTime, Option<i32>),
}

impl Node {
    /// Null, written nowhere.
    pub fn null(span: Span) -> Node {
        let origin = Origin::Whole(span);
        let scalar = Scalar { text: "".into(), style: Style::Plain, resolved: Resolved::Null, origin };
        Node { span, tag: None, data: NodeData::Scalar(scalar) }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.data {
            NodeData::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text, if it is a scalar that stands for a text: `abc` and `"12"`, not `12`.
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().filter(|scalar| scalar.resolved == Resolved::Text).map(|scalar| &*scalar.text)
    }

    /// The text of any scalar as it was written, whatever it stands for: `12` too.
    pub fn text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar()?.resolved {
            Resolved::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self.as_scalar()?.resolved {
            Resolved::Int(int) => Some(int),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.data {
            NodeData::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping, in order.
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match &self.data {
            NodeData::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, value)| value)
    }

    /// The key and the value of an entry of a mapping.
    pub fn pair(&self, key: &str) -> Option<(&Node, &Node)> {
        let found = self.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key))?;
        Some((&found.0, &found.1))
    }

    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.resolved == Resolved::Null)
    }

    /// Whether it has this tag.
    pub fn is_tagged(&self, kind: TagKind) -> bool {
        self.tag.is_some_and(|tag| tag.kind == kind)
    }

    /// What it is, in words for a message: "a list", "a mapping", "a number".
    pub fn kind(&self) -> &'static str {
        match &self.data {
            NodeData::Seq(_) => "a list",
            NodeData::Map(_) => "a mapping",
            NodeData::Scalar(_) if self.is_tagged(TagKind::Vault) => "an encrypted value",
            NodeData::Scalar(scalar) => scalar.resolved.kind(),
        }
    }

    /// Where the bytes `start..end` of a scalar's text are written; the whole value where that
    /// cannot be told.
    pub fn part(&self, start: usize, end: usize) -> Span {
        self.as_scalar().map_or(self.span, |scalar| scalar.origin.part(start, end))
    }
}

impl Resolved {
    /// What it is, in words for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Resolved::Null => "nothing",
            Resolved::Bool(_) => "a boolean",
            Resolved::Int(_) | Resolved::Big(_) => "a number",
            Resolved::Float(_) => "a number with a fraction",
            Resolved::Text => "text",
            Resolved::Date(_) | Resolved::DateTime(..) => "a date",
        }
    }
}
