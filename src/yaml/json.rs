//! JSON, which is tried before YAML: `1e3` is a number there, and escapes are its own.

use super::{Node, NodeData, Origin, Resolved, Scalar, Style, number};
use crate::source::{FileId, Span};
use indexmap::IndexMap;

/// How deep values may be nested; deeper ones are left to the YAML reader to refuse.
const DEEPEST: usize = 100;

/// The value of a text that is JSON through and through, and an object or a list.
pub(super) fn parse(text: &str, file: FileId) -> Option<Node> {
    let mut reader = Reader { text, file, at: 0 };
    reader.blank();
    matches!(reader.peek()?, b'{' | b'[').then_some(())?;
    let node = reader.value(0)?;
    reader.blank();
    (reader.at == text.len()).then_some(node)
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest().starts_with(token).then(|| self.at += token.len())
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blank();
        let start = self.at;
        let data = match self.peek()? {
            b'{' if depth < DEEPEST => self.object(depth)?,
            b'[' if depth < DEEPEST => self.list(depth)?,
            b'"' => return self.string(),
            _ => self.word()?,
        };
        Some(Node { span: Span::new(self.file, start, self.at), tag: None, data })
    }

    fn object(&mut self, depth: usize) -> Option<NodeData> {
        let mut entries: IndexMap<String, (Node, Node)> = IndexMap::new();
        self.eat("{")?;
        self.blank();
        if self.eat("}").is_some() {
            return Some(NodeData::Map([].into()));
        }
        loop {
            self.blank();
            let key = self.string()?;
            self.blank();
            self.eat(":")?;
            let value = self.value(depth + 1)?;
            entries.insert(key.text()?.to_owned(), (key, value));
            self.blank();
            if self.eat(",").is_none() {
                self.eat("}")?;
                return Some(NodeData::Map(entries.into_values().collect()));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<NodeData> {
        let mut items = Vec::new();
        self.eat("[")?;
        self.blank();
        if self.eat("]").is_some() {
            return Some(NodeData::Seq([].into()));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blank();
            if self.eat(",").is_none() {
                self.eat("]")?;
                return Some(NodeData::Seq(items.into()));
            }
        }
    }

    fn string(&mut self) -> Option<Node> {
        let start = self.at;
        self.eat("\"")?;
        let mut escaped = false;
        let length = self.rest().bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        self.at += length + 1;
        let raw = self.text.get(start..self.at)?;
        let text: String = serde_json::from_str(raw).ok()?;
        let span = Span::new(self.file, start, self.at);
        let inner = span.part(1, raw.len() - 1);
        let same = raw.get(1..raw.len() - 1) == Some(&text);
        let origin = if same { Origin::Exact(inner) } else { Origin::Whole(span) };
        let scalar = Scalar { text: text.into(), style: Style::Double, resolved: Resolved::Text, origin };
        Some(Node { span, tag: None, data: NodeData::Scalar(scalar) })
    }

    fn word(&mut self) -> Option<NodeData> {
        let start = self.at;
        let end = self.rest().find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(self.rest().len());
        let text = self.rest().get(..end)?;
        self.at += end;
        let resolved = match text {
            "null" => Resolved::Null,
            "true" => Resolved::Bool(true),
            "false" => Resolved::Bool(false),
            "NaN" => Resolved::Float(f64::NAN),
            "Infinity" => Resolved::Float(f64::INFINITY),
            "-Infinity" => Resolved::Float(f64::NEG_INFINITY),
            _ => numeric(text)?,
        };
        let origin = Origin::Exact(Span::new(self.file, start, self.at));
        Some(NodeData::Scalar(Scalar { text: text.into(), style: Style::Plain, resolved, origin }))
    }
}

/// A number in JSON's own grammar: no leading zero, digits on both sides of the point.
fn numeric(text: &str) -> Option<Resolved> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 || (whole > 1 && digits.starts_with('0')) {
        return None;
    }
    if whole == digits.len() {
        return number::int(text).ok();
    }
    let rest = &digits[whole..];
    let fraction = rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let pointed = rest.starts_with('.') && !rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let exponent = fraction.unwrap_or(rest).strip_prefix(['e', 'E']).map(|rest| {
        let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let ends = exponent.unwrap_or_else(|| fraction.unwrap_or(rest).is_empty());
    if pointed || !ends {
        return None;
    }
    text.parse().ok().map(Resolved::Float)
}
