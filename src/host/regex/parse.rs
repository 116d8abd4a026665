//! From the text of an expression to its tree.

use super::Flags;
use super::class::{Item, Set};
use std::collections::BTreeMap;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Empty,
    Scalar {
        scalar: char,
        ignore_case: bool,
    },
    Any {
        dot_all: bool,
    },
    Set(Set),
    Join(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
        greed: Greed,
    },
    Group {
        number: usize,
        node: Box<Node>,
    },
    /// A group that gives nothing back once it has matched.
    Atomic(Box<Node>),
    Look {
        behind: bool,
        negated: bool,
        node: Box<Node>,
    },
    Back {
        group: usize,
        ignore_case: bool,
    },
    Which {
        group: usize,
        then: Box<Node>,
        otherwise: Box<Node>,
    },
    Place(Place),
}

/// How much a repetition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greed {
    Most,
    Least,
    /// The most, and gives nothing back.
    Possessive,
}

/// A place between scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Start,
    End,
    LineStart,
    LineEnd,
    /// The end, or before a line end that is the last.
    Dollar,
    WordEdge,
    NoWordEdge,
}

/// The tree of an expression, and its groups.
pub struct Parsed {
    pub node: Node,
    pub groups: usize,
    pub names: BTreeMap<String, usize>,
}

/// Reads an expression.
pub fn parse(pattern: &str, flags: Flags) -> Result<Parsed, String> {
    let mut parser = Parser {
        scalars: pattern.chars().collect(),
        at: 0,
        flags,
        groups: 0,
        names: BTreeMap::new(),
        depth: 0,
    };
    let node = parser.either()?;
    match parser.peek() {
        Some(_) => Err("unbalanced parenthesis".to_owned()),
        None => Ok(Parsed { node, groups: parser.groups, names: parser.names }),
    }
}

struct Parser {
    scalars: Vec<char>,
    at: usize,
    flags: Flags,
    groups: usize,
    names: BTreeMap<String, usize>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.scalars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let scalar = self.peek();
        self.at += usize::from(scalar.is_some());
        scalar
    }

    fn eat(&mut self, text: &str) -> bool {
        let wanted: Vec<char> = text.chars().collect();
        let found = self.scalars.get(self.at..self.at + wanted.len()) == Some(&wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn until(&mut self, end: char) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(scalar) if scalar == end => return Ok(text),
                Some(scalar) => text.push(scalar),
                None => return Err(format!("missing `{end}`")),
            }
        }
    }

    fn either(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err("too deep".to_owned());
        }
        let mut branches = vec![self.join()?];
        while self.eat("|") {
            branches.push(self.join()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Either(branches) })
    }

    fn join(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while let Some(scalar) = self.peek() {
            if scalar == '|' || scalar == ')' {
                break;
            }
            if self.flags.verbose && self.skip_blank(scalar) {
                continue;
            }
            let node = self.atom()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Join(nodes))
    }

    fn skip_blank(&mut self, scalar: char) -> bool {
        if scalar == '#' {
            while self.next().is_some_and(|scalar| scalar != '\n') {}
            return true;
        }
        self.at += usize::from(scalar.is_whitespace());
        scalar.is_whitespace()
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, String> {
        while let Some((least, most)) = self.repetition()? {
            if matches!(node, Node::Repeat { .. }) {
                return Err("multiple repeat".to_owned());
            }
            let greed = if self.eat("?") {
                Greed::Least
            } else if self.eat("+") {
                Greed::Possessive
            } else {
                Greed::Most
            };
            node = Node::Repeat { node: Box::new(node), least, most, greed };
        }
        Ok(node)
    }

    fn repetition(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        match self.peek() {
            Some('*') => self.at += 1,
            Some('+') => {
                self.at += 1;
                return Ok(Some((1, None)));
            }
            Some('?') => {
                self.at += 1;
                return Ok(Some((0, Some(1))));
            }
            Some('{') => return self.counted(),
            _ => return Ok(None),
        }
        Ok(Some((0, None)))
    }

    /// `{3}`, `{3,}`, `{,5}`, `{3,5}`; anything else is plain text.
    fn counted(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let start = self.at;
        self.at += 1;
        let least = self.number();
        let comma = self.eat(",");
        let most = if comma { self.number() } else { least };
        let valid = self.eat("}") && (least.is_some() || comma);
        if !valid {
            self.at = start;
            return Ok(None);
        }
        let least = least.unwrap_or(0);
        match most {
            Some(most) if most < least => Err("min repeat greater than max repeat".to_owned()),
            Some(most) if most > 1000 => Err("too many repetitions".to_owned()),
            most if least <= 1000 => Ok(Some((least, most))),
            _ => Err("too many repetitions".to_owned()),
        }
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek().is_some_and(|scalar| scalar.is_ascii_digit()) {
            self.at += 1;
        }
        self.scalars.get(start..self.at)?.iter().collect::<String>().parse().ok()
    }

    fn atom(&mut self) -> Result<Node, String> {
        // A brace that counts nothing is itself.
        match self.next() {
            Some('.') => Ok(Node::Any { dot_all: self.flags.dot_all }),
            Some('^') if self.flags.multiline => Ok(Node::Place(Place::LineStart)),
            Some('^') => Ok(Node::Place(Place::Start)),
            Some('$') if self.flags.multiline => Ok(Node::Place(Place::LineEnd)),
            Some('$') => Ok(Node::Place(Place::Dollar)),
            Some('(') => self.group(),
            Some('[') => self.set(),
            Some('\\') => self.escape(),
            Some('*' | '+' | '?') => Err("nothing to repeat".to_owned()),
            Some(scalar) => Ok(self.scalar(scalar)),
            None => Ok(Node::Empty),
        }
    }

    fn scalar(&self, scalar: char) -> Node {
        Node::Scalar { scalar, ignore_case: self.flags.ignore_case }
    }

    fn group(&mut self) -> Result<Node, String> {
        if !self.eat("?") {
            return self.numbered(None);
        }
        match self.next() {
            Some(':') => self.inner(),
            Some('>') => self.inner().map(|node| Node::Atomic(Box::new(node))),
            Some('=') => self.look(false, false),
            Some('!') => self.look(false, true),
            Some('<') if self.eat("=") => self.look(true, false),
            Some('<') if self.eat("!") => self.look(true, true),
            Some('#') => self.until(')').map(|_| Node::Empty),
            Some('(') => self.which(),
            Some('P') if self.eat("<") => {
                let name = self.until('>')?;
                self.numbered(Some(name))
            }
            Some('P') if self.eat("=") => {
                let name = self.until(')')?;
                let group = self.names.get(&name).copied();
                let group = group.ok_or_else(|| format!("unknown group name `{name}`"))?;
                Ok(Node::Back { group, ignore_case: self.flags.ignore_case })
            }
            Some(_) => {
                self.at -= 1;
                self.flagged()
            }
            None => Err("unexpected end of pattern".to_owned()),
        }
    }

    fn inner(&mut self) -> Result<Node, String> {
        let flags = self.flags;
        let node = self.either()?;
        self.flags = flags;
        if self.eat(")") { Ok(node) } else { Err("missing `)`".to_owned()) }
    }

    fn numbered(&mut self, name: Option<String>) -> Result<Node, String> {
        self.groups += 1;
        let number = self.groups;
        if let Some(name) = name
            && self.names.insert(name.clone(), number).is_some()
        {
            return Err(format!("the group name `{name}` stands twice"));
        }
        self.inner().map(|node| Node::Group { number, node: Box::new(node) })
    }

    fn look(&mut self, behind: bool, negated: bool) -> Result<Node, String> {
        self.inner().map(|node| Node::Look { behind, negated, node: Box::new(node) })
    }

    fn which(&mut self) -> Result<Node, String> {
        let name = self.until(')')?;
        let group = name.parse().ok().or_else(|| self.names.get(&name).copied());
        let group = group.ok_or_else(|| format!("unknown group `{name}`"))?;
        let then = self.join()?;
        let otherwise = if self.eat("|") { self.join()? } else { Node::Empty };
        match self.eat(")") {
            true => Ok(Node::Which { group, then: Box::new(then), otherwise: Box::new(otherwise) }),
            false => Err("missing `)`".to_owned()),
        }
    }

    /// `(?i)`, which holds for the whole expression, and `(?i-s:...)`, which holds inside.
    fn flagged(&mut self) -> Result<Node, String> {
        let before = self.flags;
        let mut wanted = true;
        loop {
            match self.next() {
                Some('i') => self.flags.ignore_case = wanted,
                Some('m') => self.flags.multiline = wanted,
                Some('s') => self.flags.dot_all = wanted,
                Some('x') => self.flags.verbose = wanted,
                Some('a' | 'u' | 'L') => {}
                Some('-') => wanted = false,
                Some(')') => return Ok(Node::Empty),
                Some(':') => {
                    let node = self.inner();
                    self.flags = before;
                    return node;
                }
                _ => return Err("unknown extension".to_owned()),
            }
        }
    }

    fn escape(&mut self) -> Result<Node, String> {
        let scalar = self.next().ok_or("bad escape at the end")?;
        Ok(match scalar {
            'A' => Node::Place(Place::Start),
            'Z' => Node::Place(Place::End),
            'b' => Node::Place(Place::WordEdge),
            'B' => Node::Place(Place::NoWordEdge),
            '1'..='9' => self.back_reference(scalar)?,
            _ => match kind(scalar) {
                Some(item) => Node::Set(Set::of(item)),
                None => {
                    let scalar = self.escaped(scalar)?;
                    self.scalar(scalar)
                }
            },
        })
    }

    fn back_reference(&mut self, first: char) -> Result<Node, String> {
        let mut digits = String::from(first);
        if let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        let group = digits.parse().map_err(|_| "bad group number".to_owned())?;
        if group > self.groups {
            return Err(format!("invalid group reference {group}"));
        }
        Ok(Node::Back { group, ignore_case: self.flags.ignore_case })
    }

    /// The scalar that stands behind a backslash.
    fn escaped(&mut self, scalar: char) -> Result<char, String> {
        Ok(match scalar {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'a' => '\u{7}',
            '0' => '\0',
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'U' => self.hex(8)?,
            scalar if scalar.is_ascii_alphabetic() => return Err(format!("bad escape \\{scalar}")),
            scalar => scalar,
        })
    }

    fn hex(&mut self, digits: usize) -> Result<char, String> {
        let text: String = self.scalars.get(self.at..self.at + digits).unwrap_or_default().iter().collect();
        self.at += digits;
        let code = u32::from_str_radix(&text, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| "incomplete escape".to_owned())
    }

    fn set(&mut self) -> Result<Node, String> {
        let mut set = Set { ignore_case: self.flags.ignore_case, ..Set::default() };
        set.negated = self.eat("^");
        let mut first = true;
        loop {
            match self.peek() {
                None => return Err("unterminated character set".to_owned()),
                Some(']') if !first => break,
                Some(_) => self.set_item(&mut set)?,
            }
            first = false;
        }
        self.at += 1;
        Ok(Node::Set(set))
    }

    fn set_item(&mut self, set: &mut Set) -> Result<(), String> {
        let start = match self.set_scalar()? {
            Ok(start) => start,
            Err(item) => {
                set.items.push(item);
                return Ok(());
            }
        };
        let is_range =
            self.peek() == Some('-') && self.scalars.get(self.at + 1).is_some_and(|next| *next != ']');
        if !is_range {
            set.items.push(Item::Range(start, start));
            return Ok(());
        }
        self.at += 1;
        match self.set_scalar()? {
            Ok(end) if end >= start => set.items.push(Item::Range(start, end)),
            _ => return Err("bad character range".to_owned()),
        }
        Ok(())
    }

    /// A scalar in a set, or a kind of scalars.
    fn set_scalar(&mut self) -> Result<Result<char, Item>, String> {
        match self.next().ok_or("unterminated character set")? {
            '\\' => {
                let scalar = self.next().ok_or("unterminated character set")?;
                match kind(scalar) {
                    Some(item) => Ok(Err(item)),
                    None if scalar == 'b' => Ok(Ok('\u{8}')),
                    None => self.escaped(scalar).map(Ok),
                }
            }
            scalar => Ok(Ok(scalar)),
        }
    }
}

fn kind(scalar: char) -> Option<Item> {
    Some(match scalar {
        'd' => Item::Digit(true),
        'D' => Item::Digit(false),
        'w' => Item::Word(true),
        'W' => Item::Word(false),
        's' => Item::Space(true),
        'S' => Item::Space(false),
        _ => return None,
    })
}
